import { isDeepStrictEqual } from "node:util";
import type { AlertOptions } from "../alerts/alert-options.ts";
import { Choice } from "../core/choice.ts";
import type { ConfigChange } from "../events/fact.ts";
import type { CatalogOptions } from "../gateway/catalog-options.ts";
import type { WrittenPolicies } from "../policy/call-policy.ts";
import type { UpstreamOptions } from "../upstream/options.ts";

/** The part of a configuration that is taken up while the gateway runs. */
export interface Running {
  readonly upstreams: readonly UpstreamOptions[];
  readonly catalog: CatalogOptions;
  readonly policies: WrittenPolicies;
  readonly alerts: AlertOptions;
}

/** What differs between two configurations, by name. */
export type Difference = Omit<ConfigChange, "type" | "by" | "isTemporary">;

/** What differs. `toolsOf` says which tools an upstream has, as far as that is known. */
export function differenceBetween(
  before: Running,
  after: Running,
  toolsOf: (upstream: string) => readonly string[],
): Difference {
  const earlier = new Map(before.upstreams.map((options) => [options.name, options]));
  const later = new Map(after.upstreams.map((options) => [options.name, options]));
  const both = after.upstreams.flatMap((to) => {
    const from = earlier.get(to.name);
    return from === undefined ? [] : [{ from, to, name: to.name }];
  });
  const switched = both.filter(({ from, to }) => from.isDisabled !== to.isDisabled);
  const tools = both.map(({ name, from, to }) => ({ name, ...toolsSwitched(name, from, to, toolsOf(name)) }));
  return {
    added: after.upstreams.map(({ name }) => name).filter((name) => !earlier.has(name)),
    changed: both
      .filter(
        ({ name, from, to }) =>
          isChanged(from, to) ||
          !isDeepStrictEqual(before.policies.upstreams?.[name] ?? {}, after.policies.upstreams?.[name] ?? {}) ||
          tools.some((each) => each.name === name && each.isUnknown),
      )
      .map(({ name }) => name),
    removed: before.upstreams.map(({ name }) => name).filter((name) => !later.has(name)),
    enabled: [
      ...switched.filter(({ to }) => to.isDisabled !== true).map(({ name }) => name),
      ...tools.flatMap(({ enabled }) => enabled),
    ],
    disabled: [
      ...switched.filter(({ to }) => to.isDisabled === true).map(({ name }) => name),
      ...tools.flatMap(({ disabled }) => disabled),
    ],
    isCatalogChanged: !isDeepStrictEqual(before.catalog, after.catalog),
    isWatchChanged: !isDeepStrictEqual(before.alerts, after.alerts),
  };
}

/** Whether anything is in it. */
export function isEmptyDifference({ isCatalogChanged, isWatchChanged, ...names }: Difference): boolean {
  return !isCatalogChanged && !isWatchChanged && Object.values(names).every((list) => list.length === 0);
}

/** Whether they differ in more than what has words of its own. */
function isChanged(from: UpstreamOptions, to: UpstreamOptions): boolean {
  const rest = { isDisabled: undefined, disabledTools: undefined };
  return !isDeepStrictEqual({ ...from, ...rest }, { ...to, ...rest });
}

interface ToolsSwitched {
  readonly enabled: readonly string[];
  readonly disabled: readonly string[];
  /** Whether patterns differ in a way that no known tool shows. */
  readonly isUnknown: boolean;
}

function toolsSwitched(
  upstream: string,
  from: UpstreamOptions,
  to: UpstreamOptions,
  known: readonly string[],
): ToolsSwitched {
  const [before = [], after = []] = [from.disabledTools, to.disabledTools];
  if (isDeepStrictEqual(before, after)) return { enabled: [], disabled: [], isUnknown: false };
  const names = new Set([...known, ...before, ...after].filter((name) => !/^!|\*/.test(name)));
  const [was, is] = [new Choice(before), new Choice(after)];
  const differing = [...names].filter((name) => was.has(name) !== is.has(name));
  const told = (isDisabled: boolean): string[] =>
    differing.filter((name) => is.has(name) === isDisabled).map((name) => `${upstream}/${name}`);
  return { enabled: told(false), disabled: told(true), isUnknown: differing.length === 0 };
}
