import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import { mistakeIn } from "./json-mistake.ts";

test("the place where a text stops being JSON is found", () => {
  for (const [text, at] of [
    ['{"type":}', 8],
    ["[1,2,]", 5],
    ['{"a":1,}', 7],
    ["[1 2]", 3],
    ['{"a" 1}', 5],
    ["nul", 0],
    ["[tru]", 1],
    ['["a\nb"]', 3],
    [String.raw`["\x"]`, 2],
    ["[1]]", 3],
    ["{]", 1],
    ["", 0],
    ["[1, ", 4],
    ['["open', 6],
    ['{"a":1}', 7],
  ] as const) {
    assert.equal(mistakeIn(text), at, text);
  }
});

test("of JSON no part is a mistake, and a character that cannot be there is one", () => {
  fc.assert(
    fc.property(fc.json({ maxDepth: 4 }), fc.nat(), (text, seed) => {
      assert.equal(mistakeIn(text), text.length);
      const at = seed % (text.length + 1);
      const cut = text.slice(0, at);
      assert.ok(mistakeIn(`${cut}\u0000`) <= at);
    }),
  );
});

test("ten million characters with a mistake at their end are looked at once", () => {
  const text = `["${"ab\\n".repeat(2_500_000)}",]`;
  assert.equal(mistakeIn(text), text.length - 1);
});
