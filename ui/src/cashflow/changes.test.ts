import assert from "node:assert/strict";
import { test } from "node:test";
import type { Schema } from "../answers.ts";
import { changesOf, editableOf, findingsByField } from "./changes.ts";

const schema = editableOf({
  type: "object",
  required: ["type", "name", "salary"],
  properties: {
    type: { type: "string" },
    name: { type: "string" },
    salary: { type: "number" },
    notes: { type: "string" },
    benefits: { type: "object" },
    equity_eligible: { type: "boolean" },
  },
} satisfies Schema);

const data = { type: "employee", name: "Ada", salary: 60_000, notes: "kept", benefits: { health: 1 }, unknown: 1 };
const same = { salary: "60000", notes: "kept", benefits: '{"health":1}', equity_eligible: false };

test("what nobody changed is not saved, nor is what the form does not know", () => {
  assert.deepEqual(changesOf(schema, same, data), { fields: {}, wrong: {} });
});

test("what was changed is saved alone, what was emptied is taken out", () => {
  assert.deepEqual(changesOf(schema, { ...same, salary: "61000", notes: "" }, data).fields, {
    salary: 61_000,
    notes: null,
  });
});

test("a switch that is put off takes its field out, one that was off is no change", () => {
  assert.deepEqual(changesOf(schema, same, { ...data, equity_eligible: true }).fields, { equity_eligible: null });
  assert.deepEqual(changesOf(schema, same, { ...data, equity_eligible: false }).fields, {});
});

test("what is no number is told at its field and not sent", () => {
  assert.deepEqual(changesOf(schema, { ...same, salary: "much" }, data), {
    fields: {},
    wrong: { salary: "This must be a number" },
  });
});

test("what the connector finds wrong is told at the field of the form that holds it, warnings and the rest apart", () => {
  const finding = { file: "a.yaml", line: 1, column: 1, rule: "r", suggestion: "Do so.", severity: "error" as const };
  const found = findingsByField(
    {
      valid: false,
      findings: [
        { ...finding, message: "Too small.", field: "benefits.health" },
        { ...finding, message: "Elsewhere.", field: "shares" },
        { ...finding, message: "Unusual.", field: "salary", severity: "warning" },
      ],
    },
    schema,
  );
  assert.deepEqual(found, {
    at: { benefits: "Too small. Do so." },
    rest: ["Elsewhere. Do so.", "Unusual. Do so."],
  });
});
