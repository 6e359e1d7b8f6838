import assert from "node:assert/strict";
import { test } from "node:test";
import { alertsOf } from "./alerts.ts";
import { capTable } from "./cap-table.ts";
import { adjustedConversionRatio, simulateRound } from "./dilution.ts";
import { forecast } from "./engine/forecast.ts";
import { entitiesOf } from "./entities.ts";
import { healthScore } from "./health-score.ts";
import { kpiValue, kpisOf } from "./kpis.ts";
import { type Model, parseModel, requireValid } from "./model.ts";
import { projectHealth } from "./project-health.ts";
import { runwayMonths } from "./runway.ts";
import { vestedShares } from "./vesting.ts";
import { waterfall } from "./waterfall.ts";
import { breakEven, goalSeek, grid, sensitivity, tornado } from "./what-if.ts";

function modelOf(entities: string, company = "opening_cash: 10000"): Model {
  const files = [
    { name: "company.yaml", text: `name: Company\nstart: 2026-01\n${company}\n` },
    { name: "entities.yaml", text: entities },
  ];
  return requireValid(parseModel(files));
}

/** Rent of 4,000 and service of 1,500 a month, one sale in May, 10,000 in the bank. */
const shop = modelOf(`
- { type: facility, name: Lab, monthly_cost: 4000, start_date: 2026-01-01 }
- { type: service, name: Care, monthly_amount: 1500, start_date: 2026-01-01, customer: ACME }
- { type: sale, name: Machine, amount: 6000, start_date: 2026-05-01, payment_terms_days: 90 }`);

test("runway is to the part of the month in which the cash is gone, and goes on beyond the forecast", () => {
  assert.equal(runwayMonths(10, [-4, -4, -4]), 2.5);
  assert.equal(runwayMonths(10, [-4, 1, -8]), 2 + 7 / 8);
  assert.equal(runwayMonths(10, [-1, -1, -1, -1]), 10);
  assert.equal(runwayMonths(10, [-1, 5]), Number.POSITIVE_INFINITY);
  assert.equal(runwayMonths(-1, [5]), 0);
});

test("the KPIs of a small company are what one reckons by hand", () => {
  const result = forecast(shop, { months: 6 });
  const expected: Readonly<Record<string, number>> = {
    runway_months: 4,
    burn_rate: 2500,
    gross_burn_rate: 4000,
    cash_efficiency: 0.375,
    lowest_cash: -5000,
    // −5,000 in the bank, and 6,000 of the sale in May to come.
    working_capital: 1000,
    average_deal_size: 6000,
    customer_concentration: 0.6,
    revenue_concentration_risk: 1,
    revenue_diversification: 0,
    cost_flexibility: 0,
    facility_cost_percentage: 100,
    funding_dependency: 0,
  };
  for (const [name, value] of Object.entries(expected)) {
    const found = kpiValue(result, name) ?? Number.NaN;
    assert.ok(Math.abs(found - value) < 1e-9, `${name} is ${found}, not ${value}`);
  }
  // Months 1 to 3 earn 1,500, months 4 to 6 on average 3,500: their middles are 3 months apart.
  const growth = kpiValue(result, "revenue_growth_rate") ?? 0;
  assert.ok(Math.abs(growth - ((3500 / 1500) ** (1 / 3) - 1) * 100) < 1e-9);
});

test("a KPI without meaning has no value and says why", () => {
  const kpis = kpisOf(forecast(modelOf("[]"), { months: 6 }));
  const told = Object.fromEntries(kpis.map(({ name, value, note }) => [name, value ?? note]));
  assert.equal(told["runway_months"], "cash never runs out");
  assert.equal(told["revenue_per_employee"], "nobody is employed");
  assert.ok(kpis.every(({ value }) => value === undefined || Number.isFinite(value)));
});

