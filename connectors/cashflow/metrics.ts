import { CashflowError } from "./cashflow-error.ts";
import type { Forecast } from "./engine/forecast.ts";
import { nearestName } from "./findings.ts";
import { kpiDefinitions } from "./kpi-definitions.ts";
import { sum } from "./statistics.ts";

/** One figure of a whole forecast. Money is in units. Undefined where it has no meaning. */
export type Metric = (forecast: Forecast) => number | undefined;

const totals: Readonly<Record<string, Metric>> = {
  final_cash: ({ columns }) => (columns.cash_balance.at(-1) ?? 0) / 100,
  total_revenue: ({ columns }) => sum(columns.total_revenue) / 100,
  total_expenses: ({ columns }) => sum(columns.total_expenses) / 100,
  net_cash_flow: ({ columns }) => sum(columns.net_cash_flow) / 100,
  operating_cash_flow: ({ columns }) => sum(columns.operating_cash_flow) / 100,
  profit_before_tax: ({ columns }) => sum(columns.profit_before_tax) / 100,
};

/** Names of all metrics: sums of a forecast, and its KPIs. */
export const metricNames: readonly string[] = [...Object.keys(totals), ...kpiDefinitions.map(({ name }) => name)];

/**
 * A metric by its name.
 *
 * @throws {CashflowError} `not_found`.
 */
export function metricNamed(name: string): Metric {
  const metric = Object.hasOwn(totals, name) ? totals[name] : kpiDefinitions.find((kpi) => kpi.name === name)?.compute;
  if (metric !== undefined) return metric;
  const near = nearestName(name, metricNames);
  throw new CashflowError(
    "not_found",
    `There is no metric "${name}". ${near === undefined ? `Metrics: ${metricNames.join(", ")}.` : `Did you mean ${near}?`}`,
  );
}
