import { taxesOn } from "../engine/taxes.ts";
import { runwayMonths } from "../runway.ts";
import { fromNormal } from "./distributions.ts";
import { normalQuantile } from "./normal.ts";
import type { Plan, Term } from "./plan.ts";
import { type Uniform, permutation, uniformStream } from "./random.ts";

/** Iterations that share one stream of random numbers: the smallest piece of work. */
export const chunkIterations = 250;

/** What the threads write together: each iteration, and each chunk, has places of its own. */
export interface Outcome {
  /** By iteration and month, in cents. */
  readonly balances: Float64Array;
  /** By iteration: revenue, expenses, financing, net, lowest balance, runway; see {@link figures}. */
  readonly figures: Float64Array;
  /** By chunk and dimension: Σx, Σx², Σxy, with x and y less what is expected of them; then Σy and Σy². */
  readonly moments: Float64Array;
}

/** What is kept of an iteration beside its balances. Money in cents. */
export const figures = ["revenue", "expenses", "financing", "net", "lowest", "runway"] as const;

export function chunkCount({ iterations }: Pick<Plan, "iterations">): number {
  return Math.ceil(iterations / chunkIterations);
}

/** Places of a chunk in {@link Outcome.moments}. */
export function momentPlaces({ dimensions }: Pick<Plan, "dimensions">): number {
  return dimensions.length * 3 + 2;
}

function room(count: number): Float64Array {
  return new Float64Array(new SharedArrayBuffer(count * Float64Array.BYTES_PER_ELEMENT));
}

/** Room for what a plan comes to, in memory that threads share. */
export function emptyOutcome(plan: Plan): Outcome {
  return {
    balances: room(plan.iterations * plan.months),
    figures: room(plan.iterations * figures.length),
    moments: room(chunkCount(plan) * momentPlaces(plan)),
  };
}

/** Runs one chunk of a plan. What it writes depends on the plan and the chunk's number alone, not on when or where it runs. */
export type RunChunk = (chunk: number) => void;

/** Prepares to run chunks of a plan into an outcome. */
export function simulator(plan: Plan, outcome: Outcome): RunChunk {
  const draw = sampler(plan);
  const values = new Float64Array(plan.dimensions.length);
  const centres = Float64Array.from(plan.dimensions, ({ distribution }) => fromNormal(distribution)(0));
  const run = iterationRunner(plan, outcome);
  const expected = plan.openingCents + plan.base.net.reduce((all, value) => all + value, 0);
  return (chunk) => {
    const uniform = uniformStream(plan.seed, chunk);
    const places = chunk * momentPlaces(plan);
    const from = chunk * chunkIterations;
    const to = Math.min(plan.iterations, from + chunkIterations);
    for (let iteration = from; iteration < to; iteration += 1) {
      draw(uniform, iteration, values);
      const last = run(iteration, values) - expected;
      addMoments(outcome.moments, places, values, centres, last);
    }
  };
}

function addMoments(moments: Float64Array, from: number, values: Float64Array, centres: Float64Array, y: number): void {
  let place = from;
  for (let at = 0; at < values.length; at += 1) {
    const x = (values[at] ?? 0) - (centres[at] ?? 0);
    moments[place] = (moments[place] ?? 0) + x;
    moments[place + 1] = (moments[place + 1] ?? 0) + x * x;
    moments[place + 2] = (moments[place + 2] ?? 0) + x * y;
    place += 3;
  }
  moments[place] = (moments[place] ?? 0) + y;
  moments[place + 1] = (moments[place + 1] ?? 0) + y * y;
}

/** First stream for the strata of latin hypercube sampling: far from those of chunks. */
const strataStream = 1_000_000_000;

/** Draws the values of an iteration: standard normals, made to go together, then turned into what they are of (Gaussian copula). */
function sampler(plan: Plan): (uniform: Uniform, iteration: number, values: Float64Array) => void {
  const convert = plan.dimensions.map(({ distribution }) => fromNormal(distribution));
  const isStratified = plan.sampling === "latin_hypercube";
  const strata = isStratified
    ? plan.dimensions.map((_dimension, at) => permutation(plan.iterations, uniformStream(plan.seed, strataStream + at)))
    : undefined;
  const normals = new Float64Array(plan.dimensions.length);
  return (uniform, iteration, values) => {
    for (let at = 0; at < normals.length; at += 1) {
      const share = strata === undefined ? uniform() : ((strata[at]?.[iteration] ?? 0) + uniform()) / plan.iterations;
      normals[at] = normalQuantile(share);
    }
    for (const { dimensions, lower } of plan.blocks) correlate(normals, dimensions, lower);
    for (let at = 0; at < values.length; at += 1) values[at] = convert[at]?.(normals[at] ?? 0) ?? 0;
  };
}

