import { type JsonObject, objectAt } from "../core/json.ts";
import type { Upstream } from "../upstream/upstream.ts";
import { type EntryOverride, type ProfileOptions, type ProfileUpstream, wholeUpstream } from "./catalog-options.ts";
import { Choice } from "../core/choice.ts";
import { isExcepted, mayReach } from "./reach.ts";
import { exposedName, ownName } from "./names.ts";
import { overridden, overriddenTool } from "./override.ts";
import type { ListKind, Presentation, Presented } from "./presentation.ts";
import { templateMatcher } from "./uri-template.ts";

/** An upstream as one profile shows it. */
interface Part {
  readonly upstream: Upstream;
  readonly tools: Choice;
  readonly prompts: Choice;
  readonly resources: Choice;
  readonly overrides: ProfileUpstream["overrides"];
  /** Whether it may be asked for a resource. */
  readonly mayReach: (uri: string) => boolean;
}

/** What a profile says of its upstreams, of those that there are. */
export function profileUpstreams(
  { upstreams }: ProfileOptions,
  existing: readonly Upstream[],
): { readonly upstream: Upstream; readonly options: ProfileUpstream }[] {
  if (upstreams === "all") {
    return existing.map((upstream) => ({ upstream, options: { name: upstream.name, ...wholeUpstream } }));
  }
  return upstreams.flatMap((options) => {
    const upstream = existing.find(({ name }) => name === options.name);
    return upstream === undefined ? [] : [{ upstream, options }];
  });
}

/** How a profile shows the upstreams; those that it names and that there are not are left out. */
export function profilePresentation(profile: ProfileOptions, existing: readonly Upstream[]): Presentation {
  const parts = new Map(
    profileUpstreams(profile, existing).map(({ upstream, options }) => [upstream, partOf(upstream, options)]),
  );
  const nameOf = (upstream: Upstream, name: string, override: EntryOverride | undefined): string =>
    override?.name ?? (profile.prefix ? exposedName(upstream.name, name) : name);
  return {
    upstreams: [...parts.keys()],
    search: profile.search,
    instructions: profile.instructions,
    present(kind, upstream, name, definition) {
      const part = parts.get(upstream);
      if (part === undefined || !isShown(part, kind, name, definition, profile)) return undefined;
      if (kind === "tools") return presentedTool(part, name, definition, nameOf);
      if (kind === "resources" || kind === "templates") {
        return { exposed: name, definition, isRenamed: false, preset: undefined };
      }
      const override = ownValue(part.overrides.prompts, name);
      const shown = override === undefined ? definition : overridden(definition, override);
      return {
        exposed: nameOf(upstream, name, override),
        definition: shown,
        isRenamed: override?.name !== undefined,
        preset: undefined,
      };
    },
    ownerOf: (exposed) => ownerOf(exposed, profile, [...parts.values()]),
    mayReach(upstream, uri) {
      return parts.get(upstream)?.mayReach(uri) === true;
    },
  };
}

function partOf(upstream: Upstream, { tools, prompts, resources, overrides }: ProfileUpstream): Part {
  const choice = new Choice(resources);
  return {
    upstream,
    tools: new Choice(tools),
    prompts: new Choice(prompts),
    resources: choice,
    overrides,
    mayReach: choice.isEverything ? () => true : reachOf(upstream, choice),
  };
}

/** What is listed or fits a shown template is within reach, and any other address where it is chosen; never what is excepted. */
function reachOf({ definitions }: Upstream, choice: Choice): (uri: string) => boolean {
  const listed = new Set(definitions.resources.map(({ uri }) => uri));
  const templates = definitions.templates
    .map(({ uriTemplate }) => String(uriTemplate))
    .map((name) => ({ matches: templateMatcher(name), isShown: choice.has(name), isExcepted: choice.excludes(name) }));
  return (uri) => {
    if (listed.has(uri)) return choice.has(uri);
    if (isExcepted(choice, uri)) return false;
    const fit = templates.filter(({ matches }) => matches(uri));
    if (fit.some((template) => template.isShown)) return true;
    return !fit.some((template) => template.isExcepted) && mayReach(choice, uri);
  };
}

function isShown(
  part: Part,
  kind: ListKind,
  name: string,
  definition: JsonObject,
  { readOnly }: ProfileOptions,
): boolean {
  if (kind === "tools") return part.tools.has(name) && (!readOnly || isReadOnly(definition));
  return kind === "prompts" ? part.prompts.has(name) : part.resources.has(name);
}

/** Whether an upstream says of its tool that it changes nothing. */
export function isReadOnly(definition: JsonObject): boolean {
  return objectAt(definition, "annotations")?.["readOnlyHint"] === true;
}

function presentedTool(
  { upstream, overrides }: Part,
  name: string,
  definition: JsonObject,
  nameOf: (upstream: Upstream, name: string, override: EntryOverride | undefined) => string,
): Presented {
  const override = ownValue(overrides.tools, name);
  const exposed = nameOf(upstream, name, override);
  if (override === undefined) return { exposed, definition, isRenamed: false, preset: undefined };
  return { exposed, isRenamed: override.name !== undefined, ...overriddenTool(definition, override) };
}

/** With names that do not say whose they are, it may be anybody's who has not been heard yet: the first such, those that start before. */
function ownerOf(exposed: string, { prefix }: ProfileOptions, parts: readonly Part[]): Upstream | undefined {
  const renamed = parts.find(({ overrides }) =>
    [overrides.tools, overrides.prompts].some((own) => Object.values(own).some(({ name }) => name === exposed)),
  );
  if (renamed !== undefined) return renamed.upstream;
  if (prefix) {
    const owner = ownName(exposed)?.upstream;
    return parts.find(({ upstream }) => upstream.name === owner)?.upstream;
  }
  const upstreams = parts.map(({ upstream }) => upstream);
  const starting = upstreams.find(({ state }) => state.kind === "starting");
  return starting ?? upstreams.find(({ handshake }) => handshake === undefined) ?? upstreams[0];
}

function ownValue<T>(values: Readonly<Record<string, T>>, name: string): T | undefined {
  return Object.hasOwn(values, name) ? values[name] : undefined;
}
