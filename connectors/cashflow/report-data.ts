import { formatMonth, indexInYear, yearOf } from "./calendar.ts";
import { type Alert, alertsOf } from "./alerts.ts";
import { CashflowError } from "./cashflow-error.ts";
import { type Column, type Forecast, type ForecastOptions, columnNames, forecast } from "./engine/forecast.ts";
import { type HealthScore, healthScore } from "./health-score.ts";
import { type Kpi, kpisOf, ruinMonth } from "./kpis.ts";
import { metricNamed } from "./metrics.ts";
import type { Model } from "./model.ts";
import { sum } from "./statistics.ts";

/** A row of a report: amounts in units of the currency, `null` where a figure has no meaning (a growth from 0). */
export type ReportRow = {
  readonly period: string;
  readonly active_employees: number;
  readonly active_projects: number;
} & Readonly<Record<Column, number>> & {
    readonly cumulative_cash_flow: number;
    readonly revenue_growth: number | null;
    readonly expense_growth: number | null;
  };

/** A forecast as tools, tables and charts want it: plain data, JSON as it is. */
export interface ForecastReport {
  readonly scenario: string;
  readonly currency: string;
  readonly start: string;
  readonly end: string;
  readonly opening_cash: number;
  readonly periods: readonly ReportRow[];
  readonly summary: {
    readonly total_revenue: number;
    readonly total_expenses: number;
    readonly net_cash_flow: number;
    readonly final_cash: number;
    readonly lowest_cash: number;
    /** The first month that ends below 0. */
    readonly ruin_month: string | null;
  };
  readonly kpis: readonly Kpi[];
  readonly alerts: readonly Alert[];
  readonly health: HealthScore;
  /** Changes of the scenario that touched nothing. */
  readonly notes: readonly string[];
}

export type Aggregation = "monthly" | "quarterly" | "yearly";

/** A forecast in full. Quarters and years are those of the calendar; the first and the last may be short. */
export function reportOf(result: Forecast, aggregation: Aggregation = "monthly"): ForecastReport {
  const { columns, first, months, view, context, openingCash } = result;
  return {
    scenario: view.scenario,
    currency: context.company.currency,
    start: formatMonth(first),
    end: formatMonth(first + months - 1),
    opening_cash: openingCash / 100,
    periods: rowsOf(result, aggregation),
    summary: {
      total_revenue: sum(columns.total_revenue) / 100,
      total_expenses: sum(columns.total_expenses) / 100,
      net_cash_flow: sum(columns.net_cash_flow) / 100,
      final_cash: (columns.cash_balance.at(-1) ?? 0) / 100,
      lowest_cash: columns.cash_balance.reduce((low, value) => Math.min(low, value), Number.POSITIVE_INFINITY) / 100,
      ruin_month: ruinMonth(result) ?? null,
    },
    kpis: kpisOf(result),
    alerts: alertsOf(result),
    health: healthScore(result),
    notes: view.notes,
  };
}

function rowsOf(result: Forecast, aggregation: Aggregation): ReportRow[] {
  const { first, months } = result;
  const groups: { readonly period: string; readonly from: number; to: number }[] = [];
  for (let at = 0; at < months; at += 1) {
    const period = periodName(first + at, aggregation);
    const last = groups.at(-1);
    if (last?.period === period) last.to = at;
    else groups.push({ period, from: at, to: at });
  }
  let before: ReportRow | undefined;
  return groups.map(({ period, from, to }) => {
    before = rowOf(result, period, from, to, before);
    return before;
  });
}

function rowOf(
  { columns, openingCash, activeEmployees, activeProjects }: Forecast,
  period: string,
  from: number,
  to: number,
  before: ReportRow | undefined,
): ReportRow {
  const value = (name: Column): number =>
    name === "cash_balance" ? (columns[name][to] ?? 0) / 100 : sum(columns[name].subarray(from, to + 1)) / 100;
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- every name of the list has its entry
  const amounts = Object.fromEntries(columnNames.map((name) => [name, value(name)])) as Record<Column, number>;
  return {
    period,
    ...amounts,
    cumulative_cash_flow: ((columns.cash_balance[to] ?? 0) - openingCash) / 100,
    revenue_growth: growth(amounts.total_revenue, before?.total_revenue),
    expense_growth: growth(amounts.total_expenses, before?.total_expenses),
    active_employees: activeEmployees[to] ?? 0,
    active_projects: activeProjects[to] ?? 0,
  };
}

/** In percent. */
function growth(now: number, before: number | undefined): number | null {
  return before === undefined || before === 0 ? null : (now / before - 1) * 100;
}

function periodName(month: number, aggregation: Aggregation): string {
  if (aggregation === "monthly") return formatMonth(month);
  const year = String(yearOf(month));
  return aggregation === "yearly" ? year : `${year}-Q${Math.floor(indexInYear(month) / 3) + 1}`;
}

/** The rows as CSV (RFC 4180), amounts with two decimals. */
export function reportCsv({ periods }: ForecastReport): string {
  const head = ["period", ...columnNames, "active_employees", "active_projects"];
  const rows = periods.map((row) => [
    row.period,
    ...columnNames.map((name) => row[name].toFixed(2)),
    String(row.active_employees),
    String(row.active_projects),
  ]);
  return [head, ...rows].map((cells) => `${cells.join(",")}\r\n`).join("");
}

/** Two to five scenarios side by side, and which does best by each metric. */
export interface ScenarioComparison {
  readonly scenarios: readonly string[];
  readonly metrics: readonly { readonly metric: string; readonly values: Readonly<Record<string, number | null>> }[];
  /** By metric: the scenario with the highest value, with the lowest for expenses and burn; none where no scenario has one. */
  readonly winner: Readonly<Record<string, string>>;
}

/**
 * Compares scenarios of a model.
 *
 * @throws {CashflowError} `invalid_argument` not 2 to 5 scenarios; `not_found`.
 */
export function compareScenarios(
  model: Model,
  scenarios: readonly string[],
  metrics: readonly string[] = ["total_revenue", "total_expenses", "net_cash_flow", "final_cash", "lowest_cash"],
  options: Omit<ForecastOptions, "scenario"> = {},
): ScenarioComparison {
  if (scenarios.length < 2 || scenarios.length > 5 || new Set(scenarios).size !== scenarios.length) {
    throw new CashflowError("invalid_argument", `Compare 2 to 5 different scenarios, got ${scenarios.join(", ")}.`);
  }
  const results = scenarios.map((scenario) => ({ scenario, result: forecast(model, { ...options, scenario }) }));
  const rows = metrics.map((metric) => ({
    metric,
    values: Object.fromEntries(results.map(({ scenario, result }) => [scenario, finite(metricNamed(metric)(result))])),
  }));
  return {
    scenarios,
    metrics: rows,
    winner: Object.fromEntries(
      rows
        .filter(({ values }) => Object.values(values).some((value) => value !== null))
        .map(({ metric, values }) => [metric, best(metric, values)]),
    ),
  };
}

function finite(value: number | undefined): number | null {
  return value === undefined || !Number.isFinite(value) ? null : value;
}

function best(metric: string, values: Readonly<Record<string, number | null>>): string {
  const sign = /expenses|burn|cost|risk|concentration/.test(metric) ? -1 : 1;
  const rank = (value: number | null): number => (value === null ? Number.NEGATIVE_INFINITY : sign * value);
  return Object.entries(values).toSorted(([, a], [, b]) => rank(b) - rank(a))[0]?.[0] ?? "";
}
