import assert from "node:assert/strict";
import { test } from "node:test";
import { isTooDeep, maxDepth, stringsIn, valueAt } from "./content.ts";

function nestedTo(depth: number): unknown {
  return Array.from({ length: depth }).reduce<unknown>((inner) => [inner], 1);
}

test("a value at a path is found through objects and lists, and never in what an object inherits", () => {
  const content = { servers: { a: { args: ["x", "y"] } } };
  assert.equal(valueAt(content, ["servers", "a", "args", 1]), "y");
  assert.equal(valueAt(content, ["servers", "b", "args"]), undefined);
  assert.equal(valueAt(content, ["constructor"]), undefined);
  assert.equal(valueAt("text", ["length"]), undefined);
});

test("every string is listed with its path", () => {
  assert.deepEqual(stringsIn({ a: ["x", 1, { b: "y" }], c: null }, ["top"]), [
    { path: ["top", "a", 0], text: "x" },
    { path: ["top", "a", 2, "b"], text: "y" },
  ]);
});

test("data is too deep past the limit, and when it contains itself", () => {
  const circle: unknown[] = [];
  circle.push(circle, circle);
  assert.equal(isTooDeep(nestedTo(maxDepth)), false);
  assert.equal(isTooDeep(nestedTo(maxDepth + 1)), true);
  assert.equal(isTooDeep(circle), true);
});
