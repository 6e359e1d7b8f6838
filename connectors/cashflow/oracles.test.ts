import assert from "node:assert/strict";
import { test } from "node:test";
import { DDB, ROUND, SLN, SYD } from "@formulajs/formulajs";
import { type Column, forecast } from "./engine/forecast.ts";
import { type Model, parseModel, requireValid } from "./model.ts";

/*
 * Small companies whose months were worked out by hand or by the functions of a spreadsheet (formulajs), not by the engine. Every table is
 * asserted to the cent, and every column that a table does not name must be empty.
 */

interface Oracle {
  readonly title: string;
  readonly company?: string;
  readonly entities: string;
  readonly scenario?: string;
  readonly scenarios?: string;
  readonly months: number;
  /** In units, from 2026-01 on unless the company says another start. */
  readonly expected: Readonly<Partial<Record<Column, readonly number[]>>>;
}

/** 10,000.01 in seven parts: what the first of them sum to. */
const upTo = (parts: number): number => Number(ROUND((10_000.01 * Math.min(7, Math.max(0, parts))) / 7, 2));
const none = (count: number): number[] => Array.from({ length: count }, () => 0);
const same = (value: number, count: number): number[] => Array.from({ length: count }, () => value);

const oracles: readonly Oracle[] = [
  {
    title: "a month in which somebody comes or goes costs its days",
    entities: `
type: employee
name: Ada
salary: 60000
start_date: 2026-01-15
end_date: 2026-04-10
overhead_multiplier: 1.3
benefits: { health: 200 }`,
    months: 5,
    // 5000 × 17/31 + 1500 × 17/31 + 200 × 17/31, each rounded; 10/30 in April.
    expected: {
      employee_costs: [2741.94 + 822.58 + 109.68, 6700, 6700, 1666.67 + 500 + 66.67, 0],
      accrued_expenses: [3674.2, 6700, 6700, 2233.34, 0],
    },
  },
  {
    title: "biweekly pay has months with three paydays",
    entities: "{ type: employee, name: Ada, salary: 52000, start_date: 2026-01-05, pay_frequency: biweekly }",
    months: 12,
    // 2,000 on 18 January and every 14 days after: in March on 1, 15 and 29, in August on 2, 16 and 30.
    expected: {
      employee_costs: [1, 2, 3, 2, 2, 2, 2, 3, 2, 2, 2, 2].map((paydays) => paydays * 2000),
      accrued_expenses: [1, 2, 3, 2, 2, 2, 2, 3, 2, 2, 2, 2].map((paydays) => paydays * 2000),
    },
  },
  {
    title: "weekly pay ends with the days of the last week",
    entities:
      "{ type: employee, name: Ada, salary: 26000, start_date: 2026-02-02, end_date: 2026-02-18, pay_frequency: weekly }",
    months: 3,
    // 500 on the 8th and 15th, 3 of 7 days on the 22nd.
    expected: { employee_costs: [0, 1214.29, 0], accrued_expenses: [0, 1214.29, 0] },
  },
  {
    title: "yearly pay and bonus are accrued by the month and paid in December",
    entities: `
- { type: employee, name: Ada, salary: 36000, start_date: 2026-07-01, pay_frequency: annual }
- { type: employee, name: Bo, salary: 48000, start_date: 2025-01-01, bonus_percentage: 0.1 }`,
    months: 12,
    expected: {
      employee_costs: [...same(4000, 11), 4000 + 18_000 + 4800],
      accrued_expenses: [...same(4400, 6), ...same(7400, 6)],
    },
  },
  {
    title: "a grant is spread over its calendar months, and paid 30 days after each",
    entities:
      "{ type: grant, name: G, amount: 1000, start_date: 2026-01-10, end_date: 2026-03-05, payment_terms_days: 30 }",
    months: 5,
    // 31 January + 30 days is 2 March, 28 February + 30 is 30 March, 31 March + 30 is 30 April.
    expected: { accrued_revenue: [333.33, 333.34, 333.33, 0, 0], grant_revenue: [0, 0, 666.67, 333.33, 0] },
  },
  {
    title: "agreed payments come when agreed, and the money of owners is no revenue",
    company: "opening_cash: -500.25",
    entities: `
- type: sale
  name: Machine
  amount: 90000
  start_date: 2026-01-01
  payment_schedule: [{ date: 2026-01-31, amount: 30000 }, { date: 2026-04-01, amount: 60000 }]
- { type: sale, name: Spare part, amount: 99.99, start_date: 2026-01-01, delivery_date: 2026-02-14, payment_terms_days: 14 }
- { type: investment, name: Angel, amount: 250000, start_date: 2026-03-17 }
- type: investment
  name: Fund
  amount: 100
  start_date: 2026-01-01
  disbursement_schedule: [{ date: 2026-01-02, amount: 40 }, { date: 2026-02-02, amount: 60 }]`,
    months: 4,
    // 14 February + 14 days is 28 February.
    expected: {
      sale_revenue: [30_000, 99.99, 0, 60_000],
      accrued_revenue: [30_000, 99.99, 0, 60_000],
      financing: [40, 60, 250_000, 0],
    },
  },
  {
    title: "a service is paid later than it is earned, also what was earned before the forecast",
    entities: `
- { type: service, name: Old, monthly_amount: 3100, start_date: 2025-12-17, end_date: 2026-02-28, payment_terms_days: 45 }
- { type: service, name: Hours, hourly_rate: 33.335, hours_per_month: 10, start_date: 2026-01-01, end_date: 2026-01-31 }
- { type: service, name: Contract, contract_value: 10000, start_date: 2026-02-15, end_date: 2026-04-02 }`,
    months: 5,
    // December: 15 of 31 days, due on 14 February; January's on 17 March; February's on 14 April.
    expected: {
      service_revenue: [333.35, 1500 + 3333.33, 3100 + 3333.34, 3100 + 3333.33, 0],
      accrued_revenue: [3100 + 333.35, 3100 + 3333.33, 3333.34, 3333.33, 0],
    },
  },
  {
    title: "rent by the quarter is paid in advance and used by the month",
    entities: `
type: facility
name: Lab
monthly_cost: 1000
utilities_monthly: 150
insurance_annual: 1200
payment_frequency: quarterly
start_date: 2025-11-01
end_date: 2026-09-15`,
    months: 10,
    // Quarters begin in November, February, May and August; the last pays for August and half of September.
    expected: {
      facility_costs: [250, 3250, 250, 250, 3250, 250, 250, 1750, 125, 0],
      accrued_expenses: [...same(1250, 8), 625, 0],
    },
  },
  {
    title: "a purchase is cash once and wears out without cash, by the spreadsheet's SLN, SYD and DDB",
    entities: `
- { type: equipment, name: Laptop, cost: 3600, purchase_date: 2026-01-20, start_date: 2026-01-20, useful_life_years: 3, maintenance_percentage: 0.1 }
- { type: equipment, name: Press, cost: 12000, residual_value: 3000, purchase_date: 2026-01-01, start_date: 2026-01-01, useful_life_years: 4, depreciation_method: sum_of_years_digits }
- { type: equipment, name: Car, cost: 48000, residual_value: 4800, purchase_date: 2026-01-01, start_date: 2026-01-01, useful_life_years: 5, depreciation_method: declining_balance, payment_terms_days: 60, maintenance_cost: 50 }`,
    months: 24,
    // The upkeep of January is for 12 of 31 days: 30 × 12/31. 1 January + 60 days is 2 March.
    expected: {
      capital_expenditure: [3600 + 12_000, 0, 48_000, ...none(21)],
      equipment_costs: [50 + 11.61, ...same(80, 23)],
      accrued_expenses: [61.61, ...same(80, 23)],
      depreciation: Array.from({ length: 24 }, (_none, at) => {
        const year = Math.floor(at / 12) + 1;
        return (
          Number(SLN(3600, 0, 36)) + Number(SYD(12_000, 3000, 4, year)) / 12 + Number(DDB(48_000, 4800, 5, year)) / 12
        );
      }),
    },
  },
  {
    title: "tax is of the year's profit less earlier losses, and paid by the quarter",
    company: "tax: { rate: 0.25 }",
    entities: `
- { type: facility, name: Lab, monthly_cost: 2000, start_date: 2026-01-01 }
- { type: service, name: Care, monthly_amount: 7000, start_date: 2027-01-01 }`,
    months: 24,
    // 2026: −24,000. 2027: 5,000 a month; the loss is used up in May, of which 1,000 are taxed.
    expected: {
      facility_costs: same(2000, 24),
      accrued_expenses: same(2000, 24),
      service_revenue: [...none(12), ...same(7000, 12)],
      accrued_revenue: [...none(12), ...same(7000, 12)],
      tax_accrued: [...none(16), 250, ...same(1250, 7)],
      tax_paid: [...none(17), 1500, 0, 0, 3750, 0, 0, 3750],
    },
  },
  {
    title: "a budget in parts is exactly the budget, and a year of software is paid in advance",
    entities: `
- { type: project, name: Rover, total_budget: 10000.01, start_date: 2026-02-20, end_date: 2026-08-01 }
- { type: project, name: Stopped, total_budget: 5000, start_date: 2026-01-01, end_date: 2026-12-31, status: on-hold }
- { type: software, name: CAD, annual_cost: 1200, start_date: 2025-10-01 }
- { type: software, name: Mail, monthly_cost: 99.99, start_date: 2026-01-01, payment_terms_days: 30 }`,
    months: 10,
    expected: {
      project_costs: Array.from({ length: 10 }, (_none, at) => upTo(at) - upTo(at - 1)),
      // 31 January + 30 days is 2 March, and 28 February + 30 is 30 March; from then on each month is paid in the next.
      software_costs: [0, 0, 2 * 99.99, 99.99, 99.99, 99.99, 99.99, 99.99, 99.99, 99.99 + 1200],
      accrued_expenses: Array.from({ length: 10 }, (_none, at) => upTo(at) - upTo(at - 1) + 100 + 99.99),
    },
  },
  {
    title: "a scenario changes what it says: less is sold, hiring is late, and services grow by the month",
    scenario: "careful",
    scenarios: "{ name: careful, extends: conservative, assumptions: { revenue_growth_rate: 0.12 } }",
    entities: `
- { type: employee, name: New, salary: 12000, start_date: 2026-01-31 }
- { type: employee, name: Old, salary: 24000, start_date: 2025-12-31 }
- type: grant
  name: G
  amount: 1000
  start_date: 2026-01-01
  payment_schedule: [{ date: 2026-02-01, amount: 250 }, { date: 2026-05-01, amount: 750 }]
- { type: service, name: S, monthly_amount: 1000, start_date: 2026-01-01 }`,
    months: 5,
    // 31 January and two months is 31 March: one of 31 days. 90 % of each payment.
    expected: {
      employee_costs: [2000, 2000, 2000 + 32.26, 3000, 3000],
      accrued_expenses: [2000, 2000, 2032.26, 3000, 3000],
      grant_revenue: [0, 225, 0, 0, 675],
      service_revenue: [0, 1, 2, 3, 4].map((at) => Number(ROUND(1000 * 1.12 ** (at / 12), 2))),
      accrued_revenue: [0, 225, 0, 0, 675].map((grant, at) => grant + Number(ROUND(1000 * 1.12 ** (at / 12), 2))),
    },
  },
  {
    title: "a leap year has its 29 February, and a forecast may begin in any month",
    company: "start: 2028-02",
    entities: `
- { type: facility, name: Lab, monthly_cost: 2900, security_monthly: 29, start_date: 2028-02-10 }
- { type: sale, name: Late, amount: 10, start_date: 2028-01-30, payment_terms_days: 30 }`,
    months: 3,
    // 20 of 29 days; 30 January + 30 days is 29 February.
    expected: {
      facility_costs: [2020, 2929, 2929],
      accrued_expenses: [2020, 2929, 2929],
      sale_revenue: [10, 0, 0],
    },
  },
];

