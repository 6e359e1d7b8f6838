import { isSwitchedOff } from "../upstream/state.ts";
import type { Upstream } from "../upstream/upstream.ts";
import { type ProfileOptions, type ProfileUpstream, searchToolName } from "./catalog-options.ts";
import { patternFits } from "../core/choice.ts";
import type { Collision } from "./entry.ts";
import { undeclared } from "./override.ts";
import { isReadOnly, profileUpstreams } from "./profile.ts";
import type { View } from "./view.ts";

/** Something of a profile that does not do what was meant, told by what its upstreams turned out to offer. */
export interface ProfileOddity {
  readonly kind: "collision" | "no_upstream" | "no_match" | "no_parameter" | "not_read_only" | "no_search";
  /** One sentence that names the thing. */
  readonly message: string;
}

/** What is odd about a profile now; of an upstream that was not heard yet nothing is. `view` is what it shows. */
export function profileOddities(
  profile: ProfileOptions,
  existing: readonly Upstream[],
  view: View,
): readonly ProfileOddity[] {
  const known = profileUpstreams(profile, existing).filter(({ upstream }) => upstream.handshake !== undefined);
  return [
    ...view.collisions.map(collision),
    ...missing(profile, existing),
    ...known.flatMap(({ upstream, options }) => unmatched(upstream, options, "tools")),
    ...known.flatMap(({ upstream, options }) => unmatched(upstream, options, "prompts")),
    ...known.flatMap(({ upstream, options }) => unfit(upstream, options)),
    ...known.flatMap(({ upstream, options }) => (profile.readOnly ? writing(upstream, options) : [])),
    ...unsearchable(profile, view),
  ];
}

function collision({ kind, kept, dropped }: Collision): ProfileOddity {
  const both = `${quoted(kept.name)} of ${kept.upstream.name} and ${quoted(dropped.name)} of ${dropped.upstream.name}`;
  return {
    kind: "collision",
    message: `The ${kind} ${both} would both be ${quoted(kept.exposed)}; the second one is left out`,
  };
}

function missing({ upstreams }: ProfileOptions, existing: readonly Upstream[]): ProfileOddity[] {
  const named = upstreams === "all" ? [] : upstreams;
  return named
    .filter(({ name }) => !existing.some((upstream) => upstream.name === name && !isSwitchedOff(upstream.state)))
    .map(({ name }) => ({ kind: "no_upstream", message: `It names ${name}, which is disabled or was removed` }));
}

/** Patterns and overrides that nothing fits. */
function unmatched(upstream: Upstream, options: ProfileUpstream, kind: "tools" | "prompts"): ProfileOddity[] {
  const names = upstream.definitions[kind].map(({ name }) => String(name));
  const patterns = options[kind].filter((pattern) => pattern !== "*");
  const idle = patterns.filter((pattern) => !names.some((name) => patternFits(pattern, name)));
  const unknown = Object.keys(options.overrides[kind]).filter((name) => !names.includes(name) && !idle.includes(name));
  return [
    ...idle.map((pattern) => `${upstream.name} has no ${kind} that fit ${quoted(pattern)}`),
    ...unknown.map((name) => `${upstream.name} has no ${kind} ${quoted(name)} to change`),
  ].map((message) => ({ kind: "no_match", message }));
}

function unfit({ name: upstream, definitions }: Upstream, { overrides }: ProfileUpstream): ProfileOddity[] {
  return definitions.tools.flatMap((definition) => {
    const name = String(definition["name"]);
    const override = Object.hasOwn(overrides.tools, name) ? overrides.tools[name] : undefined;
    return undeclared(definition, override ?? {}).map((parameter) => ({
      kind: "no_parameter",
      message: `${quoted(name)} of ${upstream} has no parameter ${quoted(parameter)}`,
    }));
  });
}

/** Tools that were named one by one and are hidden as they are not marked as reading only. */
function writing({ name: upstream, definitions }: Upstream, { tools }: ProfileUpstream): ProfileOddity[] {
  return definitions.tools
    .filter((definition) => tools.includes(String(definition["name"])) && !isReadOnly(definition))
    .map(({ name }) => ({
      kind: "not_read_only",
      message: `${quoted(String(name))} of ${upstream} is not marked as reading only, so it is hidden`,
    }));
}

function unsearchable({ search }: ProfileOptions, view: View): ProfileOddity[] {
  const taken = view.find("tools", searchToolName);
  if (search.mode === "off" || taken === undefined) return [];
  const message = `The tool ${quoted(taken.name)} of ${taken.upstream.name} has the name of the search, which is left out`;
  return [{ kind: "no_search", message }];
}

function quoted(text: string): string {
  return JSON.stringify(text.slice(0, 100));
}
