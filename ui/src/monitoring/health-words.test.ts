import assert from "node:assert/strict";
import { test } from "node:test";
import { isBare, noneOpenText } from "./health-words.ts";

test("nothing is monitored only where every site says so", () => {
  assert.equal(isBare({ total_hosts: 0, failures: [] }), true);
  assert.equal(isBare({ total_hosts: 0, failures: [{ site: "south", reason: "refused" }] }), false);
  assert.equal(isBare({ total_hosts: 1, failures: [] }), false);
});

const textOf = (listed: number, urgent: number) =>
  noneOpenText({ urgent_problems: Array.from({ length: listed }), problem_summary: { urgent } });

test("somebody takes care of each urgent problem only where all of them are listed", () => {
  assert.equal(textOf(0, 0), "No problem is urgent.");
  assert.equal(textOf(2, 2), "Somebody takes care of each urgent problem.");
  assert.equal(textOf(20, 21), "Somebody takes care of the first 20 of 21 urgent problems.");
});
