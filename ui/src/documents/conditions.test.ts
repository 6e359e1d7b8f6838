import assert from "node:assert/strict";
import { test } from "node:test";
import { type Condition, conditionsIn, conditionsText, filtersOf, operators, operatorsFor } from "./conditions.ts";

test("conditions come back from an address as they went in, whatever signs are in their values", () => {
  const values = ["a", "a|b", "50%", "%7C", "in = out", " ", "2026-01-31,2026-02-28"];
  const conditions: readonly Condition[] = operators.flatMap((operator) =>
    values.map((value) => ({ field: "due_date", operator, value })),
  );
  assert.deepEqual(conditionsIn(conditionsText(conditions)), conditions);
  assert.equal(conditionsText([]), undefined);
  assert.deepEqual(conditionsIn(undefined), []);
});

test("what an address says that is no condition is left out", () => {
  assert.deepEqual(conditionsIn("docstatus = 1|nonsense|a ~ b|; drop|"), [
    { field: "docstatus", operator: "=", value: "1" },
  ]);
});

test("conditions are sent as a site takes them", () => {
  assert.deepEqual(
    filtersOf([
      { field: "customer", operator: "like", value: "birch" },
      { field: "customer", operator: "not like", value: "%Ltd" },
      { field: "status", operator: "in", value: "Unpaid, Overdue" },
      { field: "due_date", operator: "between", value: "2026-01-01,2026-01-31" },
      { field: "remarks", operator: "is", value: "not set" },
      { field: "total", operator: ">", value: "100" },
    ]),
    [
      ["customer", "like", "%birch%"],
      ["customer", "not like", "%Ltd"],
      ["status", "in", ["Unpaid", "Overdue"]],
      ["due_date", "between", ["2026-01-01", "2026-01-31"]],
      ["remarks", "is", "not set"],
      ["total", ">", "100"],
    ],
  );
});

test("a field is compared by what makes sense for its type", () => {
  assert.deepEqual(operatorsFor("Check"), ["=", "!="]);
  assert.ok(operatorsFor("Date").includes("between") && !operatorsFor("Date").includes("like"));
  assert.ok(operatorsFor("Link").includes("like") && !operatorsFor("Link").includes("<"));
});
