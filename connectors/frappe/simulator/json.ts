/** An object of JSON that is built or changed here. */
export type Json = Record<string, unknown>;

/** Whether a value is an object of JSON. */
export function isJson(value: unknown): value is Json {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The objects in a list; none where it is no list. */
export function objectsIn(value: unknown): Json[] {
  return Array.isArray(value) ? value.filter(isJson) : [];
}

/** A text, also of a number; empty for everything else. */
export function textOf(value: unknown): string {
  return typeof value === "string"
    ? value
    : typeof value === "number" || typeof value === "boolean"
      ? String(value)
      : "";
}

/** A number, also from a text; 0 for everything else. */
export function numberOf(value: unknown): number {
  const number = typeof value === "boolean" ? Number(value) : typeof value === "number" ? value : Number(textOf(value));
  return Number.isFinite(number) ? number : 0;
}
