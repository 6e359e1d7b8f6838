import type { JsonObject } from "../core/json.ts";
import type { Definitions } from "../upstream/definitions.ts";
import type { Gateway } from "./gateway.ts";

/** Finds a tool as its upstream describes it, by the upstream's own name for it; lists are gone through once for each state of them. */
export function toolFinder(gateway: () => Gateway): (upstream: string, tool: string) => JsonObject | undefined {
  const byName = new WeakMap<Definitions, ReadonlyMap<unknown, JsonObject>>();
  return (upstream, tool) => {
    const definitions = gateway().upstreams.find(({ name }) => name === upstream)?.definitions;
    if (definitions === undefined) return undefined;
    const tools = byName.get(definitions) ?? new Map(definitions.tools.map((each) => [each["name"], each]));
    byName.set(definitions, tools);
    return tools.get(tool);
  };
}
