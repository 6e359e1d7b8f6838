import assert from "node:assert/strict";
import { test } from "node:test";
import { canonicalJson } from "./canonical.ts";

test("equal values have one canonical text, however their members are ordered, and different values do not", () => {
  const text = canonicalJson({ b: [{ y: 1, x: null }], a: "é", 2: true });
  assert.equal(text, '{"2":true,"a":"é","b":[{"x":null,"y":1}]}');
  assert.equal(canonicalJson({ a: "é", b: [{ x: null, y: 1 }], 2: true }), text);
  assert.notEqual(canonicalJson({ b: [1, 2] }), canonicalJson({ b: [2, 1] }));
});
