import type { Forecast } from "./engine/forecast.ts";
import { kpiValue } from "./kpis.ts";
import { mean, ratio } from "./statistics.ts";

/** One of the four parts of the score. */
export interface HealthPart {
  readonly name: "runway" | "growth" | "efficiency" | "burn";
  readonly points: number;
  readonly most: number;
  /** The figure that it is for; undefined where there is none. */
  readonly value: number | undefined;
  readonly reason: string;
}

/** How well a company stands, 20 to 100, and why. */
export interface HealthScore {
  readonly score: number;
  /** By 30, 60 and 80. */
  readonly band: "critical" | "weak" | "fair" | "good";
  readonly parts: readonly HealthPart[];
}

/** Points by the first step whose bound the value is above, else the least. */
function pointsFor(value: number, steps: readonly (readonly [bound: number, points: number])[], least: number): number {
  return steps.find(([bound]) => value > bound)?.[1] ?? least;
}

/**
 * Runway (30 points: above 18, 12, 6, 3 months), growth of revenue a month in percent (25: above 20, 10, 5, 0), cash efficiency (25: above
 * 0.8, 0.6, 0.4, 0.2) and burn to revenue (20: below 0.5, 0.8, 1.2). A part whose figure has no meaning has the least points, but a runway
 * that never ends, a company that pays nothing and a burn of 0 have the most.
 */
export function healthScore(forecast: Forecast): HealthScore {
  const parts = [runwayPart(forecast), growthPart(forecast), efficiencyPart(forecast), burnPart(forecast)];
  const score = parts.reduce((all, { points }) => all + points, 0);
  return { score, band: bandOf(score), parts };
}

function bandOf(score: number): HealthScore["band"] {
  if (score >= 80) return "good";
  if (score >= 60) return "fair";
  return score >= 30 ? "weak" : "critical";
}

function runwayPart(forecast: Forecast): HealthPart {
  const value = kpiValue(forecast, "runway_months");
  const steps = [
    [18, 30],
    [12, 25],
    [6, 15],
    [3, 10],
  ] as const;
  const reason = value === undefined ? "cash never runs out" : `cash lasts for ${value.toFixed(1)} months`;
  return { name: "runway", most: 30, value, points: pointsFor(value ?? Number.POSITIVE_INFINITY, steps, 5), reason };
}

function growthPart(forecast: Forecast): HealthPart {
  const value = kpiValue(forecast, "revenue_growth_rate");
  const steps = [
    [20, 25],
    [10, 20],
    [5, 15],
    [0, 10],
  ] as const;
  const reason =
    value === undefined
      ? "revenue has no growth that could be measured"
      : `revenue grows by ${value.toFixed(2)} % a month`;
  return { name: "growth", most: 25, value, points: pointsFor(value ?? Number.NEGATIVE_INFINITY, steps, 5), reason };
}

function efficiencyPart(forecast: Forecast): HealthPart {
  const value = kpiValue(forecast, "cash_efficiency");
  const steps = [
    [0.8, 25],
    [0.6, 20],
    [0.4, 15],
    [0.2, 10],
  ] as const;
  const reason = value === undefined ? "nothing is paid" : `${value.toFixed(2)} comes in for 1 that goes out`;
  return {
    name: "efficiency",
    most: 25,
    value,
    points: pointsFor(value ?? Number.POSITIVE_INFINITY, steps, 5),
    reason,
  };
}

function burnPart(forecast: Forecast): HealthPart {
  const burn = kpiValue(forecast, "burn_rate") ?? 0;
  const monthlyRevenue = (mean(forecast.columns.total_revenue) ?? 0) / 100;
  const value = burn === 0 ? 0 : ratio(burn, monthlyRevenue);
  const reason = value === undefined ? "cash is burnt and nothing earned" : `burn is ${value.toFixed(2)} of revenue`;
  // Less is better here: the steps are of its opposite.
  const steps = [
    [-0.5, 20],
    [-0.8, 15],
    [-1.2, 10],
  ] as const;
  return { name: "burn", most: 20, value, points: pointsFor(-(value ?? Number.POSITIVE_INFINITY), steps, 5), reason };
}
