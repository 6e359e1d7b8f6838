import assert from "node:assert/strict";
import { test } from "node:test";
import { limitDefaults, limitsOf } from "./limits.ts";

test("limits that nobody wrote are the defaults: processes alone", () => {
  assert.deepEqual(limitsOf(), limitDefaults);
  assert.deepEqual(limitsOf({ memoryMiB: { soft: 5 } }), { ...limitDefaults, memoryMiB: { soft: 5 } });
});

test("a default that does not fit what is written beside it gives way", () => {
  assert.deepEqual(limitsOf({ processes: { hard: 10 } }).processes, { soft: 10, hard: 10 });
  assert.deepEqual(limitsOf({ processes: { hard: 1000 } }).processes, { soft: 128, hard: 1000 });
  assert.deepEqual(limitsOf({ processes: { soft: 400 } }).processes, { soft: 400, hard: 400 });
  assert.deepEqual(limitsOf({ processes: { soft: 4 } }).processes, { soft: 4, hard: 256 });
});
