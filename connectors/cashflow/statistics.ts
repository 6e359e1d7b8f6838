/** Sum of the numbers; 0 of none. */
export function sum(values: ArrayLike<number>): number {
  let all = 0;
  for (let at = 0; at < values.length; at += 1) all += values[at] ?? 0;
  return all;
}

/** Arithmetic mean; undefined of none. */
export function mean(values: ArrayLike<number>): number | undefined {
  return values.length === 0 ? undefined : sum(values) / values.length;
}

/** Sample standard deviation, with n − 1; undefined of fewer than two. */
export function standardDeviation(values: ArrayLike<number>): number | undefined {
  const middle = mean(values);
  if (middle === undefined || values.length < 2) return undefined;
  let squares = 0;
  for (let at = 0; at < values.length; at += 1) squares += ((values[at] ?? 0) - middle) ** 2;
  return Math.sqrt(squares / (values.length - 1));
}

/** Least-squares slope over 0, 1, 2, …; undefined of fewer than two. */
export function slope(values: ArrayLike<number>): number | undefined {
  const middle = mean(values);
  if (middle === undefined || values.length < 2) return undefined;
  const centre = (values.length - 1) / 2;
  let both = 0;
  let squares = 0;
  for (let at = 0; at < values.length; at += 1) {
    both += (at - centre) * ((values[at] ?? 0) - middle);
    squares += (at - centre) ** 2;
  }
  return both / squares;
}

/** A quantile of values in ascending order, `share` from 0 to 1: linear between ranks (Hyndman & Fan 1996, type 7). */
export function quantile(sorted: ArrayLike<number>, share: number): number {
  const at = (sorted.length - 1) * share;
  const below = Math.floor(at);
  const low = sorted[below] ?? Number.NaN;
  const high = sorted[below + 1] ?? low;
  return low + (high - low) * (at - below);
}

/** Sum of squared shares, 1 ÷ n for n equal ones to 1 for one alone (Herfindahl–Hirschman index). Undefined where all is 0. */
export function concentration(values: readonly number[]): number | undefined {
  const all = sum(values);
  return all === 0 ? undefined : values.reduce((index, value) => index + (value / all) ** 2, 0);
}

/** `a / b`; undefined where that has no meaning. */
export function ratio(a: number | undefined, b: number | undefined): number | undefined {
  return a === undefined || b === undefined || b === 0 ? undefined : a / b;
}
