import { formatMonth } from "../calendar.ts";
import { mean, quantile, standardDeviation } from "../statistics.ts";
import type { Plan } from "./plan.ts";
import { type Outcome, chunkCount, figures, momentPlaces } from "./simulate.ts";

/** How one figure is spread. Money is in units. What is infinite (a runway that never ends) is undefined. */
export interface Spread {
  readonly mean: number | undefined;
  readonly std: number | undefined;
  readonly min: number | undefined;
  readonly max: number | undefined;
  /** By percent, as `p5`. */
  readonly percentiles: Readonly<Record<string, number | undefined>>;
}

/** What can go wrong, and how likely. */
export interface Risk {
  /** That the cash is below 0 at the end of a month. With the 95 % confidence interval of the estimate (Wilson 1927). */
  readonly probabilityOfRuin: number;
  readonly probabilityOfRuinInterval: readonly [number, number];
  /** That there is less cash at the end than at the beginning. */
  readonly probabilityOfLoss: number;
  readonly probabilityOfPositiveCash: number;
  readonly probabilityRunwayBelow6: number;
  readonly probabilityRunwayBelow12: number;
  /** Mean of what is missing at the end, where something is. */
  readonly expectedLossGivenNegative: number | undefined;
  /** The loss from opening to final cash that is exceeded with 5 %: minus the 5th percentile of the change. */
  readonly valueAtRisk95: number;
  /** The mean loss in the worst 5 % (expected shortfall). Never below {@link valueAtRisk95}. */
  readonly expectedShortfall95: number;
  /** Mean change of cash ÷ its standard deviation (Sharpe ratio without a riskless rate). */
  readonly sharpe: number | undefined;
}

/** What a draw has to do with the final cash. */
export interface Influence {
  readonly name: string;
  /** Pearson's, from −1 to 1. */
  readonly correlation: number;
  /** Its square ÷ the sum of all squares. */
  readonly share: number;
}

export interface FanMonth {
  readonly month: string;
  readonly mean: number;
  readonly percentiles: Readonly<Record<string, number>>;
  /** That the cash was below 0 at the end of this month or an earlier one. */
  readonly ruined: number;
}

export interface MonteCarloResult {
  readonly seed: number;
  readonly iterations: number;
  readonly dimensions: number;
  readonly metrics: Readonly<
    Record<
      | "final_cash_balance"
      | "total_revenue"
      | "total_expenses"
      | "net_cash_flow"
      | "lowest_cash"
      | "runway_months"
      | "burn_rate",
      Spread
    >
  >;
  readonly risk: Risk;
  /** For a fan chart. */
  readonly fan: readonly FanMonth[];
  /** Of iterations: months until the first balance below 0, and how many never saw one. */
  readonly runway: {
    readonly byMonth: readonly { readonly month: string; readonly count: number }[];
    readonly beyond: number;
  };
  /** The strongest first. */
  readonly sensitivity: readonly Influence[];
}

/** Reads an outcome. `percents` are from 0 to 100. */
export function resultOf(
  plan: Plan,
  outcome: Outcome,
  percents: readonly number[] = [5, 25, 50, 75, 95],
): MonteCarloResult {
  const { months, iterations, openingCents } = plan;
  const figure = (name: (typeof figures)[number]): Float64Array => {
    const at = figures.indexOf(name);
    return Float64Array.from(
      { length: iterations },
      (_none, iteration) => outcome.figures[iteration * figures.length + at] ?? 0,
    );
  };
  const net = figure("net");
  const runway = figure("runway");
  const financing = figure("financing");
  const burn = net.map((value, at) => Math.max(0, (financing[at] ?? 0) - value) / months);
  const ruin = ruinOf(plan, outcome);
  const final = net.map((value) => value + openingCents);
  const spread = (values: Float64Array): Spread => spreadOf(values, percents);
  return {
    seed: plan.seed,
    iterations,
    dimensions: plan.dimensions.length,
    metrics: {
      final_cash_balance: spread(toUnits(final)),
      total_revenue: spread(toUnits(figure("revenue"))),
      total_expenses: spread(toUnits(figure("expenses"))),
      net_cash_flow: spread(toUnits(net)),
      lowest_cash: spread(toUnits(figure("lowest"))),
      runway_months: spread(runway),
      burn_rate: spread(toUnits(burn)),
    },
    risk: riskOf(toUnits(net), toUnits(final), runway, ruin.beyond),
    fan: fanOf(plan, outcome, percents, ruin.byMonth),
    runway: {
      byMonth: ruin.byMonth.map((count, at) => ({ month: formatMonth(plan.first + at), count })),
      beyond: ruin.beyond,
    },
    sensitivity: influences(plan, outcome),
  };
}

function toUnits(cents: Float64Array): Float64Array {
  return cents.map((value) => value / 100);
}

function finite(value: number | undefined): number | undefined {
  return value !== undefined && Number.isFinite(value) ? value : undefined;
}

