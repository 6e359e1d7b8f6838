/* oxlint-disable oxc/no-map-spread -- the generators' map runs once a case, on no array */
import assert from "node:assert/strict";
import { test } from "node:test";
import {
  assert as forAll,
  array,
  boolean,
  constantFrom,
  integer,
  oneof,
  option,
  property,
  record,
  uniqueArray,
} from "fast-check";
import { capTable } from "./cap-table.ts";
import { formatDay } from "./calendar.ts";
import { simulateRound } from "./dilution.ts";
import { type Column, columnNames, forecast } from "./engine/forecast.ts";
import { depreciationByYear } from "./engine/depreciation.ts";
import { explainMonth } from "./explain.ts";
import { type Model, parseModel, requireValid } from "./model.ts";
import { partOf, scaleCents, shareOut, toCents } from "./money.ts";
import { waterfall } from "./waterfall.ts";

/* What must hold for every company. The same cases every time: a failure prints what makes it come again. */
const cases = { seed: 20_260_101, numRuns: 60 };

const day = integer({ min: 19_900, max: 22_000 }).map(formatDay);
const amount = integer({ min: 1, max: 50_000_000 }).map((cents) => cents / 100);
const terms = integer({ min: 0, max: 120 });
const later = (start: string, days: number | null): string | undefined =>
  days === null ? undefined : formatDay(Math.round(Date.parse(start) / 86_400_000) + days);
const period = record({ start_date: day, days: option(integer({ min: 0, max: 1500 })) }).map(({ start_date, days }) => {
  const end = later(start_date, days);
  return { start_date, ...(end === undefined ? {} : { end_date: end }) };
});
const closed = record({ start_date: day, days: integer({ min: 0, max: 1500 }) }).map(({ start_date, days }) => ({
  start_date,
  end_date: later(start_date, days),
}));

type Fields = Readonly<Record<string, unknown>>;
const withPeriod =
  (base: Fields) =>
  ([fields, when]: readonly [Fields, Fields]): Fields => ({ ...base, ...fields, ...when });
const kinds = [
  record({
    fields: record({
      salary: amount,
      overhead_multiplier: constantFrom(1, 1.27, 1.3),
      pay_frequency: constantFrom("monthly", "biweekly", "weekly", "annual"),
      bonus_percentage: constantFrom(0, 0.15),
    }),
    when: period,
  }).map(({ fields, when }) => withPeriod({ type: "employee" })([fields, when])),
  record({ fields: record({ amount, payment_terms_days: terms }), when: period }).map(({ fields, when }) =>
    withPeriod({ type: "grant" })([fields, when]),
  ),
  record({ fields: record({ amount, payment_terms_days: terms }), when: period }).map(({ fields, when }) =>
    withPeriod({ type: "sale" })([fields, when]),
  ),
  record({ fields: record({ monthly_amount: amount, payment_terms_days: terms }), when: period }).map(
    ({ fields, when }) => withPeriod({ type: "service" })([fields, when]),
  ),
  record({
    fields: record({
      monthly_cost: amount,
      insurance_annual: amount,
      payment_frequency: constantFrom("monthly", "quarterly", "annual"),
    }),
    when: period,
  }).map(({ fields, when }) => withPeriod({ type: "facility" })([fields, when])),
  record({ fields: record({ annual_cost: amount }), when: period }).map(({ fields, when }) =>
    withPeriod({ type: "software" })([fields, when]),
  ),
  record({ fields: record({ total_budget: amount, payment_terms_days: terms }), when: closed }).map(
    ({ fields, when }) => withPeriod({ type: "project" })([fields, when]),
  ),
  record({ fields: record({ amount }), when: period }).map(({ fields, when }) =>
    withPeriod({ type: "investment" })([fields, when]),
  ),
  record({
    cost: amount,
    purchase_date: day,
    useful_life_years: integer({ min: 1, max: 9 }),
    depreciation_method: constantFrom("straight_line", "declining_balance", "sum_of_years_digits"),
  }).map((fields) => ({ type: "equipment", ...fields, start_date: fields.purchase_date })),
];
const entities = array(oneof(...kinds), { minLength: 1, maxLength: 8 }).map((list) =>
  list.map((fields, at) => ({ name: `entity ${at}`, ...fields })),
);

function modelOf(list: readonly Fields[], company: Fields = {}): Model {
  const files = [
    { name: "company.yaml", text: JSON.stringify({ name: "Company", start: "2026-01", ...company }) },
    { name: "entities.yaml", text: JSON.stringify(list) },
  ];
  return requireValid(parseModel(files));
}

const flows: readonly Column[] = columnNames.filter(
  (name) => !name.startsWith("tax") && name !== "cash_balance" && name !== "profit_after_tax",
);

