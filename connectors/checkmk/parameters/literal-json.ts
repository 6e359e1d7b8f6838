import type { Literal } from "./python-literal.ts";

/** What JSON holds. */
export type Json = null | boolean | number | string | Json[] | { [name: string]: Json };

/** An object of JSON. */
export type JsonObject = { readonly [name: string]: Json };

/** Whether something that was parsed is an object of JSON. */
export function isJsonObject(value: Json | undefined): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** A literal as JSON: tuples, lists and sets are arrays; keys that are no text are written as texts. */
export function jsonOf(literal: Literal): Json {
  switch (literal.kind) {
    case "none":
      return null;
    case "boolean":
    case "text":
      return literal.value;
    case "number":
      return Number(literal.text);
    case "tuple":
    case "list":
    case "set":
      return literal.items.map(jsonOf);
    case "dict":
      return Object.fromEntries(literal.entries.map(([key, value]) => [nameOf(key), jsonOf(value)]));
  }
}

/** A key of a dict as a name. */
export function nameOf(key: Literal): string {
  if (key.kind === "text") return key.value;
  return key.kind === "number" ? key.text : JSON.stringify(jsonOf(key));
}

/**
 * JSON as a literal that looks like the first of `likes` that has the same kind of thing at the same place: there, arrays become what they are,
 * and whole numbers get their `.0`. Where none has, an array that begins with a number or names a kind of levels (`["fixed", [1, 2]]`) is a tuple,
 * as levels are everywhere in Checkmk, and any other array is a list.
 */
export function literalOf(json: Json, likes: readonly Literal[] = []): Literal {
  if (json === null) return { kind: "none" };
  if (typeof json === "boolean") return { kind: "boolean", value: json };
  if (typeof json === "string") return { kind: "text", value: json };
  if (typeof json === "number") return { kind: "number", text: numberText(json, likes) };
  if (isList(json)) return sequenceOf(json, likes);
  const dicts = likes.filter((like) => like.kind === "dict");
  return {
    kind: "dict",
    entries: Object.entries(json).map(([name, value]) => {
      const found = dicts.flatMap(({ entries }) => entries.filter(([key]) => nameOf(key) === name));
      return [
        found[0]?.[0] ?? { kind: "text", value: name },
        literalOf(
          value,
          found.map(([, like]) => like),
        ),
      ];
    }),
  };
}

function isList(json: Json): json is Json[] {
  return Array.isArray(json);
}

function numberText(value: number, likes: readonly Literal[]): string {
  const like = likes.find(({ kind }) => kind === "number");
  const isFloat = like?.kind === "number" && /[.e]/i.test(like.text);
  return Number.isInteger(value) && isFloat ? `${value}.0` : `${value}`;
}

type Sequence = Extract<Literal, { readonly items: readonly Literal[] }>;

function isSequence(literal: Literal): literal is Sequence {
  return literal.kind === "tuple" || literal.kind === "list" || literal.kind === "set";
}

function sequenceOf(json: readonly Json[], likes: readonly Literal[]): Literal {
  const alike = likes.filter(isSequence);
  return {
    kind: alike[0]?.kind ?? guessedKind(json),
    items: json.map((item, at) =>
      literalOf(
        item,
        alike.flatMap(({ kind, items }) => (kind === "tuple" ? items.slice(at, at + 1) : items.slice(0, 1))),
      ),
    ),
  };
}

function guessedKind(json: readonly Json[]): "tuple" | "list" {
  const [first, ...rest] = json;
  if (typeof first === "number" && rest.length > 0 && rest.every((item) => typeof item === "number")) return "tuple";
  const isTagged = typeof first === "string" && rest.length === 1 && typeof rest[0] !== "string";
  return isTagged ? "tuple" : "list";
}
