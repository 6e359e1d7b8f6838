import { type JsonObject, objectAt, stringAt } from "../core/json.ts";

/** The member of a tool's `_meta` by which a connector says how long a call should take, in ms. */
export const withinKey = "switchyard/withinMs";

/** Longest that may be said, in ms: an hour. */
export const longestWithinMs = 3_600_000;

/** How long calls should take, in ms, by the names of the tools that say so. */
export function withinOf(tools: readonly JsonObject[]): ReadonlyMap<string, number> {
  const found = new Map<string, number>();
  for (const tool of tools) {
    const [name, said] = [stringAt(tool, "name"), objectAt(tool, "_meta")?.[withinKey]];
    const isLength = typeof said === "number" && said >= 1 && said <= longestWithinMs;
    if (name !== undefined && isLength) found.set(name, said);
  }
  return found;
}
