import type { JsonObject } from "../answers.ts";

/** What a tool answers as values of a site: it was read from JSON, and nothing more is known of it. */
export function jsonOf(value: Readonly<Record<string, unknown>>): JsonObject {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- it was read from JSON
  return value as JsonObject;
}

/** A value that a site writes as a text or a number, such as a name; empty where there is none. */
export function textAt(doc: JsonObject, name: string): string {
  const value = doc[name];
  return typeof value === "string" || typeof value === "number" ? String(value) : "";
}

/** The rows of a table of a document. */
export function rowsOf(value: unknown): readonly JsonObject[] {
  if (!Array.isArray(value)) return [];
  return value.filter((row): row is JsonObject => typeof row === "object" && row !== null);
}