function spreadOf(values: Float64Array, percents: readonly number[]): Spread {
  const sorted = values.toSorted();
  return {
    mean: finite(mean(values)),
    std: finite(standardDeviation(values)),
    min: finite(sorted[0]),
    max: finite(sorted.at(-1)),
    percentiles: Object.fromEntries(
      percents.map((percent) => [`p${percent}`, finite(quantile(sorted, percent / 100))]),
    ),
  };
}

function riskOf(change: Float64Array, final: Float64Array, runway: Float64Array, survivors: number): Risk {
  const count = change.length;
  const shareOf = (values: Float64Array, isIt: (value: number) => boolean): number =>
    values.reduce((all, value) => all + (isIt(value) ? 1 : 0), 0) / count;
  const sorted = change.toSorted();
  const worst = quantile(sorted, 0.05);
  const tail = sorted.filter((value) => value <= worst);
  const negative = final.filter((value) => value < 0);
  const std = standardDeviation(change) ?? 0;
  const ruin = (count - survivors) / count;
  return {
    probabilityOfRuin: ruin,
    probabilityOfRuinInterval: wilson(ruin, count),
    probabilityOfLoss: shareOf(change, (value) => value < 0),
    probabilityOfPositiveCash: shareOf(final, (value) => value > 0),
    probabilityRunwayBelow6: shareOf(runway, (value) => value < 6),
    probabilityRunwayBelow12: shareOf(runway, (value) => value < 12),
    expectedLossGivenNegative: negative.length === 0 ? undefined : -(mean(negative) ?? 0),
    valueAtRisk95: -worst,
    expectedShortfall95: -(mean(tail) ?? worst),
    sharpe: std === 0 ? undefined : (mean(change) ?? 0) / std,
  };
}

/** The confidence interval of a share of `count`, 95 % (E. B. Wilson 1927). */
export function wilson(share: number, count: number): readonly [number, number] {
  const z = 1.959_963_984_540_054;
  const centre = (share + z ** 2 / (2 * count)) / (1 + z ** 2 / count);
  const half = (z / (1 + z ** 2 / count)) * Math.sqrt((share * (1 - share)) / count + z ** 2 / (4 * count ** 2));
  return [Math.max(0, centre - half), Math.min(1, centre + half)];
}

function ruinOf(
  { months, iterations }: Plan,
  { balances }: Outcome,
): { readonly byMonth: readonly number[]; readonly beyond: number } {
  const byMonth = Array.from({ length: months }, () => 0);
  let beyond = 0;
  for (let iteration = 0; iteration < iterations; iteration += 1) {
    const at = balances.subarray(iteration * months, (iteration + 1) * months).findIndex((balance) => balance < 0);
    if (at < 0) beyond += 1;
    else byMonth[at] = (byMonth[at] ?? 0) + 1;
  }
  return { byMonth, beyond };
}

function fanOf(
  { months, iterations, first }: Plan,
  { balances }: Outcome,
  percents: readonly number[],
  ruined: readonly number[],
): FanMonth[] {
  let gone = 0;
  return Array.from({ length: months }, (_none, at) => {
    const column = Float64Array.from(
      { length: iterations },
      (_each, iteration) => (balances[iteration * months + at] ?? 0) / 100,
    );
    const middle = mean(column) ?? 0;
    column.sort();
    gone += ruined[at] ?? 0;
    return {
      month: formatMonth(first + at),
      mean: middle,
      percentiles: Object.fromEntries(percents.map((percent) => [`p${percent}`, quantile(column, percent / 100)])),
      ruined: gone / iterations,
    };
  });
}

function influences(plan: Plan, { moments }: Outcome): Influence[] {
  const width = momentPlaces(plan);
  const total = new Float64Array(width);
  // In the order of chunks, whoever ran them: sums of floating-point numbers depend on their order.
  for (let chunk = 0; chunk < chunkCount(plan); chunk += 1) {
    for (let at = 0; at < width; at += 1) total[at] = (total[at] ?? 0) + (moments[chunk * width + at] ?? 0);
  }
  const count = plan.iterations;
  const meanY = (total[width - 2] ?? 0) / count;
  const varianceY = (total[width - 1] ?? 0) / count - meanY ** 2;
  const found = plan.dimensions.map(({ name }, at) => {
    const meanX = (total[at * 3] ?? 0) / count;
    const varianceX = (total[at * 3 + 1] ?? 0) / count - meanX ** 2;
    const covariance = (total[at * 3 + 2] ?? 0) / count - meanX * meanY;
    const scale = Math.sqrt(varianceX * varianceY);
    return { name, correlation: scale > 0 ? Math.max(-1, Math.min(1, covariance / scale)) : 0 };
  });
  const squares = found.reduce((all, { correlation }) => all + correlation ** 2, 0);
  return found
    .map(({ name, correlation }) => ({ name, correlation, share: squares === 0 ? 0 : correlation ** 2 / squares }))
    .toSorted((a, b) => b.share - a.share);
}
