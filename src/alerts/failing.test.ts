import assert from "node:assert/strict";
import { test } from "node:test";
import { errorTable } from "../core/error-table.ts";
import { causeTable } from "../explain/cause-table.ts";
import { verdictOn } from "./failing.ts";

test("a caller's mistake is not held against a tool, and a caller who left says nothing", () => {
  for (const code of ["invalid_arguments", "not_found", "value_missing", "rate_limited", "forbidden", "unknown_tool"])
    assert.equal(verdictOn("error", code), "good", code);
  assert.equal(verdictOn("ok", ""), "good");
  assert.equal(verdictOn("cancelled", "cancelled"), "nothing");
});

test("what a server, its credentials, its limits or the gateway do wrong is held against it, and so is what nobody understands", () => {
  for (const code of ["", "failure_unrecognised", "tool_defect", "timed_out", "upstream_unavailable", "breaker_open"])
    assert.equal(verdictOn("tool_error", code), "bad", code);
  for (const code of ["deadline_exceeded", "authentication_failed", "internal_error", "upstream_misconfigured"])
    assert.equal(verdictOn("error", code), "bad", code);
});

test("of every code that there is it is known whether it speaks against a tool: nothing that is bad enough for an operator is let pass", () => {
  const passed = [...Object.entries(errorTable), ...Object.entries(causeTable)].filter(
    ([code, { severity }]) => verdictOn("error", code) !== "bad" && severity === "HIGH",
  );
  assert.deepEqual(
    passed.map(([code]) => code),
    ["definition_quarantined", "permission_denied"],
  );
});
