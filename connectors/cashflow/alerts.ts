import type { Forecast } from "./engine/forecast.ts";
import { kpiValue } from "./kpis.ts";

/** Something about a forecast that somebody should know. */
export interface Alert {
  readonly level: "critical" | "warning" | "info";
  /** The KPI. */
  readonly metric: string;
  readonly value: number;
  /** What it passed. */
  readonly threshold: number;
  readonly message: string;
  readonly recommendation: string;
}

interface AlertRule {
  readonly metric: string;
  readonly level: Alert["level"];
  readonly when: "below" | "above";
  readonly threshold: number;
  readonly message: (value: number) => string;
  readonly recommendation: string;
}

/** From the most to the least severe; of the rules of one KPI only the first that is met speaks. */
export const alertRules: readonly AlertRule[] = [
  {
    metric: "runway_months",
    level: "critical",
    when: "below",
    threshold: 3,
    message: (value) => `The cash lasts for ${value.toFixed(1)} months.`,
    recommendation: "Raise money or cut costs at once; see goal_seek for how much.",
  },
  {
    metric: "runway_months",
    level: "warning",
    when: "below",
    threshold: 6,
    message: (value) => `The cash lasts for ${value.toFixed(1)} months.`,
    recommendation: "Begin to raise money: a round takes about half a year.",
  },
  {
    metric: "burn_rate",
    level: "warning",
    when: "above",
    threshold: 100_000,
    message: (value) => `${value.toFixed(2)} go a month more than come in.`,
    recommendation: "See explain_month for the largest costs.",
  },
  {
    metric: "revenue_concentration_risk",
    level: "warning",
    when: "above",
    threshold: 0.8,
    message: (value) => `${(value * 100).toFixed(0)} % of the revenue is of one kind.`,
    recommendation: "Look for a second source.",
  },
  {
    metric: "cash_flow_risk",
    level: "info",
    when: "above",
    threshold: 2,
    message: (value) => `Net cash flow varies by ${value.toFixed(1)} times its mean.`,
    recommendation: "Keep a reserve for the worst months; see lowest_cash.",
  },
];

/** What of a forecast is beyond its threshold. A KPI without a value never alerts. */
export function alertsOf(forecast: Forecast): readonly Alert[] {
  const told = new Set<string>();
  return alertRules.flatMap(({ metric, level, when, threshold, message, recommendation }) => {
    const value = kpiValue(forecast, metric);
    if (value === undefined || told.has(metric)) return [];
    if (when === "below" ? value >= threshold : value <= threshold) return [];
    told.add(metric);
    return [{ level, metric, value, threshold, message: message(value), recommendation }];
  });
}