/** From the last to the first, so that none is overwritten before it is used. */
function correlate(normals: Float64Array, dimensions: readonly number[], lower: readonly (readonly number[])[]): void {
  for (let row = dimensions.length - 1; row >= 0; row -= 1) {
    let value = 0;
    for (let column = 0; column <= row; column += 1)
      value += (lower[row]?.[column] ?? 0) * (normals[dimensions[column] ?? 0] ?? 0);
    normals[dimensions[row] ?? 0] = value;
  }
}

/** Runs one iteration with its draws and answers the last balance. */
function iterationRunner(
  plan: Plan,
  { balances, figures: kept }: Outcome,
): (iteration: number, values: Float64Array) => number {
  const { months, base } = plan;
  const net = new Float64Array(months);
  const profit = new Float64Array(months);
  const sums = { revenue: 0, expenses: 0, financing: 0 };
  const add = (term: Term, change: number): void => {
    if (change === 0) return;
    addScaled(net, term.net, change);
    if (plan.tax !== undefined) addScaled(profit, term.profit, change);
    sums.revenue += change * term.revenue;
    sums.expenses += change * term.expenses;
    sums.financing += change * term.financing;
  };
  return (iteration, values) => {
    net.set(base.net);
    profit.set(base.profit);
    sums.revenue = base.revenue;
    sums.expenses = base.expenses;
    sums.financing = base.financing;
    for (const term of plan.terms) add(term, factorOf(term, values) - 1);
    for (const { dimension, baseRate, age, term } of plan.growing) {
      const growth = ((1 + (values[dimension] ?? 0)) / (1 + baseRate)) ** (age / 12);
      add(term, factorOf(term, values) * growth - 1);
    }
    for (const shock of plan.shocks) {
      if ((values[shock.happens] ?? 1) >= shock.probability) continue;
      const cents = (values[shock.dimension] ?? 0) * 100;
      const length = Math.max(0, shock.to - shock.from + 1);
      for (let at = shock.from; at <= shock.to; at += 1) {
        net[at] = (net[at] ?? 0) + shock.sign * cents;
        profit[at] = (profit[at] ?? 0) + shock.sign * cents;
      }
      if (shock.sign > 0) sums.revenue += cents * length;
      else sums.expenses += cents * length;
    }
    if (plan.tax !== undefined) addScaled(net, taxesOn(profit, plan.first, plan.tax).paid, -1);
    return record(plan, iteration, net, sums, balances, kept);
  };
}

function factorOf({ drives }: Term, values: Float64Array): number {
  let factor = 1;
  for (const { dimension, base } of drives) {
    const value = values[dimension] ?? 0;
    factor *= base === 0 ? value : 1 + value / base;
  }
  return factor;
}

function addScaled(into: Float64Array, values: Float64Array, factor: number): void {
  for (let at = 0; at < into.length; at += 1) into[at] = (into[at] ?? 0) + factor * (values[at] ?? 0);
}

function record(
  plan: Plan,
  iteration: number,
  net: Float64Array,
  sums: { readonly revenue: number; readonly expenses: number; readonly financing: number },
  balances: Float64Array,
  kept: Float64Array,
): number {
  const { months } = plan;
  let balance = plan.openingCents;
  let lowest = Number.POSITIVE_INFINITY;
  for (let at = 0; at < months; at += 1) {
    balance += net[at] ?? 0;
    if (balance < lowest) lowest = balance;
    balances[iteration * months + at] = balance;
  }
  const runway = runwayMonths(plan.openingCents, net);
  kept.set(
    [sums.revenue, sums.expenses, sums.financing, balance - plan.openingCents, lowest, runway],
    iteration * figures.length,
  );
  return balance;
}
