import {
  type CatalogOptions,
  type EntryOverride,
  type ParameterOverride,
  type ProfileOptions,
  type ProfileUpstream,
  type SearchOptions,
  searchDefaults,
} from "../gateway/catalog-options.ts";
import type { Path } from "./content.ts";
import type { ConfigDraft } from "./schema.ts";
import type { ProfileDraft, SearchDraft } from "./schema-catalog.ts";

type UpstreamDraft = NonNullable<ProfileDraft["upstreams"]>[string];
type ToolDraft = UpstreamDraft["overrides"]["tools"][string];
type Words = UpstreamDraft["overrides"]["prompts"][string];
type ParameterDraft = NonNullable<ToolDraft["parameters"]>[string];

/** How the gateway shows what the servers offer. Profiles and what they name come in the order of the file: `offsetOf` says where. */
export function catalogOptions(draft: ConfigDraft, offsetOf: (path: Path) => number): CatalogOptions {
  return {
    profiles: inOrder(draft.profiles, ["profiles"], offsetOf).map(([name, profile]) =>
      profileOptions(name, profile, offsetOf),
    ),
    search: searchOptions(draft.search),
  };
}

function profileOptions(name: string, profile: ProfileDraft, offsetOf: (path: Path) => number): ProfileOptions {
  const { upstreams, readOnly, prefix, instructions, search } = profile;
  const named = inOrder(upstreams ?? {}, ["profiles", name, "upstreams"], offsetOf);
  return {
    name,
    upstreams: upstreams === undefined ? "all" : named.map(([upstream, draft]) => profileUpstream(upstream, draft)),
    readOnly,
    prefix: prefix ?? named.length !== 1,
    instructions,
    search: searchOptions(search),
  };
}

function profileUpstream(name: string, { tools, prompts, resources, overrides }: UpstreamDraft): ProfileUpstream {
  return {
    name,
    tools,
    prompts,
    resources,
    overrides: {
      tools: mapped(overrides.tools, (tool) => ({
        ...entryOverride(tool),
        parameters: mapped(tool.parameters ?? {}, parameterOverride),
      })),
      prompts: mapped(overrides.prompts, entryOverride),
    },
  };
}

function parameterOverride({ description, ...values }: ParameterDraft): ParameterOverride {
  if ("value" in values) return { value: values.value };
  return { ...values, ...(description === undefined ? {} : { description }) };
}

function searchOptions(draft: SearchDraft): SearchOptions {
  return typeof draft === "string" ? { ...searchDefaults, mode: draft } : draft;
}

/** Objects list keys that look like numbers first; the file's order is the one people see. */
function inOrder<T>(members: Readonly<Record<string, T>>, path: Path, offsetOf: (path: Path) => number): [string, T][] {
  return Object.entries(members)
    .map((member) => ({ member, offset: offsetOf([...path, member[0]]) }))
    .toSorted((left, right) => left.offset - right.offset)
    .map(({ member }) => member);
}

function mapped<T, U>(members: Readonly<Record<string, T>>, map: (value: T) => U): Record<string, U> {
  return Object.fromEntries(Object.entries(members).map(([key, value]) => [key, map(value)]));
}

function entryOverride({ name, title, description }: Words): EntryOverride {
  return {
    ...(name === undefined ? {} : { name }),
    ...(title === undefined ? {} : { title }),
    ...(description === undefined ? {} : { description }),
  };
}
