import { type JsonObject, objectAt, stringAt } from "../core/json.ts";
import { type Role, isRole } from "../core/role.ts";

/* What a definition's `_meta` may say to the gateway, beside what it says to everybody (MCP 2026-07-28, basic, `_meta`). */

/** Which version of it this is, as a text: what uses are counted by. */
export const versionKey = "switchyard/version";
/** The group of tools that it is switched on and off with. */
export const groupKey = "switchyard/group";
/** From which role on it may be used. */
export const roleKey = "switchyard/role";

/** The group that is always on: what the rest makes no sense without. */
export const coreGroup = "core";

/** Characters of a version or a group; of what is longer nothing is known. */
const mostCharacters = 64;

/** Which version of it a definition is; undefined where it does not say. */
export function versionIn(definition: JsonObject): string | undefined {
  return wordIn(definition, versionKey);
}

/** The group of a tool; undefined where it is in none. */
export function groupIn(definition: JsonObject): string | undefined {
  return wordIn(definition, groupKey);
}

/** From which role on it may be used, as it says itself; undefined where it does not. What is no role of ours was meant to keep some out: only admins may. */
export function roleIn(definition: JsonObject): Role | undefined {
  const role = objectAt(definition, "_meta")?.[roleKey];
  if (role === undefined) return undefined;
  return isRole(role) ? role : "admin";
}

function wordIn(definition: JsonObject, key: string): string | undefined {
  const meta = objectAt(definition, "_meta");
  const word = meta && stringAt(meta, key);
  return word !== undefined && word !== "" && word.length <= mostCharacters ? word : undefined;
}
