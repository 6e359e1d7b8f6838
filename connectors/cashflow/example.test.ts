import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { capTable } from "./cap-table.ts";
import { forecast } from "./engine/forecast.ts";
import { kpiDefinitions } from "./kpi-definitions.ts";
import { loadModel, requireValid } from "./model.ts";
import { compareScenarios, reportCsv, reportOf } from "./report-data.ts";

const example = fileURLToPath(new URL("../../examples/cashflow/", import.meta.url));

test("the sample company is valid, and its five years end as they did", async () => {
  const model = requireValid(await loadModel(example));
  assert.equal(model.entities.length, 44);
  assert.deepEqual(model.findings, []);
  const report = reportOf(forecast(model, { months: 60 }), "yearly");
  assert.deepEqual(
    report.periods.map(({ period, cash_balance: cash }) => [period, cash]),
    [
      ["2026", 492375.73],
      ["2027", 550779.91],
      ["2028", 389915.22],
      ["2029", 571843.93],
      ["2030", 354007.93],
    ],
  );
  const quarters = reportOf(forecast(model, { months: 60 }), "quarterly");
  assert.equal(quarters.periods.length, 20);
  assert.equal(quarters.periods.at(-1)?.cash_balance, 354007.93);
});

test("the scenarios of the sample company differ, and each touches what it names", async () => {
  const model = requireValid(await loadModel(example));
  const names = ["baseline", "growth", "late_payers", "no_second_closing", "conservative"];
  for (const scenario of names) assert.deepEqual(forecast(model, { scenario }).view.notes, []);
  const { metrics, winner } = compareScenarios(model, names, ["final_cash"], { months: 60 });
  assert.equal(new Set(Object.values(metrics[0]?.values ?? {})).size, names.length);
  assert.deepEqual(winner, { final_cash: "growth" });
});

test("votes are counted by holder, also where one has two closings", async () => {
  const { holdings, ownership } = capTable((await loadModel(example)).entities, "2026-07-01");
  const votes = holdings.filter(({ holder }) => holder === "Tidewater Ventures").map((one) => one.votes);
  assert.deepEqual(votes, [338_334, 169_166]);
  const all = 900_000 + 900_000 + 30_000 + 507_500;
  const expected = [900_000, 900_000, 30_000, 507_500].reduce((sum, one) => sum + (one / all) ** 2, 0);
  assert.ok(Math.abs((ownership.votingConcentration ?? 0) - expected) < 1e-12);
});

test("a report as CSV has a row a month and the same columns as its rows", async () => {
  const lines = reportCsv(reportOf(forecast(await loadModel(example), { months: 12 })))
    .trimEnd()
    .split("\r\n");
  assert.equal(lines.length, 13);
  assert.ok(lines.every((line) => line.split(",").length === lines[0]?.split(",").length));
});

test("docs/cashflow.md says of each KPI what the table says", () => {
  const page = readFileSync(new URL("../../docs/cashflow.md", import.meta.url), "utf8");
  for (const { name, unit, formula, source } of kpiDefinitions) {
    assert.ok(page.includes(`| \`${name}\` | ${unit} | ${formula.replaceAll("|", "\\|")} | ${source} |`), name);
  }
});