test("the money of owners lengthens the runway, and is neither revenue nor burn", () => {
  const funded = modelOf(`
- { type: facility, name: Lab, monthly_cost: 4000, start_date: 2026-01-01 }
- { type: investment, name: Angel, amount: 100000, start_date: 2026-02-01 }`);
  const result = forecast(funded, { months: 6 });
  assert.deepEqual([...result.columns.total_revenue], [0, 0, 0, 0, 0, 0]);
  assert.equal(kpiValue(result, "burn_rate"), 4000);
  assert.equal(kpiValue(result, "runway_without_funding_months"), 2.5);
  // 110,000 less six months of 4,000 is 86,000; the last three months take 4,000 each.
  assert.equal(kpiValue(result, "runway_months"), 6 + 86_000 / 4000);
});

test("alerts speak of what is beyond its threshold, the worst of each", () => {
  const told = alertsOf(forecast(shop, { months: 6 })).map(({ level, metric }) => `${level} ${metric}`);
  assert.deepEqual(told, ["warning runway_months", "warning revenue_concentration_risk"]);
});

test("the health score is the sum of its four parts", () => {
  const { score, band, parts } = healthScore(forecast(shop, { months: 6 }));
  // 4 months: 10; 32.6 % growth: 25; 0.375: 10; burn of 2,500 to revenue of 1,500: 5.
  assert.deepEqual(
    parts.map(({ points }) => points),
    [10, 25, 10, 5],
  );
  assert.deepEqual([score, band], [50, "weak"]);
});

test("a project's health is of its time, its milestones and its work", () => {
  const [project] = entitiesOf(
    modelOf(`
type: project
name: Rover
total_budget: 1000
start_date: 2026-01-01
end_date: 2026-12-31
completion: 0.5
milestones:
  - { name: Design, date: 2026-02-01, completed_date: 2026-01-30 }
  - { name: Build, date: 2026-03-01, completed_date: 2026-03-15 }
  - { name: Launch, date: 2026-11-01 }`).entities,
    "project",
  );
  assert.ok(project);
  const health = projectHealth(project, "2026-03-14");
  // 73 of 365 days; one of two milestones in time; half of the work.
  assert.deepEqual([health.committed, health.onTime, health.completion], [0.2, 0.5, 0.5]);
  assert.equal(health.score, 30 * 0.8 + 15 + 20);
});

test("shares vest in whole months after their cliff", () => {
  const grant = { shares: 1000, vestingMonths: 48, cliffMonths: 12 };
  assert.deepEqual(
    [11, 12, 13, 47, 48, 60].map((months) => vestedShares(grant, months)),
    [0, 250, 270, 979, 1000, 1000],
  );
});

/** Founders with 6,000,000 common shares; 4,000,000 Series A for 4,000,000. */
function owned(rights: string): Model {
  return modelOf(`
- { type: share_class, name: Common, class_name: Common, shares_authorized: 10000000, start_date: 2024-01-01 }
- { type: share_class, name: A, class_name: A, shares_authorized: 5000000, start_date: 2024-01-01, ${rights} }
- { type: shareholder, name: Founder, shareholder_type: founder, total_shares: 6000000, share_class: Common, start_date: 2024-01-01 }
- { type: investment, name: Series A, investor: Fund, amount: 4000000, shares_issued: 4000000, share_class: A, start_date: 2025-01-01 }`);
}

/** What fund and founder receive of each exit, in millions. */
function exits(rights: string, proceeds: readonly number[]): readonly (readonly [number, number])[] {
  const table = capTable(owned(rights).entities, "2026-01-01");
  return proceeds.map((millions) => {
    const { payouts } = waterfall(table, millions * 1e8);
    const of = (name: string): number => (payouts.find(({ holder }) => holder === name)?.cents ?? 0) / 1e8;
    return [of("Fund"), of("Founder")];
  });
}

test("a preference is paid first, and given up where conversion pays more", () => {
  // 1× non-participating: 4 first; above 10, 40 % of all is more.
  assert.deepEqual(exits("liquidation_preference: 1", [3, 7, 20]), [
    [3, 0],
    [4, 3],
    [8, 12],
  ]);
  // Participating: 4 and 40 % of the rest.
  assert.deepEqual(exits("liquidation_preference: 1, participating: true", [3, 14]), [
    [3, 0],
    [8, 6],
  ]);
  // Capped at 2×: 8 at most, until 40 % of all is more.
  assert.deepEqual(exits("participating: true, participation_cap: 2", [14, 18, 30]), [
    [8, 6],
    [8, 10],
    [12, 18],
  ]);
});

