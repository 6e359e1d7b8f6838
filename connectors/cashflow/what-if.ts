import { setImmediate } from "node:timers/promises";
import { CashflowError } from "./cashflow-error.ts";
import { type Forecast, type ForecastOptions, forecast } from "./engine/forecast.ts";
import { type Metric, metricNamed } from "./metrics.ts";
import type { Model } from "./model.ts";
import { isSelected } from "./scenario.ts";
import type { Assumptions, Scenario, Selector } from "./scenario-file.ts";

/**
 * Something that may be turned: a field of the entities that are selected, multiplied with the value, set to it, or with it added; or an
 * assumption that is set to it.
 */
export type Lever =
  | (Selector & { readonly field: string; readonly mode?: "multiply" | "set" | "add" })
  | { readonly assumption: keyof Assumptions };

/** Forecasts with a lever at a value. Everything else stays as the options say. */
export interface WhatIfOptions extends ForecastOptions {
  /** Which metric is asked about; see `metricNames`. Default `final_cash`. */
  readonly metric?: string;
  /** Ends the question between two forecasts, with its reason. */
  readonly signal?: AbortSignal;
  /** Called after each forecast with how many are done. */
  readonly onProgress?: (done: number) => void;
}

/** Between two forecasts of one question everybody else has a turn: a thousand of them would hold a process up for seconds. */
function turns({ signal, onProgress }: WhatIfOptions): () => Promise<void> {
  let done = 0;
  return async () => {
    done += 1;
    onProgress?.(done);
    await setImmediate();
    signal?.throwIfAborted();
  };
}

/** A forecast with levers at values. Earlier levers are turned first. */
export function forecastWith(
  model: Model,
  options: ForecastOptions,
  settings: readonly { readonly lever: Lever; readonly value: number }[],
): Forecast {
  const scenario = copyOf(options);
  for (const { lever, value } of settings) {
    if ("assumption" in lever) {
      Object.assign(scenario.assumptions ?? {}, { [lever.assumption]: value });
      continue;
    }
    const { mode = "multiply", field, ...selector } = lever;
    const change = mode === "set" ? { value } : mode === "add" ? { add: value } : { multiplier: value };
    scenario.entity_overrides?.push({ ...selector, field, ...change });
  }
  return forecast(model, { ...options, scenario });
}

/** A scenario of our own that begins as the one that is asked about. */
function copyOf({ scenario = "baseline" }: ForecastOptions): Scenario {
  const base: Scenario = typeof scenario === "string" ? { name: scenario, extends: scenario } : scenario;
  return {
    ...base,
    name: "what-if",
    entity_overrides: [...(base.entity_overrides ?? [])],
    assumptions: { ...base.assumptions },
  };
}

export interface SensitivityResult {
  readonly baseline: number | undefined;
  readonly points: readonly {
    readonly value: number;
    readonly metric: number | undefined;
    readonly finalCash: number;
  }[];
  /** Percent by which the metric changes for a percent of the value, around the middle of the range; undefined where either is 0. */
  readonly elasticity: number | undefined;
  /** Where the metric crosses 0 between two points, in between in proportion. */
  readonly breakEven: number | undefined;
}

/** Most forecasts for one question. */
const mostForecasts = 1000;

/**
 * A metric over a range of a lever.
 *
 * @throws {CashflowError} `invalid_argument`, `not_found`.
 */
export async function sensitivity(
  model: Model,
  lever: Lever,
  range: { readonly min: number; readonly max: number; readonly steps?: number },
  options: WhatIfOptions = {},
): Promise<SensitivityResult> {
  const { min, max, steps = 11 } = range;
  if (!(min < max) || !Number.isInteger(steps) || steps < 2 || steps > mostForecasts) {
    throw new CashflowError(
      "invalid_argument",
      `A range needs min below max and 2 to ${mostForecasts} steps, got ${min} to ${max} in ${steps}.`,
    );
  }
  const metric = metricNamed(options.metric ?? "final_cash");
  requireEffect(model, lever, options);
  const turn = turns(options);
  const points: Point[] = [];
  for (let at = 0; at < steps; at += 1) {
    const value = min + ((max - min) * at) / (steps - 1);
    const result = forecastWith(model, options, [{ lever, value }]);
    points.push({ value, metric: metric(result), finalCash: (result.columns.cash_balance.at(-1) ?? 0) / 100 });
    await turn();
  }
  return {
    baseline: metric(forecast(model, options)),
    points,
    elasticity: elasticityOf(points),
    breakEven: crossing(points),
  };
}

