import assert from "node:assert/strict";
import { test } from "node:test";
import { array, assert as check, constantFrom, dictionary, jsonValue, oneof, property, string } from "fast-check";
import { type JsonObject, isJsonObject } from "../core/json.ts";
import { allMembers, memberNamed, valueText } from "./member-text.ts";
import { withInMeta, withoutMembers } from "./result-text.ts";

// No name has a quote or a backslash: V8 of Node 24.21 takes "\"" and "\\" for each other once it has parsed both as names.
const units = constantFrom("a", "b", "é", "🚂", "\u2028", "{", "}", "[", "]", ",", ":", " ", "\n");
const names = oneof(string({ unit: units }), constantFrom("_meta", "resultType", "a"));
const values = oneof(jsonValue({ stringUnit: units }), string(), array(string()));
const objects = dictionary(names, values, { maxKeys: 8, noNullPrototype: true });
const spaces = constantFrom(0, 1, 3);

function written(value: unknown, space: number): Buffer {
  return Buffer.from(JSON.stringify(value, undefined, space));
}

function parsed(text: Buffer): JsonObject {
  const value: unknown = JSON.parse(text.toString());
  return isJsonObject(value) ? value : {};
}

test("the members of an object are found in its text, whatever is in them and however it is written", () => {
  check(
    property(objects, spaces, (object, space) => {
      const text = written(object, space);
      const found = allMembers(text)?.map((span) => [span.name, JSON.parse(valueText(text, span))]);
      assert.deepEqual(found, Object.entries(parsed(text)));
    }),
  );
});

test("what is not the text of one whole object is told from what is", () => {
  for (const text of [
    "",
    "{",
    '{"a"',
    '{"a":}',
    '{"a":1',
    '{"a":1}}',
    '{"a":1} x',
    "[1]",
    '{"a":"}',
    '{"a":[1}',
    "{,}",
  ]) {
    assert.equal(allMembers(Buffer.from(text)), undefined, text);
  }
  assert.deepEqual(allMembers(Buffer.from(" { } ")), []);
});

test("a name is read as a parser reads it, and of several of one name the last counts", () => {
  const text = Buffer.from('{"\\u005fmeta":1,"_meta":{"b":2}}');
  const found = memberNamed(text, "_meta");
  assert.equal(found && valueText(text, found), '{"b":2}');
});

test("taking members out of a text leaves every other byte, and what is nested, as it was", () => {
  const text = Buffer.from('{"ttlMs":5, "n":12345678901234567890,"f":1.0,"x":{"ttlMs":7},"cacheScope":"public"}');
  assert.equal(
    withoutMembers(text, ["ttlMs", "cacheScope"])?.toString(),
    '{"n":12345678901234567890,"f":1.0,"x":{"ttlMs":7}}',
  );
  assert.equal(withoutMembers(text, ["resultType"]), text);
});

test("a member more in _meta is there for whoever parses the text, and nothing else changes", () => {
  check(
    property(objects, spaces, (object, space) => {
      const text = written(object, space);
      const before = parsed(text);
      const own = "_meta" in before ? before["_meta"] : {};
      const meta = isJsonObject(own) ? { mark: { n: 1 }, ...own } : own;
      assert.deepEqual(parsed(withInMeta(text, '"mark":{"n":1}')), { ...before, _meta: meta });
    }),
  );
});