test("cash conserves: each balance is the one before and what moved, and every figure is the sum of its explanation", () => {
  forAll(
    property(entities, boolean(), integer({ min: -1e7, max: 1e9 }), (list, isTaxed, opening) => {
      const model = modelOf(list, { opening_cash: opening / 100, ...(isTaxed ? { tax: { rate: 0.3 } } : {}) });
      const result = forecast(model, { months: 18 });
      const { columns } = result;
      for (let at = 0; at < 18; at += 1) {
        const before = at === 0 ? opening : columns.cash_balance[at - 1];
        assert.equal(columns.cash_balance[at], (before ?? 0) + (columns.net_cash_flow[at] ?? 0));
      }
      for (const month of ["2026-01", "2026-12", "2027-06"]) {
        for (const column of columnNames) {
          const { cents, contributions } = explainMonth(result, month, column);
          assert.equal(
            contributions.reduce((all, one) => all + one.cents, 0),
            cents,
            `${column} of ${month}`,
          );
        }
      }
      for (const values of Object.values(columns)) for (const value of values) assert.ok(Number.isSafeInteger(value));
    }),
    cases,
  );
});

test("a company is the sum of its entities", () => {
  forAll(
    property(entities, (list) => {
      const whole = forecast(modelOf(list), { months: 24 }).columns;
      const alone = list.map((one) => forecast(modelOf([one]), { months: 24 }).columns);
      for (const column of flows) {
        const summed = whole[column].map((_value, at) =>
          alone.reduce((all, columns) => all + (columns[column][at] ?? 0), 0),
        );
        assert.deepEqual([...whole[column]], [...summed], column);
      }
    }),
    cases,
  );
});

test("months tile the years: a forecast is the same in one piece or in several", () => {
  forAll(
    property(entities, (list) => {
      const model = modelOf(list);
      const whole = forecast(model, { months: 36 }).columns;
      const pieces = ["2026-01", "2027-01", "2028-01"].map((start) => forecast(model, { start, months: 12 }).columns);
      for (const column of flows)
        assert.deepEqual(
          [...whole[column]],
          pieces.flatMap((piece) => [...piece[column]]),
          column,
        );
    }),
    cases,
  );
});

test("no scenario sees another: in any order, and after any other, each has its own numbers", () => {
  const names = ["baseline", "optimistic", "conservative", "cash_preservation"];
  forAll(
    property(entities, array(constantFrom(...names), { minLength: 2, maxLength: 8 }), (list, order) => {
      const shared = modelOf(list);
      const before = JSON.stringify(shared.entities);
      for (const scenario of order) {
        const fresh = forecast(modelOf(list), { scenario });
        assert.deepEqual(forecast(shared, { scenario }).columns, fresh.columns);
      }
      assert.equal(JSON.stringify(shared.entities), before);
    }),
    cases,
  );
});

test("money is shared out without a cent lost or made", () => {
  forAll(
    property(
      integer({ min: 0, max: 1e13 }),
      array(integer({ min: 0, max: 1e9 }), { minLength: 1 }),
      integer({ min: 1, max: 400 }),
      (total, weights, count) => {
        const shares = shareOut(total, weights);
        const sum = shares.reduce((all, share) => all + share, 0);
        assert.equal(sum, weights.some((weight) => weight > 0) ? total : 0);
        assert.ok(shares.every((share) => Number.isInteger(share) && share >= 0));
        const parts = Array.from({ length: count }, (_none, at) => partOf(total, at, count));
        assert.equal(
          parts.reduce((all, part) => all + part, 0),
          total,
        );
        assert.ok(Math.max(...parts) - Math.min(...parts) <= 1);
      },
    ),
  );
});

test("rounding is half to even, of the decimal that was written", () => {
  assert.deepEqual([1.005, 1.015, 1.025, -1.005, 2.675, 0.1 + 0.2].map(toCents), [100, 102, 102, -100, 268, 30]);
  assert.deepEqual([scaleCents(50, 1.15), scaleCents(150, 1.15), scaleCents(10, 1.15)], [58, 172, 12]);
});

test("what wears out wears out exactly", () => {
  const methods = constantFrom("straight_line", "declining_balance", "sum_of_years_digits");
  forAll(
    property(
      integer({ min: 0, max: 1e10 }),
      integer({ min: 0, max: 100 }),
      integer({ min: 1, max: 40 }),
      methods,
      (price, percent, lifeYears, method) => {
        const residual = Math.floor((price * percent) / 100);
        const years = depreciationByYear({ price, residual, lifeYears, method });
        assert.equal(
          years.reduce((all, year) => all + year, 0),
          price - residual,
        );
        assert.ok(years.every((year) => year >= 0));
      },
    ),
  );
});

