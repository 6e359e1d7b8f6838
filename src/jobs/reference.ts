import { GatewayError } from "../core/errors.ts";
import { type JsonObject, isJsonObject } from "../core/json.ts";

/**
 * A reference to a part of another operation's result, in place of any value in the arguments:
 * `{"$from": "ID", "pointer": "/structuredContent/id"}`. Without `pointer` it is the whole result.
 */
export interface Reference {
  readonly from: string;
  /** A JSON Pointer (RFC 6901). */
  readonly pointer: string;
}

/** The reference that a value is; undefined where it is none. */
function referenceIn(value: JsonObject): Reference | undefined {
  const { $from: from, pointer = "", ...rest } = value;
  if (typeof from !== "string" || typeof pointer !== "string" || Object.keys(rest).length > 0) return undefined;
  return { from, pointer };
}

/** Whether arguments hold objects or lists within each other to more than this depth. */
export function isDeeperThan(value: unknown, depth: number): boolean {
  if (typeof value !== "object" || value === null) return false;
  return depth === 0 || Object.values(value).some((each) => isDeeperThan(each, depth - 1));
}

/** Every operation that arguments refer to, by its id. */
export function referredTo(value: unknown, found: Set<string> = new Set()): ReadonlySet<string> {
  if (Array.isArray(value)) for (const each of value) referredTo(each, found);
  else if (isJsonObject(value)) {
    const reference = referenceIn(value);
    if (reference !== undefined) found.add(reference.from);
    else for (const each of Object.values(value)) referredTo(each, found);
  }
  return found;
}

/**
 * Arguments with what they refer to in its place.
 *
 * @throws {GatewayError} `invalid_params` — a result has no such part.
 */
export function resolved(value: JsonObject, resultOf: (id: string) => unknown): JsonObject {
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, resolvedValue(each, resultOf)]));
}

function resolvedValue(value: unknown, resultOf: (id: string) => unknown): unknown {
  if (Array.isArray(value)) return value.map((each) => resolvedValue(each, resultOf));
  if (!isJsonObject(value)) return value;
  const reference = referenceIn(value);
  if (reference === undefined) return resolved(value, resultOf);
  return partOf(resultOf(reference.from), reference);
}

function partOf(result: unknown, { from, pointer }: Reference): unknown {
  const part = pointed(result, pointer);
  if (part !== undefined) return part;
  throw new GatewayError("invalid_params", `The result of operation ${JSON.stringify(from)} has no ${pointer}`);
}

/** The part of a JSON value that a JSON Pointer (RFC 6901) names; undefined where it has none. */
export function pointed(value: unknown, pointer: string): unknown {
  let part = value;
  for (const token of pointer.split("/").slice(1)) {
    const key = token.replaceAll("~1", "/").replaceAll("~0", "~");
    if (typeof part !== "object" || part === null || !Object.hasOwn(part, key)) return undefined;
    part = Reflect.get(part, key);
  }
  return part;
}

/**
 * A template that was filled, with parts of `row` in the place of what the template itself refers to. What only looks like a reference, as it came of the
 * filling, stays what it is.
 *
 * @throws {GatewayError} `invalid_params` — the row has no such part, or all of them together are too long.
 */
export function filledAlong(template: JsonObject, filled: JsonObject, row: JsonObject): JsonObject {
  let length = 0;
  const partAt = (pointer: string): unknown => {
    const part = pointed(row, pointer);
    if (part === undefined) throw new GatewayError("invalid_params", `The row has no ${pointer}`);
    length += JSON.stringify(part).length;
    if (length <= maxPlaced) return part;
    throw new GatewayError(
      "invalid_params",
      `What the template takes of the row is longer than ${maxPlaced} characters`,
    );
  };
  const along = (wish: unknown, value: unknown): unknown => {
    if (Array.isArray(wish) && Array.isArray(value)) return value.map((each, at) => along(wish[at], each));
    return isJsonObject(wish) && isJsonObject(value) ? alongObject(wish, value) : value;
  };
  const alongObject = (wish: JsonObject, value: JsonObject): unknown => {
    const reference = referenceIn(value);
    return reference === undefined ? members(wish, value) : partAt(reference.pointer);
  };
  const members = (wish: JsonObject, value: JsonObject): JsonObject =>
    Object.fromEntries(Object.entries(value).map(([key, each]) => [key, along(wish[key], each)]));
  return members(template, filled);
}

/** Longest of what is put into one template, in characters. */
const maxPlaced = 4 * 1024 * 1024;

/** Arguments with what they refer to in place as far as it is known; other references stay. */
export function withResults(value: JsonObject, results: ReadonlyMap<string, unknown>): JsonObject {
  const fill = (each: unknown): unknown => {
    if (Array.isArray(each)) return each.map(fill);
    if (!isJsonObject(each)) return each;
    const reference = referenceIn(each);
    if (reference === undefined) return withResults(each, results);
    return results.has(reference.from) ? partOf(results.get(reference.from), reference) : each;
  };
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, fill(each)]));
}
