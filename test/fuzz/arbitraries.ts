import * as fc from "fast-check";
import type { JsonObject } from "../../src/core/json.ts";

/* Values and frames of every kind that a peer could send, from what it should to what it must not. */

/** Texts with what is hard in them: quotes, line ends, NUL, beyond the basic plane, halves of a surrogate pair, words of the envelope. */
export const text: fc.Arbitrary<string> = fc.oneof(
  fc.string({ maxLength: 12, unit: "binary" }),
  fc.constantFrom("", "\u0000", "\ud800", "\udc00x", "\u2028", '"', "\\", "\r\n", "žluť", "😀", "result", "jsonrpc"),
);

/** Numbers with those that are lost in a double. */
export const number: fc.Arbitrary<number> = fc.oneof(
  fc.integer(),
  fc.double({ noNaN: true, noDefaultInfinity: true }),
  fc.constantFrom(-0, 1e308, 5e-324, 2 ** 53, -(2 ** 53), 0.1),
);

/**
 * Keys that mean something here, and others.
 *
 * One of nothing but a backslash is left out: after an object with such a key, V8 13.6 (Node 24) reads any key that is one escaped
 * character, such as a quote, as a backslash where it stands at the same place.
 */
const key: fc.Arbitrary<string> = fc.oneof(
  text.filter((odd) => odd !== "\\"),
  fc.constantFrom("_meta", "id", "method", "params", "result", "error", "resultType", "ttlMs", "cacheScope", "name"),
  fc.constantFrom("__proto__", "constructor", "toString", "progressToken", "requestState", "inputResponses"),
);

/** An object from pairs, in which `__proto__` is a member like any other, as in what was parsed. */
function objectOf(pairs: readonly (readonly [string, unknown])[]): JsonObject {
  return Object.fromEntries(pairs);
}

/** Any JSON value of a few levels. */
export const json: fc.Arbitrary<unknown> = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { depthSize: "small", withCrossShrink: true },
    fc.constantFrom(null, true, false),
    number,
    text,
    fc.array(tie("value"), { maxLength: 3 }),
    fc.array(fc.tuple(key, tie("value")), { maxLength: 3 }).map(objectOf),
  ),
})).value;

/** Any JSON object. */
export const jsonObject: fc.Arbitrary<JsonObject> = fc.array(fc.tuple(key, json), { maxLength: 4 }).map(objectOf);

/** Ids that are ids. Few, so that they meet. */
export const id: fc.Arbitrary<string | number> = fc.constantFrom(
  0,
  1,
  2,
  -1,
  Number.MAX_SAFE_INTEGER,
  "",
  "1",
  "a",
  "switchyard-1",
  "\u0000é",
);

/** A message with one of its members, at the top or in its params, left out or become something else. */
export function spoiled(message: JsonObject): fc.Arbitrary<JsonObject> {
  const members = fc.constantFrom("jsonrpc", "id", "method", "params", "result", "error");
  return fc.tuple(members, fc.option(json, { nil: undefined })).map(([member, value]) => {
    const { [member]: _, ...rest } = message;
    return value === undefined ? rest : Object.assign(rest, { [member]: value });
  });
}

/** Text that is no JSON, or is JSON in a dress that no careful peer gives it. */
const oddText: fc.Arbitrary<string> = fc.oneof(
  fc.string({ maxLength: 20, unit: "binary" }),
  fc.integer({ min: 1, max: 3000 }).map((depth) => "[".repeat(depth) + "]".repeat(depth)),
  fc.integer({ min: 1, max: 3000 }).map((depth) => '{"a":'.repeat(depth)),
  fc.integer({ min: 1, max: 400 }).map((digits) => `{"jsonrpc":"2.0","id":${"9".repeat(digits)},"method":"ping"}`),
  fc.constantFrom(
    "",
    "null",
    "[]",
    "[[]]",
    "{}",
    "\ufeff{}",
    '{"jsonrpc":"2.0","id":1e999,"method":"ping"}',
    '{"jsonrpc":"2.0","id":1.0,"id":2,"method":"ping"}',
    '{"jsonrpc":"2.0","id":1,"method":"tools/list","method":"ping"}',
    '{"jsonrpc":"2.0","id":"\\ud800","method":"ping"}',
    '{"jsonrpc":"2.0","id":1,"result":{}',
    '{"result":{},"jsonrpc":"2.0","id":7}',
    '{"jsonrpc":"2.0","id":1,"result":{}}}',
    '[{"jsonrpc":"2.0","id":1,"method":"ping"}',
  ),
);

/** A frame that should not have been sent, as bytes without a line feed. */
export const garbage: fc.Arbitrary<Buffer> = fc.oneof(
  fc.uint8Array({ maxLength: 24 }).map((bytes) => Buffer.from(bytes)),
  oddText.map((odd) => Buffer.from(odd)),
  fc
    .tuple(jsonObject, fc.nat({ max: 200 }))
    .map(([value, end]) => Buffer.from(JSON.stringify({ jsonrpc: "2.0", ...value }).slice(0, end))),
);