type Point = SensitivityResult["points"][number];

function elasticityOf(points: readonly Point[]): number | undefined {
  const at = Math.floor((points.length - 1) / 2);
  const [low, high] = [points[Math.max(0, at - 1)], points[Math.min(points.length - 1, at + 1)]];
  if (low?.metric === undefined || high?.metric === undefined) return undefined;
  const value = (low.value + high.value) / 2;
  const metric = (low.metric + high.metric) / 2;
  if (value === 0 || metric === 0) return undefined;
  return (high.metric - low.metric) / metric / ((high.value - low.value) / value);
}

function crossing(points: readonly Point[]): number | undefined {
  for (const [at, { value, metric }] of points.entries()) {
    if (metric === 0) return value;
    const next = points[at + 1];
    if (metric === undefined || next?.metric === undefined || metric * next.metric >= 0) continue;
    return value + ((next.value - value) * metric) / (metric - next.metric);
  }
  return undefined;
}

export interface TornadoBar {
  readonly name: string;
  readonly low: number | undefined;
  readonly high: number | undefined;
  /** |high − low|. */
  readonly swing: number;
}

/**
 * Each lever alone, down and up by a share (default 0.1), the one that moves the metric most first.
 *
 * @throws {CashflowError} `invalid_argument`, `not_found`.
 */
export async function tornado(
  model: Model,
  levers: readonly (Exclude<Lever, { readonly assumption: string }> & { readonly name?: string | undefined })[],
  options: WhatIfOptions & { readonly share?: number } = {},
): Promise<{ readonly baseline: number | undefined; readonly bars: readonly TornadoBar[] }> {
  const { share = 0.1 } = options;
  if (!(share > 0 && share < 1))
    throw new CashflowError("invalid_argument", `share must be between 0 and 1, got ${share}.`);
  const metric = metricNamed(options.metric ?? "final_cash");
  const turn = turns(options);
  const bars: TornadoBar[] = [];
  for (const { name, ...lever } of levers) {
    const turned: Lever = { ...lever, mode: "multiply" };
    requireEffect(model, turned, options);
    const at = (value: number): number | undefined => metric(forecastWith(model, options, [{ lever: turned, value }]));
    const [low, high] = [at(1 - share), at(1 + share)];
    const swing = low === undefined || high === undefined ? 0 : Math.abs(high - low);
    const selected = lever.entity ?? lever.name_pattern ?? lever.entity_type ?? lever.tags?.join("+") ?? "all";
    bars.push({ name: name ?? `${selected}.${lever.field}`, low, high, swing });
    await turn();
  }
  return { baseline: metric(forecast(model, options)), bars: bars.toSorted((a, b) => b.swing - a.swing) };
}

export interface GridResult {
  readonly rows: readonly number[];
  readonly columns: readonly number[];
  /** By row, then column. */
  readonly cells: readonly (readonly (number | undefined)[])[];
}

/**
 * A metric for each pair of values of two levers, at most 1,000 of them.
 *
 * @throws {CashflowError} `invalid_argument`, `not_found`.
 */
export async function grid(
  model: Model,
  row: { readonly lever: Lever; readonly values: readonly number[] },
  column: { readonly lever: Lever; readonly values: readonly number[] },
  options: WhatIfOptions = {},
): Promise<GridResult> {
  const count = row.values.length * column.values.length;
  if (count === 0 || count > mostForecasts)
    throw new CashflowError("invalid_argument", `A grid has 1 to ${mostForecasts} cells, got ${count}.`);
  const metric = metricNamed(options.metric ?? "final_cash");
  for (const { lever } of [row, column]) requireEffect(model, lever, options);
  const turn = turns(options);
  const cells: (number | undefined)[][] = [];
  for (const value of row.values) {
    const cellsOfRow: (number | undefined)[] = [];
    for (const other of column.values) {
      const settings = [
        { lever: row.lever, value },
        { lever: column.lever, value: other },
      ];
      cellsOfRow.push(metric(forecastWith(model, options, settings)));
      await turn();
    }
    cells.push(cellsOfRow);
  }
  return { rows: row.values, columns: column.values, cells };
}

