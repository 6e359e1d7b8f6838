import assert from "node:assert/strict";
import { test } from "node:test";
import { isJsonObject, objectAt, stringAt } from "./json.ts";

test("only an object is a JSON object: no array, no null, nothing plain", () => {
  assert.ok(isJsonObject({}));
  for (const other of [[], null, undefined, "{}", 1, true]) assert.ok(!isJsonObject(other));
});

test("a member is read as a string where it is one", () => {
  const object = { text: "a", empty: "", number: 1, nothing: null };
  assert.equal(stringAt(object, "text"), "a");
  assert.equal(stringAt(object, "empty"), "");
  assert.equal(stringAt(object, "number"), undefined);
  assert.equal(stringAt(object, "nothing"), undefined);
  assert.equal(stringAt(object, "absent"), undefined);
});

test("a member is read as an object where it is one", () => {
  const inner = { a: 1 };
  assert.equal(objectAt({ inner }, "inner"), inner);
  assert.equal(objectAt({ inner: [inner] }, "inner"), undefined);
  assert.equal(objectAt({ inner: null }, "inner"), undefined);
  assert.equal(objectAt({}, "inner"), undefined);
});

test("what every object inherits is not read as a string or as an object of the JSON", () => {
  assert.equal(stringAt({}, "constructor"), undefined);
  assert.equal(objectAt({}, "toString"), undefined);
});
