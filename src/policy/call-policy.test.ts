import assert from "node:assert/strict";
import { test } from "node:test";
import { PolicyTable, policyFor } from "./call-policy.ts";

const table = new PolicyTable({
  upstreams: {
    files: {
      timeoutMs: 1000,
      tools: {
        read_secret: { timeoutMs: 1 },
        "read_*": { timeoutMs: 2000 },
        "*_file": { timeoutMs: 3000 },
        "list_*": {},
      },
    },
    bare: { tools: { slow: { timeoutMs: 9 } } },
  },
});

const cases: readonly (readonly [upstream: string, tool: string | undefined, timeoutMs: number | undefined])[] = [
  ["files", undefined, 1000],
  ["files", "write", 1000],
  ["files", "read_all", 2000],
  ["files", "read_file", 3000],
  ["files", "read_secret", 1],
  ["files", "list_all", 1000],
  ["bare", undefined, undefined],
  ["bare", "slow", 9],
  ["other", "slow", undefined],
  ["constructor", "toString", undefined],
  ["files", "toString", 1000],
];

for (const [upstream, tool, timeoutMs] of cases) {
  test(`of ${upstream} and ${tool ?? "no tool"}, its own entry counts, else the last pattern, else the upstream: ${timeoutMs}`, () => {
    assert.equal(policyFor(table, upstream, tool).timeoutMs, timeoutMs);
  });
}

test("what goes for a tool is worked out once", () => {
  assert.equal(policyFor(table, "files", "read_file"), policyFor(table, "files", "read_file"));
});
