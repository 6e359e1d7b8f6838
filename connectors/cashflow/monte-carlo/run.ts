import { availableParallelism } from "node:os";
import { CashflowError } from "../cashflow-error.ts";
import { type ForecastOptions, forecast } from "../engine/forecast.ts";
import type { Model } from "../model.ts";
import { planOf } from "./plan.ts";
import { type MonteCarloResult, resultOf } from "./results.ts";
import { chunkCount } from "./simulate.ts";
import { type RunOptions, runPlan } from "./threads.ts";
import { type Correlation, type Uncertainty, defaultUncertainties } from "./uncertainty.ts";

export interface MonteCarloOptions extends ForecastOptions, Partial<RunOptions> {
  /** 100 to 100,000. Default 1,000. */
  readonly iterations?: number;
  /** A whole number from 0 to 2^32 − 1. Default 1. The same seed gives the same answer. */
  readonly seed?: number;
  readonly sampling?: "random" | "latin_hypercube";
  /** Default: those of `defaultUncertainties` that the model has entities for. */
  readonly uncertainties?: readonly Uncertainty[];
  readonly correlations?: readonly Correlation[];
  /** From 0 to 100. Default 5, 25, 50, 75, 95. */
  readonly percentiles?: readonly number[];
}

/** Most balances that are kept at once, 8 bytes each. */
const mostBalances = 12_000_000;

/**
 * How the months may turn out when some of what the model says is uncertain. The work is done in threads, the fewest of the processors and
 * 2,000 iterations each, or where there are few iterations in this one without holding it up.
 *
 * @throws {CashflowError} `invalid_argument`, `not_found`, `not_positive_definite`; the signal's reason.
 */
export async function monteCarlo(model: Model, options: MonteCarloOptions = {}): Promise<MonteCarloResult> {
  const { iterations = 1000, seed = 1, sampling = "random", percentiles } = options;
  checkWhole("iterations", iterations, 100, 100_000);
  checkWhole("seed", seed, 0, 2 ** 32 - 1);
  const wrong = percentiles?.find((percent) => !(percent >= 0 && percent <= 100));
  if (wrong !== undefined)
    throw new CashflowError("invalid_argument", `percentiles must be from 0 to 100, got ${wrong}.`);
  const base = forecast(model, options);
  if (iterations * base.months > mostBalances) {
    const most = Math.floor(mostBalances / base.months);
    throw new CashflowError(
      "invalid_argument",
      `${iterations} iterations of ${base.months} months are too many at once; at most ${most}.`,
    );
  }
  const present = new Set(
    base.lines.flatMap(({ drivers, entity }) => drivers.map((driver) => `${entity.type}.${driver}`)),
  );
  const defaults = defaultUncertainties.filter(
    ({ target }) => target.kind === "field" && present.has(`${target.entity_type}.${target.field}`),
  );
  const plan = planOf(base, options.uncertainties ?? defaults, options.correlations ?? [], {
    seed,
    iterations,
    sampling,
  });
  const threads =
    options.threads ?? (iterations <= 1000 ? 0 : Math.min(availableParallelism(), Math.ceil(iterations / 2000)));
  checkWhole("threads", threads, 0, 64);
  const outcome = await runPlan(plan, {
    threads: Math.min(threads, chunkCount(plan)),
    ...(options.onProgress === undefined ? {} : { onProgress: options.onProgress }),
    ...(options.signal === undefined ? {} : { signal: options.signal }),
  });
  return resultOf(plan, outcome, percentiles);
}

function checkWhole(name: string, value: number, least: number, most: number): void {
  if (Number.isInteger(value) && value >= least && value <= most) return;
  throw new CashflowError("invalid_argument", `${name} must be a whole number from ${least} to ${most}, got ${value}.`);
}