export interface GoalSeekResult {
  readonly value: number;
  readonly metric: number;
  readonly forecasts: number;
}

/**
 * The value of a lever for which a metric reaches `target`, by bisection to within `tolerance` of the value (default 1e-6 of the range). The
 * range must hold it between its ends: default 0.1 to 3.
 *
 * @throws {CashflowError} `no_solution` with the metric at both ends; `invalid_argument`, `not_found`.
 */
export async function goalSeek(
  model: Model,
  lever: Lever,
  target: number,
  options: WhatIfOptions & { readonly min?: number; readonly max?: number; readonly tolerance?: number } = {},
): Promise<GoalSeekResult> {
  const { min = 0.1, max = 3 } = options;
  const { tolerance = Math.abs(max - min) * 1e-6 } = options;
  if (!(min < max) || !(tolerance > 0))
    throw new CashflowError(
      "invalid_argument",
      `The range from ${min} to ${max} or the tolerance ${tolerance} has no meaning.`,
    );
  const metric: Metric = metricNamed(options.metric ?? "final_cash");
  requireEffect(model, lever, options);
  let forecasts = 0;
  const turn = turns(options);
  const distance = async (value: number): Promise<number> => {
    forecasts += 1;
    await turn();
    const at = metric(forecastWith(model, options, [{ lever, value }]));
    if (at !== undefined) return at - target;
    throw new CashflowError("no_solution", `The metric has no value with the lever at ${value}.`);
  };
  let [low, high] = [min, max];
  let below = await distance(low);
  const above = await distance(high);
  if (below === 0) return { value: low, metric: target, forecasts };
  if (below * above > 0) {
    throw new CashflowError(
      "no_solution",
      `${target} is not reached between ${min} and ${max}: there the metric is ${below + target} and ${above + target}. Widen the range, or pull another lever.`,
      { atMin: below + target, atMax: above + target },
    );
  }
  // 200 halvings are more than any two numbers are apart.
  for (let step = 0; step < 200 && high - low > tolerance; step += 1) {
    const middle = (low + high) / 2;
    const here = await distance(middle);
    if (here * below > 0) {
      low = middle;
      below = here;
    } else {
      high = middle;
    }
  }
  // Of the two ends that are left, the one that reaches the target rather than the one that misses it by a little.
  const value = below > 0 ? low : high;
  return { value, metric: (await distance(value)) + target, forecasts };
}

/** The value of a lever for which a metric, by default the lowest cash, is 0. */
export async function breakEven(
  model: Model,
  lever: Lever,
  options: Parameters<typeof goalSeek>[3] = {},
): Promise<GoalSeekResult> {
  return goalSeek(model, lever, 0, { metric: "lowest_cash", ...options });
}

/** Refuses a lever that moves nothing: an answer about it would be about something else. */
function requireEffect(model: Model, lever: Lever, options: ForecastOptions): void {
  if ("assumption" in lever) return;
  const { field, mode, ...selector } = lever;
  const selected = forecast(model, { ...options, months: 1 }).view.entities.filter((entity) =>
    isSelected(entity, selector),
  );
  const isMultiplied = (mode ?? "multiply") === "multiply";
  const found = forecastWith(model, { ...options, months: 1 }, [{ lever, value: 1 }]).view.notes;
  if (selected.length > 0 && !(isMultiplied && found.length > 0)) return;
  const what = selected.length === 0 ? "No entity is selected" : `None of ${selected.length} entities has the field`;
  throw new CashflowError("not_found", `${what} by ${JSON.stringify({ ...selector, field })}.`);
}
