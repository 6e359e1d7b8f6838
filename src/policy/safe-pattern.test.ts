import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import { judgePattern, safePattern } from "./safe-pattern.ts";

const usable: readonly (readonly [pattern: string, degree: number])[] = [
  ["^[a-z0-9-]+$", 1],
  ["^\\d{4}-\\d{2}-\\d{2}$", 0],
  ["[a-z]+", 2],
  ["^[^@]+@[^@]+$", 2],
  ["^(foo|bar)$", 0],
  ["^https?://[^/]+(/.*)?$", 2],
  ["^(?:\\d{3}){2}$", 0],
  ["^(?<year>\\d{4})$", 0],
  ["^a{1,8}$", 0],
  ["^[(*+|]{2}\\)\\+$", 0],
  ["^\\u0041{x}$", 0],
];

for (const [pattern, degree] of usable) {
  test(`${pattern} is used, and takes at most n to the ${degree} steps`, () => {
    assert.deepEqual(judgePattern(pattern), { kind: "usable", degree });
  });
}

const refused = [
  "(a+)+$",
  "^(a|a)*$",
  "^(a|ab)*c$",
  "(?:a*)*",
  "^((a+)b?)+$",
  "(.*){20}x",
  "^(a?){50}$",
  "(\\w+)\\1",
  "(?<word>\\w+)\\k<word>",
  "^(?=.*a).*$",
  "^(?!a)b$",
  "(?<=a)b",
  "a".repeat(1001),
  "a)",
];

for (const pattern of refused) {
  test(`${pattern.slice(0, 30)} is refused, and fits everything`, () => {
    assert.equal(judgePattern(pattern).kind, "refused");
  });
}

const unexpected = (reason: string): never => assert.fail(reason);

test("a refused pattern is told of and fits everything; a text that is too long for a usable one fits it", () => {
  const reasons: string[] = [];
  assert.equal(safePattern("(a+)+$", "u", (reason) => reasons.push(reason)).test(`${"a".repeat(40)}!`), true);
  assert.deepEqual(reasons, ["it repeats what is repeated or offers a choice"]);
  const pattern = safePattern("^[^@]+@[^@]+$", "u", unexpected);
  assert.deepEqual([pattern.test("a@b"), pattern.test("ab"), pattern.test("a".repeat(2000))], [true, false, true]);
});

test("whatever is used ends soon for whatever text", () => {
  const piece = fc.constantFrom(
    "a",
    "b",
    "[ab]",
    "a*",
    "a+",
    "b?",
    "(a|b)",
    "(a+)",
    "a{2,}",
    ".*",
    "(?:ab)*",
    "(a*)?",
    "|",
    "^",
    "$",
  );
  const pattern = fc.array(piece, { minLength: 1, maxLength: 8 }).map((pieces) => pieces.join(""));
  fc.assert(
    fc.property(pattern, fc.constantFrom("a", "ab", "aab"), (source, unit) => {
      const judged = safePattern(source, "u", () => undefined);
      for (const length of [30, 1400]) {
        const text = `${unit.repeat(length)}!`;
        // What goes back and tries again would take longer than anybody waits for this test.
        assert.equal(typeof judged.test(text), "boolean");
      }
    }),
    { numRuns: 100 },
  );
});
