import assert from "node:assert/strict";
import { test } from "node:test";
import { parseEntities } from "./entities.ts";
import { entityTypes, fieldsOf, jsonSchemaOf } from "./entity-types/all.ts";
import { type Finding, formatFinding } from "./findings.ts";
import { parseModel, requireValid } from "./model.ts";

function findingsOf(text: string): readonly Finding[] {
  const company = { name: "company.yaml", text: "name: Company\nstart: 2026-01\n" };
  return parseModel([company, { name: "entities/a.yaml", text }]).findings;
}

test("a file holds one entity, several documents, a list, or a list under entities", () => {
  const one = "type: sale\nname: A\namount: 1\nstart_date: 2026-01-01\n";
  const list = "- { type: sale, name: B, amount: 1, start_date: 2026-01-01 }\n";
  assert.equal(parseEntities("a.yaml", one).entities.length, 1);
  assert.equal(parseEntities("a.yaml", `${one}---\n${one}`).entities.length, 2);
  assert.equal(parseEntities("a.yaml", list + list).entities.length, 2);
  assert.equal(parseEntities("a.yaml", `entities:\n${list}${list}`).entities.length, 2);
  assert.deepEqual(parseEntities("a.yaml", "# nothing yet\n"), { entities: [], findings: [] });
});

test("fields that nobody knows are kept", () => {
  const [entity] = parseEntities(
    "a.yaml",
    "{ type: sale, name: A, amount: 1, start_date: 2026-01-01, colour: { hue: 3 } }",
  ).entities;
  assert.deepEqual(entity?.data["colour"], { hue: 3 });
});

/* What is wrong, and where, by which rule, with what to do about it. */
const wrong: readonly (readonly [text: string, finding: string])[] = [
  [
    "type: employee\nname: A\nsalary: 60,000\nstart_date: 2026-01-01",
    'entities/a.yaml:3:9 error wrong_type: salary is "60,000": Invalid input: expected number, received string. Write 60000, without quotes, currency or thousands separators.',
  ],
  [
    "type: employee\nname: A\nstart_date: 2026-01-01",
    "entities/a.yaml:1:1 error required: A employee needs salary. Write salary: with a value.",
  ],
  [
    "type: employee\nname: A\nsallary: 60000\nstart_date: 2026-01-01",
    "entities/a.yaml:1:1 error required: A employee needs salary. Rename sallary to salary.",
  ],
  [
    "type: employe\nname: A",
    'entities/a.yaml:1:7 error type_unknown: There is no entity type "employe". Did you mean employee?',
  ],
  ["name: A", "entities/a.yaml:1:1 error type_unknown: The entity has no type."],
  ["- 3", "entities/a.yaml:1:3 error entity_shape: An entity is a map of fields, not a number. Write type: and name:."],
  [
    "type: sale\nname: A\namount: 1\nstart_date: 2026-02-30",
    "entities/a.yaml:4:13 error date_impossible: The calendar has no day 2026-02-30.",
  ],
  [
    "type: sale\nname: A\namount: 1\nstart_date: 2025-02-29",
    "entities/a.yaml:4:13 error date_impossible: The calendar has no day 2025-02-29.",
  ],
  [
    "type: sale\nname: A\namount: 1\nstart_date: 2026-1-5",
    'entities/a.yaml:4:13 error date_format: "2026-1-5" is not a date. Write the year, month and day as 2026-01-05.',
  ],
  [
    "type: sale\nname: A\namount: 1.005\nstart_date: 2026-01-01",
    "entities/a.yaml:3:9 error money_decimals: 1.005 has more than two decimals.",
  ],
  [
    "type: sale\nname: A\namount: -1\nstart_date: 2026-01-01",
    "entities/a.yaml:3:9 error money_range: -1 is not between 0 and",
  ],
  [
    "type: sale\nname: A\namount:\nstart_date: 2026-01-01",
    "error wrong_type: amount is null: Invalid input: expected number, received null. Write a value, or leave the field out.",
  ],
  ["type: sale\nname: A\namount: .inf\nstart_date: 2026-01-01", "entities/a.yaml:3:9 error wrong_type: amount is null"],
  [
    "type: sale\nname: A\namount: 1\nstart_date: 2026-01-02\nend_date: 2026-01-01",
    "entities/a.yaml:5:11 error dates_order: It ends on 2026-01-01, before it starts on 2026-01-02.",
  ],
  [
    "type: employee\nname: A\nsalary: 60000\nstart_date: 2026-01-01\npay_frequency: montly",
    "entities/a.yaml:5:16 error not_a_choice: pay_frequency is",
  ],
  [
    "type: facility\nname: A\nmonthly_cost: 1\nstart_date: 2026-01-01\nutilities_montly: 3",
    "entities/a.yaml:5:1 warning field_misspelt: The field utilities_montly has no meaning for a facility, and is kept as it is. Did you mean utilities_monthly?",
  ],
  [
    "type: service\nname: A\nstart_date: 2026-01-01",
    "entities/a.yaml:1:1 error required: Nothing says how much the service brings a month.",
  ],
  [
    "type: grant\nname: A\namount: 100\nstart_date: 2026-01-01\npayment_schedule:\n  - { date: 2026-01-01, amount: 60 }\n  - { date: 2026-02-31, amount: 40 }",
    "entities/a.yaml:7:13 error date_impossible",
  ],
  [
    "type: grant\nname: A\namount: 100\nstart_date: 2026-01-01\npayment_schedule:\n  - { date: 2026-01-01, amount: 60 }",
    "entities/a.yaml:6:3 error schedule_sum: The payment_schedule sums to 60, and amount is 100. Write amount: 60, or correct the schedule.",
  ],
  [
    "type: project\nname: A\ntotal_budget: 5\nstart_date: 2026-01-01\nend_date: 2026-02-01\nteam_members: [Ada]",
    'entities/a.yaml:6:16 error reference_unknown: There is no employee "Ada".',
  ],
  [
    "- { type: sale, name: A, amount: 1, start_date: 2026-01-01 }\n- { type: sale, name: a, amount: 1, start_date: 2026-01-01 }",
    "entities/a.yaml:2:23 error duplicate: sale:a is also in entities/a.yaml:1.",
  ],
  [
    "type: equipment\nname: A\ncost: 5\npurchase_date: 2026-01-01\nstart_date: 2026-01-01",
    "entities/a.yaml:1:1 warning life_missing",
  ],
  ["type: [sale\nname: A", "error yaml_syntax"],
  ["type: sale\nname: A\nname: B", "entities/a.yaml:3:1 error yaml_duplicate_key"],
  [
    "type: sale\nname: A\nloop: &a [*a]",
    "entities/a.yaml:1:1 error yaml_alias: An anchor contains an alias of itself. Write the values out.",
  ],
  ["type: sale\nname: *nowhere", "error yaml_alias: Unresolved alias"],
];