const classNames = ["Common", "Series A", "Series B"];
const preferred = record({
  liquidation_preference: constantFrom(0, 1, 1.5, 2),
  participating: boolean(),
  participation_cap: option(constantFrom(1.5, 3), { nil: undefined }),
  seniority: integer({ min: 0, max: 2 }),
  conversion_ratio: constantFrom(1, 1.25),
});
const table = record({
  classes: array(preferred, { minLength: 2, maxLength: 2 }),
  holders: uniqueArray(
    record({
      name: integer({ min: 0, max: 99 }),
      total_shares: integer({ min: 0, max: 1e7 }),
      share_class: constantFrom(...classNames),
      vesting_months: integer({ min: 0, max: 60 }),
    }),
    { minLength: 1, maxLength: 8, selector: ({ name }) => name },
  ),
  paid: array(integer({ min: 1, max: 1e9 }), { minLength: 2, maxLength: 2 }),
  options: integer({ min: 0, max: 1e6 }),
  pool: integer({ min: 0, max: 2e6 }),
}).map(({ classes, holders, paid, options, pool }) => {
  const start_date = "2024-01-01";
  const shareClass = (name: string, rights: Fields): Fields => ({
    type: "share_class",
    name,
    class_name: name,
    shares_authorized: 1e9,
    start_date,
    ...rights,
  });
  return [
    shareClass("Common", {}),
    ...classes.map(({ participation_cap: cap, ...rights }, at) =>
      shareClass(classNames[at + 1] ?? "", { ...rights, ...(cap === undefined ? {} : { participation_cap: cap }) }),
    ),
    ...holders.map(({ name, ...holding }) => ({
      type: "shareholder",
      name: `holder ${name}`,
      shareholder_type: "founder",
      start_date,
      ...holding,
    })),
    ...paid.map((cents, at) => ({
      type: "investment",
      name: `round ${at}`,
      amount: cents / 100,
      share_class: classNames[at + 1],
      start_date,
    })),
    { type: "employee", name: "Ada", salary: 60_000, start_date, equity_shares: options },
    {
      type: "funding_round",
      name: "Pool",
      round_type: "seed",
      amount_raised: 0,
      start_date,
      option_pool_increase: pool,
    },
  ];
});

test("a cap table sums to 100 %, before and after a round", () => {
  forAll(
    property(table, integer({ min: 1, max: 1e7 }), integer({ min: 1, max: 1e8 }), (list, money, preMoney) => {
      const result = capTable(modelOf(list).entities, "2026-01-01");
      const sum = (field: "basicPercent" | "dilutedPercent" | "votingPercent"): number =>
        result.holdings.reduce((all, one) => all + Math.round(one[field] * 10_000), 0);
      if (result.fullyDilutedShares === 0) return;
      assert.equal(sum("dilutedPercent"), 1_000_000);
      assert.equal(sum("basicPercent"), result.issuedShares === 0 ? 0 : 1_000_000);
      assert.equal(sum("votingPercent"), result.issuedShares === 0 ? 0 : 1_000_000);
      const round = simulateRound(result, { amount: money, preMoney, poolIncrease: 1000 });
      // The new pool has no holder to be listed under where there was none.
      const hasPool = result.holdings.some(({ type }) => type === "pool");
      const unlisted = hasPool ? 0 : 1000 / (result.fullyDilutedShares + 1000 + round.newShares);
      const after = round.holders.reduce((all, one) => all + one.after, round.investorShare + unlisted);
      assert.ok(Math.abs(after - 1) < 1e-9);
    }),
    cases,
  );
});

test("a waterfall pays out exactly the proceeds, and more proceeds never pay anybody less", () => {
  forAll(
    property(table, integer({ min: 0, max: 1e12 }), integer({ min: 0, max: 1e12 }), (list, one, other) => {
      const shares = capTable(modelOf(list).entities, "2026-01-01");
      const result = waterfall(shares, one);
      const paid = result.payouts.reduce((all, { cents }) => all + cents, 0);
      assert.equal(paid + result.unclaimedCents, one);
      assert.ok(result.payouts.every(({ cents }) => cents >= 0));
      const takes = shares.classes.some(({ name, issued }) => name === "Common" && issued > 0);
      if (takes) assert.equal(result.unclaimedCents, 0);
      const [low, high] = [Math.min(one, other), Math.max(one, other)].map((proceeds) => waterfall(shares, proceeds));
      for (const [at, payout] of (low?.payouts ?? []).entries()) {
        const more = high?.payouts.find(
          ({ holder, shareClass }) => holder === payout.holder && shareClass === payout.shareClass,
        );
        // Cents are shared out by largest remainder: one may change hands.
        assert.ok((more?.cents ?? 0) >= payout.cents - 4, `payout ${at} of ${payout.holder}`);
      }
    }),
    cases,
  );
});
