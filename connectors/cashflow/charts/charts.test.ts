import assert from "node:assert/strict";
import { test } from "node:test";
import { forecast } from "../engine/forecast.ts";
import { parseModel } from "../model.ts";
import { monteCarlo } from "../monte-carlo/run.ts";
import { reportOf } from "../report-data.ts";
import { reportHtml } from "../report/html.ts";
import { grouped, textTable } from "../text-table.ts";
import { cashChart } from "./cash-chart.ts";
import { fanChart } from "./fan-chart.ts";
import { shortAmount, ticksBetween } from "./scale.ts";

const model = parseModel([
  { name: "company.yaml", text: "name: <b>A & B</b>\nstart: 2026-01\nopening_cash: 1000\n" },
  {
    name: "e.yaml",
    text: "[{type: employee, name: Ada, salary: 60000, start_date: 2026-01-01}, {type: facility, name: F, monthly_cost: 100, start_date: 2026-01-01}]",
  },
]);

test("ticks are round and go around what is shown", () => {
  assert.deepEqual(ticksBetween(0, 87), [0, 20, 40, 60, 80, 100]);
  assert.deepEqual(ticksBetween(-120_000, 340_000), [-200_000, -100_000, 0, 100_000, 200_000, 300_000, 400_000]);
  assert.deepEqual(ticksBetween(0, 0).length > 1, true);
  assert.deepEqual([1.5e6, -250_000, 80, 2e9].map(shortAmount), ["1.5M", "-250k", "80", "2bn"]);
});

test("amounts have their thousands apart, and nothing is minus nothing", () => {
  assert.deepEqual(
    [1_234_567.891, -0.004, -1000, 999].map((value) => grouped(value, 2)),
    ["1,234,567.89", "0.00", "-1,000.00", "999.00"],
  );
  assert.equal(
    textTable(
      ["name", "amount"],
      [
        ["a", "1.00"],
        ["long", "-20.00"],
      ],
    ),
    "name  amount\na       1.00\nlong  -20.00",
  );
});

/** Tags that are opened and not closed in their turn. */
function unbalanced(markup: string): string[] {
  const open: string[] = [];
  for (const [, slash, name = "", rest = ""] of markup.matchAll(/<(\/?)([a-z][a-z0-9]*)([^<>]*)>/g)) {
    if (["meta"].includes(name) || rest.endsWith("/")) continue;
    if (slash === "") open.push(name);
    else if (open.pop() !== name) open.push(`/${name}`);
  }
  return open;
}

test("a chart is one drawing without NaN, whose line ends where the cash does", () => {
  const report = reportOf(forecast(model, { months: 6 }));
  const svg = cashChart("Cash", report.periods, "EUR");
  assert.deepEqual(unbalanced(svg), []);
  assert.doesNotMatch(svg, /NaN|Infinity|undefined/);
  assert.equal(svg.match(/<rect /g)?.length, 1 + 3 + 2 * 6, "the ground, the legend and two bars a month");
  const y = Number(/<path d="[^"]*L[\d.]+ ([\d.]+)"/.exec(svg)?.[1]);
  const zero = Number(/y1="([\d.]+)" y2="[\d.]+" stroke="#444"/.exec(svg)?.[1]);
  assert.ok(y > zero, "cash below 0 is drawn below 0");
});

test("a fan has a band for each pair of percentiles", async () => {
  const { fan } = await monteCarlo(model, { months: 12, iterations: 200, percentiles: [5, 25, 50, 75, 95] });
  const svg = fanChart("Fan", fan, "EUR");
  assert.deepEqual(unbalanced(svg), []);
  assert.doesNotMatch(svg, /NaN|Infinity|undefined/);
  assert.equal(svg.match(/Z"/g)?.length, 2);
  assert.match(svg, /90 % of cases[\s\S]*50 % of cases/);
  const median = await monteCarlo(model, { months: 3, iterations: 200, percentiles: [50] });
  assert.doesNotMatch(fanChart("Fan", median.fan, "EUR"), /NaN|undefined|of cases/);
});

test("a page to print shows names as they are, and loads and runs nothing", () => {
  const html = reportHtml(model.company.name, reportOf(forecast(model, { months: 24 })));
  assert.deepEqual(unbalanced(html.replace("<!doctype html>", "").replace(/<style>[\s\S]*<\/style>/, "")), []);
  assert.match(html, /<h1>&lt;b&gt;A &amp; B&lt;\/b&gt;<\/h1>/);
  assert.doesNotMatch(html, /<script|<link|src=|href=|url\(|NaN|undefined/);
  assert.match(html, /class="critical"[\s\S]*The cash lasts for/);
  assert.equal(html.match(/<tr><td>20\d\d-\d\d/g)?.length, 24);
});