for (const [text, expected] of wrong) {
  test(`${JSON.stringify(text)} is told with its place and a way out`, () => {
    const told = findingsOf(text).map(formatFinding);
    assert.ok(
      told.some((one) => one.includes(expected)),
      `${told.join("\n")}\ndoes not say\n${expected}`,
    );
  });
}

test("aliases that multiply without end are refused, and quickly", () => {
  const bomb = [
    "a: &a [x, x]",
    ..."bcdefghij".split("").map((name, at) => `${name}: &${name} [${`*${"abcdefghij"[at]}, `.repeat(10)}]`),
  ];
  const told = findingsOf(bomb.join("\n")).map(formatFinding);
  assert.ok(
    told.some((one) => one.includes("yaml_alias: Excessive alias count")),
    told.join("\n"),
  );
});

test("a model with errors is refused as a whole, with all of them", () => {
  const model = parseModel([{ name: "entities/a.yaml", text: "type: sale" }]);
  assert.throws(() => requireValid(model), { name: "CashflowError", code: "model_invalid" });
});

test("scenarios that extend each other in a circle are told", () => {
  const { findings } = parseModel([
    { name: "company.yaml", text: "name: C\nstart: 2026-01" },
    { name: "scenarios/a.yaml", text: "name: a\nextends: b" },
    { name: "scenarios/b.yaml", text: "name: b\nextends: a" },
  ]);
  assert.match(
    findings.map(formatFinding).join("\n"),
    /reference_cycle: Scenarios extend each other in a circle: a → b → a/,
  );
});

test("every type has a schema for forms and models, with its base fields", () => {
  assert.equal(entityTypes.length, 12);
  for (const type of entityTypes) {
    assert.ok(
      ["type", "name", "start_date", "end_date", "tags", "notes"].every((field) => fieldsOf(type).includes(field)),
      type,
    );
    const schema = jsonSchemaOf(type);
    assert.deepEqual(Object.keys(Object(schema["properties"])), fieldsOf(type));
  }
});