function modelOf({ company = "", entities, scenarios }: Oracle): Model {
  const start = company.includes("start:") ? "" : "start: 2026-01\n";
  const files = [
    { name: "company.yaml", text: `name: Company\n${start}${company}\n` },
    { name: "entities.yaml", text: entities },
    ...(scenarios === undefined ? [] : [{ name: "scenarios/one.yaml", text: scenarios }]),
  ];
  return requireValid(parseModel(files));
}

for (const oracle of oracles) {
  test(oracle.title, () => {
    const { months, expected, scenario = "baseline" } = oracle;
    const { columns, openingCash } = forecast(modelOf(oracle), { months, scenario });
    const cents = (column: Column): number[] =>
      (expected[column] ?? none(months)).map((value) => Math.round(value * 100));
    const shown = Object.entries(columns).flatMap(([name, values]) => (isStated(name) ? [[name, [...values]]] : []));
    const wanted = Object.keys(columns).flatMap((name) => (isStated(name) ? [[name, cents(name)]] : []));
    assert.deepEqual(Object.fromEntries(shown), Object.fromEntries(wanted));
    let balance = openingCash;
    const balances = none(months).map((_zero, at) => {
      const revenue = (["grant_revenue", "sale_revenue", "service_revenue", "financing"] as const).map(
        (name) => cents(name)[at] ?? 0,
      );
      const costs = costColumns.map((name) => cents(name)[at] ?? 0);
      balance += revenue.reduce((a, b) => a + b) - costs.reduce((a, b) => a + b);
      return balance;
    });
    assert.deepEqual([...columns.cash_balance], balances);
  });
}

const costColumns = [
  "employee_costs",
  "facility_costs",
  "software_costs",
  "equipment_costs",
  "project_costs",
  "tax_paid",
  "capital_expenditure",
] as const;

/** Columns that are not sums of others. */
function isStated(name: string): name is Column {
  const sums = [
    "total_revenue",
    "total_expenses",
    "operating_cash_flow",
    "net_cash_flow",
    "cash_balance",
    "profit_before_tax",
    "profit_after_tax",
  ];
  return !sums.includes(name);
}
