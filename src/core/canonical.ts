import { isJsonObject } from "./json.ts";

/** The JSON text of a parsed value with the members of every object in one order: equal for equal values, however they were written. */
export function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_key, member: unknown) => {
    if (!isJsonObject(member)) return member;
    return Object.fromEntries(Object.entries(member).toSorted(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)));
  });
}
