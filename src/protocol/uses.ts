import { isJsonObject } from "../core/json.ts";

/** The member of a result's `_meta` by which an upstream says what the result is made from: names of its own. */
export const usesKey = "switchyard/uses";

/**
 * By which it tells the gateway, and nobody behind it, that something of these names is not what it was: `uses`; and what is wrong with it now, a
 * sentence each, where that changed: `problems`. `entities` are what became of which things, each with `uri`, `change` and `says`; `hasMoreEntities` says that not
 * all are told.
 */
export const changedMethod = "notifications/switchyard/changed";

/** How many names a result may give, and how long each may be, in characters; of one that gives more nothing is known. */
export const maxUses = 100;
export const maxUseLength = 200;

/** What a result says it is made from, in the text of its `_meta`; undefined where it says nothing that can be gone by. */
export function usesIn(meta: string): readonly string[] | undefined {
  if (!meta.includes(`"${usesKey}"`)) return undefined;
  const said: unknown = JSON.parse(meta);
  const uses = isJsonObject(said) ? said[usesKey] : undefined;
  return Array.isArray(uses) && uses.length <= maxUses && uses.every(isUse) ? uses : undefined;
}

function isUse(value: unknown): value is string {
  return typeof value === "string" && value.length <= maxUseLength;
}
