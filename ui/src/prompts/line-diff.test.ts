import assert from "node:assert/strict";
import { test } from "node:test";
import { lineDiff } from "./line-diff.ts";

const marks = { same: " ", added: "+", removed: "-" } as const;

function shown(before: string, after: string): string {
  return lineDiff(before.split(""), after.split(""))
    .map(({ kind, text }) => marks[kind] + text)
    .join("");
}

test("a difference is the fewest lines that were removed and added, in their order", () => {
  assert.equal(shown("abc", "abc"), " a b c");
  assert.equal(shown("abc", "axc"), " a-b+x c");
  assert.equal(shown("", "ab"), "+a+b");
  assert.equal(shown("ab", ""), "-a-b");
  assert.equal(shown("abcd", "bcde"), "-a b c d+e");
  assert.equal(shown("aab", "ab"), " a-a b");
});

test("of texts that are very long all is said to be another", () => {
  const long = Array.from({ length: 3000 }, () => "x");
  assert.equal(lineDiff(long, ["x"]).length, 3001);
});
