import assert from "node:assert/strict";
import { test } from "node:test";
import { Choice, withChosen } from "./choice.ts";

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

const changes: readonly (readonly [
  before: readonly string[],
  name: string,
  isChosen: boolean,
  after: readonly string[],
])[] = [
  [[], "a", true, ["a"]],
  [["a"], "a", true, ["a"]],
  [["a"], "a", false, []],
  [["x_*"], "x_a", false, ["x_*", "!x_a"]],
  [["x_*", "!x_a"], "x_a", true, ["x_*"]],
  [["b", "!c"], "b", false, []],
  [["!c"], "b", false, ["!c", "!b"]],
  [["!c"], "c", true, ["*"]],
];

for (const [before, name, isChosen, after] of changes) {
  test(`${JSON.stringify(before)} ${isChosen ? "with" : "without"} ${name} is ${JSON.stringify(after)}`, () => {
    assert.deepEqual(withChosen(before, name, isChosen), after);
    assert.equal(new Choice(after).has(name), isChosen);
  });
}
