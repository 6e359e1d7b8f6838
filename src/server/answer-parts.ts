import type { JsonObject } from "../core/json.ts";

/* What answers are described with: JSON Schema, written short. */

export const text = { type: "string" } as const satisfies JsonObject;
export const number = { type: "number" } as const satisfies JsonObject;
export const count = { type: "integer", minimum: 0 } as const satisfies JsonObject;
export const flag = { type: "boolean" } as const satisfies JsonObject;
/** Wall time in ms. */
export const moment = { type: "number", description: "Wall time in ms since 1970." } as const satisfies JsonObject;
/** The same as a text. */
export const date = { type: "string", format: "date-time" } as const satisfies JsonObject;
/** Anything at all. */
export const anything = {} as const satisfies JsonObject;
/** An object of which nothing more is said. */
export const open = { type: "object" } as const satisfies JsonObject;

/** One of these texts. */
export function oneOf(...choices: readonly string[]): JsonObject {
  return { type: "string", enum: [...choices] };
}

/** A list of these. */
export function list(items: JsonObject): JsonObject {
  return { type: "array", items };
}

/** An object whose keys are free. */
export function byName(additionalProperties: JsonObject): JsonObject {
  return { type: "object", additionalProperties };
}

/** An object that has these members always, and those perhaps. Others may come in later versions. */
export function members(always: JsonObject, perhaps: JsonObject = {}): JsonObject {
  return { type: "object", properties: { ...always, ...perhaps }, required: Object.keys(always) };
}
