import { type Column, type Forecast, type expenseTypes, revenueTypes } from "./engine/forecast.ts";
import { runwayMonths } from "./runway.ts";
import { concentration, mean, ratio, slope, standardDeviation, sum } from "./statistics.ts";
import { revenueByCustomer, timingOf } from "./timing.ts";

/** One KPI: what it is, where the definition is from, and how it is computed. docs/cashflow.md is written from this table. */
export interface KpiDefinition {
  readonly name: string;
  readonly unit: "money" | "months" | "ratio" | "percent" | "count";
  readonly formula: string;
  /** Where the definition is from. */
  readonly source: string;
  /** Why there may be no value. */
  readonly why: string;
  readonly compute: (forecast: Forecast) => number | undefined;
}

type Row = readonly [
  name: string,
  unit: KpiDefinition["unit"],
  formula: string,
  source: string,
  why: string,
  compute: KpiDefinition["compute"],
];

const total = ({ columns }: Forecast, column: Column): number => sum(columns[column]);
const money = (cents: number | undefined): number | undefined => (cents === undefined ? undefined : cents / 100);
const percent = (value: number | undefined): number | undefined => (value === undefined ? undefined : value * 100);
const firstOf = (values: Float64Array, count: number): Float64Array =>
  values.subarray(0, Math.min(count, values.length));
const lastOf = (values: Float64Array, count: number): Float64Array =>
  values.subarray(Math.max(0, values.length - count));

/** Net cash flow without the money of owners. */
function beforeFinancing({ columns }: Forecast): Float64Array {
  return columns.net_cash_flow.map((net, at) => net - (columns.financing[at] ?? 0));
}

/** Compound growth a month between the means of the first and the last three months, whose middles are n − 3 months apart. */
function compoundGrowth(values: Float64Array): number | undefined {
  const apart = values.length - 3;
  const growth = ratio(mean(lastOf(values, 3)), mean(firstOf(values, 3)));
  return apart < 1 || growth === undefined || growth < 0 ? undefined : growth ** (1 / apart) - 1;
}

function breakEvenMonth(values: Float64Array): number | undefined {
  const lastBelow = values.findLastIndex((value) => value < 0);
  return lastBelow === values.length - 1 ? undefined : lastBelow + 1;
}

function paybackMonth(values: Float64Array): number | undefined {
  let all = 0;
  const lowest = values.reduce((low, value) => Math.min(low, (all += value)), 0);
  if (lowest >= 0) return 0;
  all = 0;
  let isBelow = false;
  for (const [at, value] of values.entries()) {
    all += value;
    if (all < 0) isBelow = true;
    else if (isBelow) return at + 1;
  }
  return undefined;
}

/** Change of operating profit to change of revenue, between the two halves of the forecast. */
function operatingLeverage({ columns, months }: Forecast): number | undefined {
  const half = Math.floor(months / 2);
  if (half === 0) return undefined;
  const profit = columns.profit_before_tax;
  const revenue = columns.accrued_revenue;
  const change = (values: Float64Array): number | undefined => {
    const before = sum(values.subarray(0, half));
    const after = sum(values.subarray(months - half));
    return before <= 0 ? undefined : (after - before) / before;
  };
  return ratio(change(profit), change(revenue));
}

function averageDeal({ lines, context }: Forecast): number | undefined {
  const deals = lines.filter(
    ({ entity, first, amounts }) =>
      entity.type === "sale" && first + amounts.length > context.first && first <= context.last,
  );
  const ids = new Set(deals.map(({ entity }) => entity.id));
  const all = deals.reduce((so, { amounts }) => so + sum(amounts), 0);
  return ids.size === 0 ? undefined : all / ids.size;
}

