import assert from "node:assert/strict";
import { test } from "node:test";
import { Choice, mayReach } from "./choice.ts";

const cases: readonly (readonly [patterns: readonly string[], fit: readonly string[], others: readonly string[]])[] = [
  [["*"], ["a", "", "a*b"], []],
  [[], [], ["a", ""]],
  [["read"], ["read"], ["reads", "rea", "*"]],
  [["read_*"], ["read_", "read_file"], ["read", "xread_file"]],
  [["*_file"], ["read_file", "_file"], ["file", "read_files"]],
  [["a*b*c"], ["abc", "aXbYc", "abbc"], ["ab", "acb", "abcd"]],
  [["aa*aa"], ["aaaa", "aaxaa"], ["aaa"]],
  [["a.c"], ["a.c"], ["abc"]],
  [["*", "!write_*"], ["read_file"], ["write_file"]],
  [["!write_*", "*"], ["read_file"], ["write_file"]],
  [
    ["!write_*", "!rm"],
    ["read_file", "rmdir"],
    ["write_file", "rm"],
  ],
  [
    ["read_*", "write_note", "!read_secret"],
    ["read_x", "write_note"],
    ["read_secret", "write_x"],
  ],
];

for (const [patterns, fit, others] of cases) {
  test(`of ${JSON.stringify(patterns)} fit ${JSON.stringify(fit)} and not ${JSON.stringify(others)}`, () => {
    const choice = new Choice(patterns);
    assert.deepEqual(
      [...fit, ...others].filter((name) => choice.has(name)),
      fit,
    );
  });
}

test("a pattern of many stars takes no longer for a long text than its length", () => {
  const choice = new Choice(["*a*a*a*a*a*a*a*a*b"]);
  assert.equal(choice.has("a".repeat(1_000_000)), false);
});

test("an address is within reach only in every reading of it", () => {
  const notes = new Choice(["file:///notes/*"]);
  assert.ok(mayReach(notes, "file:///notes/a%20b.md"));
  for (const uri of [
    "file:///notes/../secret",
    "file:///notes/%2e%2e/secret",
    "file:///notes/..%2fsecret",
    "file:///notes/x/../../secret",
    "file:///notes/..\\secret",
    "FILE:///notes/a",
    "file:///secret",
  ]) {
    assert.equal(mayReach(notes, uri), false, uri);
  }
  const others = new Choice(["!file:///secret/*"]);
  assert.ok(mayReach(others, "file:///notes/a"));
  for (const uri of [
    "file:///secret/a",
    "file:///%73ecret/a",
    "file:///notes/../secret/a",
    "file:///x%2f..%2fsecret%2fa",
  ]) {
    assert.equal(mayReach(others, uri), false, uri);
  }
});