test("a cap table knows who owns, votes and is protected", () => {
  const { holdings, ownership, classes } = capTable(
    owned("anti_dilution_provision: weighted_average").entities,
    "2026-01-01",
  );
  assert.deepEqual(
    holdings.map(({ holder, dilutedPercent }) => [holder, dilutedPercent]),
    [
      ["Founder", 60],
      ["Fund", 40],
    ],
  );
  assert.deepEqual([ownership.founder, ownership.investor, ownership.antiDilutionExposure], [0.6, 0.4, 0.4]);
  assert.equal(ownership.liquidationOverhangCents, 4e8);
  assert.equal(classes.find(({ name }) => name === "A")?.utilization, 0.8);
  assert.deepEqual(
    capTable(owned("").entities, "2024-06-01").holdings.map(({ holder }) => holder),
    ["Founder"],
  );
});

test("a round is priced before its money, and protects those who have a right to it", () => {
  const table = capTable(owned("anti_dilution_provision: weighted_average").entities, "2026-01-01");
  const round = simulateRound(table, { amount: 5_000_000, preMoney: 5_000_000 });
  assert.deepEqual([round.pricePerShare, round.newShares, round.investorShare], [0.5, 10_000_000, 0.5]);
  const series = table.classes.find(({ name }) => name === "A");
  assert.ok(series);
  // 1 × (10 + 5) ÷ (10 + 10) millions = 0.75 a share: one converts into 4/3.
  assert.ok(Math.abs(adjustedConversionRatio(series, 10e6, 10e6, 0.5) - 4 / 3) < 1e-12);
  assert.equal(adjustedConversionRatio({ ...series, antiDilution: "ratchet" }, 10e6, 10e6, 0.5), 2);
  assert.equal(adjustedConversionRatio(series, 10e6, 10e6, 3), 1);
});

test("what-if questions have the answers of algebra", async () => {
  const rent = { entity: "Lab", field: "monthly_cost" } as const;
  const options = { months: 6 } as const;
  // 10,000 + 6 × 1,500 − 6 × 4,000 × x = 0, as the sale is paid after the end.
  assert.ok(Math.abs((await breakEven(shop, rent, options)).value - 19 / 24) < 1e-5);
  const wanted = await goalSeek(shop, { entity: "Care", field: "monthly_amount", mode: "set" }, 7000, {
    ...options,
    min: 0,
    max: 10_000,
  });
  assert.ok(Math.abs(wanted.value - 3500) < 0.01);
  await assert.rejects(goalSeek(shop, rent, 1e9, options), {
    code: "no_solution",
    message: /is not reached between 0.1 and 3/,
  });
  const line = await sensitivity(shop, rent, { min: 0.5, max: 1, steps: 6 }, options);
  assert.deepEqual(
    line.points.map(({ metric }) => metric),
    [7000, 4600, 2200, -200, -2600, -5000],
  );
  assert.ok(Math.abs((line.breakEven ?? 0) - 19 / 24) < 1e-9);
  const { bars } = await tornado(shop, [{ entity: "Care", field: "monthly_amount" }, rent], options);
  assert.deepEqual(
    bars.map(({ name, low, high, swing }) => [name, low, high, swing]),
    [
      ["Lab.monthly_cost", -2600, -7400, 4800],
      ["Care.monthly_amount", -5900, -4100, 1800],
    ],
  );
  const cells = await grid(
    shop,
    { lever: rent, values: [0.5, 1] },
    { lever: { entity: "Care", field: "monthly_amount", mode: "add" }, values: [0, 100] },
    options,
  );
  assert.deepEqual(cells.cells, [
    [7000, 7600],
    [-5000, -4400],
  ]);
  await assert.rejects(sensitivity(shop, { entity: "Nobody", field: "salary" }, { min: 0, max: 1 }), {
    code: "not_found",
  });
});