const survival: readonly Row[] = [
  [
    "runway_months",
    "months",
    "months until cash_balance < 0, interpolated; beyond the forecast, balance ÷ mean outflow of the last 3 months",
    "usual; Feld & Mendelson, Venture Deals",
    "cash never runs out",
    (f) => runwayMonths(f.openingCash, f.columns.net_cash_flow),
  ],
  [
    "runway_without_funding_months",
    "months",
    "runway_months with net cash flow before financing",
    "as runway_months, for what is not yet signed",
    "cash never runs out",
    (f) => runwayMonths(f.openingCash, beforeFinancing(f)),
  ],
  [
    "burn_rate",
    "money",
    "max(0, −mean(net cash flow before financing)) a month",
    "Feld & Mendelson (net burn)",
    "",
    (f) => money(Math.max(0, -(mean(beforeFinancing(f)) ?? 0))),
  ],
  [
    "current_burn_rate",
    "money",
    "burn_rate of the first 3 months",
    "as burn_rate",
    "",
    (f) => money(Math.max(0, -(mean(firstOf(beforeFinancing(f), 3)) ?? 0))),
  ],
  [
    "gross_burn_rate",
    "money",
    "mean(total_expenses + tax_paid + capital_expenditure) a month",
    "Feld & Mendelson (gross burn)",
    "",
    (f) => money((total(f, "total_expenses") + total(f, "tax_paid") + total(f, "capital_expenditure")) / f.months),
  ],
  [
    "cash_efficiency",
    "ratio",
    "total_revenue ÷ (total_expenses + tax_paid)",
    "usual, with all payments below the line instead of net outflows alone",
    "nothing is paid",
    (f) => ratio(total(f, "total_revenue"), total(f, "total_expenses") + total(f, "tax_paid")),
  ],
  [
    "months_to_breakeven",
    "months",
    "months before the first from which operating_cash_flow stays ≥ 0",
    "Horngren, Cost Accounting (break-even), on cash",
    "operating cash flow is below 0 in the last month",
    (f) => breakEvenMonth(f.columns.operating_cash_flow),
  ],
  [
    "months_to_payback",
    "months",
    "months until the cumulative net cash flow before financing is ≥ 0 again",
    "Brealey & Myers, Principles of Corporate Finance (payback)",
    "what was spent is not earned back in the forecast",
    (f) => paybackMonth(beforeFinancing(f)),
  ],
  ["lowest_cash", "money", "min(cash_balance)", "own", "", (f) => money(Math.min(...f.columns.cash_balance))],
  [
    "cash_flow_volatility",
    "money",
    "sample standard deviation of net_cash_flow",
    "usual, with n − 1",
    "fewer than two months",
    (f) => money(standardDeviation(f.columns.net_cash_flow)),
  ],
  [
    "cash_flow_risk",
    "ratio",
    "cash_flow_volatility ÷ |mean(net_cash_flow)|",
    "coefficient of variation",
    "the mean is 0",
    (f) => ratio(standardDeviation(f.columns.net_cash_flow), Math.abs(mean(f.columns.net_cash_flow) ?? 0)),
  ],
  [
    "working_capital",
    "money",
    "cash_balance + receivables + prepaid − payables − deferred revenue, at the end",
    "IAS 1.66–69, current assets less current liabilities",
    "",
    (f) => {
      const { receivables, prepaid, payables, deferred } = timingOf(f);
      return money((f.columns.cash_balance.at(-1) ?? 0) + receivables + prepaid - payables - deferred);
    },
  ],
];

const revenue: readonly Row[] = [
  [
    "revenue_growth_rate",
    "percent",
    "((mean of last 3 ÷ mean of first 3)^(1 ÷ (n − 3)) − 1) × 100 a month, of accrued_revenue",
    "compound monthly growth; the old exponent 1 ÷ min(n, 3) was wrong",
    "no revenue in the first 3 months, or fewer than 4 months",
    (f) => percent(compoundGrowth(f.columns.accrued_revenue)),
  ],
  [
    "revenue_trend",
    "money",
    "least-squares slope of accrued_revenue a month",
    "usual",
    "fewer than two months",
    (f) => money(slope(f.columns.accrued_revenue)),
  ],
  [
    "average_deal_size",
    "money",
    "Σ of sales ÷ their number",
    "usual, divided by deals instead of months",
    "no sales",
    (f) => money(averageDeal(f)),
  ],
  [
    "revenue_diversification",
    "ratio",
    "1 − Σ(share of grant, sale, service)²",
    "Herfindahl–Hirschman; investments are no revenue",
    "no revenue",
    (f) => {
      const index = concentration(revenueTypes.map((type) => total(f, `${type}_revenue`)));
      return index === undefined ? undefined : 1 - index;
    },
  ],
  [
    "revenue_concentration_risk",
    "ratio",
    "largest of grant, sale, service ÷ total_revenue",
    "usual, without investments",
    "no revenue",
    (f) => ratio(Math.max(...revenueTypes.map((type) => total(f, `${type}_revenue`))), total(f, "total_revenue")),
  ],
  [
    "customer_concentration",
    "ratio",
    "largest customer or agency ÷ accrued_revenue",
    "IFRS 8.34 (major customers)",
    "no revenue",
    (f) => {
      const amounts = [...revenueByCustomer(f).values()];
      return ratio(Math.max(0, ...amounts), sum(amounts));
    },
  ],
  [
    "funding_dependency",
    "ratio",
    "(grant_revenue + financing) ÷ (total_revenue + financing)",
    "usual, with all money that came in below the line",
    "nothing came in",
    (f) => ratio(total(f, "grant_revenue") + total(f, "financing"), total(f, "total_revenue") + total(f, "financing")),
  ],
  [
    "operating_leverage",
    "ratio",
    "%Δ profit_before_tax ÷ %Δ accrued_revenue, second half to first",
    "Brealey & Myers (degree of operating leverage)",
    "no profit in the first half, or revenue did not change",
    operatingLeverage,
  ],
];

const costShare = (f: Forecast, ...types: readonly (typeof expenseTypes)[number][]): number | undefined =>
  ratio(
    types.reduce((all, type) => all + total(f, `${type}_costs`), 0),
    total(f, "total_expenses"),
  );

const team: readonly Row[] = [
  ["average_team_size", "count", "mean(active employees at month's end)", "usual", "", (f) => mean(f.activeEmployees)],
  ["peak_team_size", "count", "max(active employees)", "usual", "", (f) => Math.max(...f.activeEmployees)],
  [
    "team_growth_rate",
    "percent",
    "compound growth a month, as revenue_growth_rate",
    "usual",
    "nobody in the first 3 months, or fewer than 4 months",
    (f) => percent(compoundGrowth(f.activeEmployees)),
  ],
  ["average_projects", "count", "mean(active projects at month's end)", "usual", "", (f) => mean(f.activeProjects)],
  ["peak_projects", "count", "max(active projects)", "usual", "", (f) => Math.max(...f.activeProjects)],
  [
    "revenue_per_employee",
    "money",
    "accrued_revenue ÷ Σ active employees, a person and month",
    "usual",
    "nobody is employed",
    (f) => money(ratio(total(f, "accrued_revenue"), sum(f.activeEmployees))),
  ],
  [
    "cost_per_employee",
    "money",
    "accrued_expenses ÷ Σ active employees, a person and month",
    "usual",
    "nobody is employed",
    (f) => money(ratio(total(f, "accrued_expenses"), sum(f.activeEmployees))),
  ],
  [
    "employee_cost_efficiency",
    "ratio",
    "total_revenue ÷ employee_costs",
    "usual",
    "nobody is paid",
    (f) => ratio(total(f, "total_revenue"), total(f, "employee_costs")),
  ],
  [
    "rd_percentage",
    "percent",
    "project_costs ÷ total_expenses × 100",
    "usual",
    "no expenses",
    (f) => percent(costShare(f, "project")),
  ],
  [
    "project_cost_ratio",
    "ratio",
    "project_costs ÷ total_expenses",
    "usual",
    "no expenses",
    (f) => costShare(f, "project"),
  ],
  [
    "facility_cost_percentage",
    "percent",
    "facility_costs ÷ total_expenses × 100",
    "usual",
    "no expenses",
    (f) => percent(costShare(f, "facility")),
  ],
  [
    "technology_cost_percentage",
    "percent",
    "(software_costs + equipment_costs) ÷ total_expenses × 100",
    "usual",
    "no expenses",
    (f) => percent(costShare(f, "software", "equipment")),
  ],
  [
    "cost_flexibility",
    "ratio",
    "1 − (employee_costs + facility_costs) ÷ total_expenses",
    "usual",
    "no expenses",
    (f) => {
      const fixed = costShare(f, "employee", "facility");
      return fixed === undefined ? undefined : 1 - fixed;
    },
  ],
];

/** All KPIs, grouped by what they are about. */
export const kpiDefinitions: readonly KpiDefinition[] = [...survival, ...revenue, ...team].map(
  ([name, unit, formula, source, why, compute]) => ({ name, unit, formula, source, why, compute }),
);
