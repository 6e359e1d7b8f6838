/** Length of the windows into which what is measured is divided, in ms. */
export const windowMs = 60_000;
/** How many windows one after another must rise. */
export const trendWindows = 15;
/** The least rise over all of them, as a share of the first. */
const leastShare = 0.2;
/** How far one window may fall below the one before, as a share: the kernel takes back a few pages now and then. */
const tolerance = 0.01;
/** How many of the steps between windows must go up: in a minute without calls nothing leaks. */
const leastRising = 2 / 3;

/** From where to where something grew. */
export interface Trend {
  readonly from: number;
  readonly to: number;
}

/**
 * Whether something keeps growing. Pure. `minima` are the lowest values in windows one after another, oldest first: what is collected
 * as garbage, or comes and goes with a call, does not show in the lowest value.
 *
 * It grows where over the last {@link trendWindows} windows none fell by more than 1 %, two of three steps went up, and the
 * whole rise is at least a fifth and at least `leastRise`. A start that fills caches has reached its level before.
 */
export function trendOf(minima: readonly number[], leastRise: number): Trend | undefined {
  const last = minima.slice(-trendWindows);
  const [from, to] = [last[0], last.at(-1)];
  if (last.length < trendWindows || from === undefined || to === undefined) return undefined;
  if (to - from < Math.max(leastRise, from * leastShare)) return undefined;
  const steps = last.slice(1).map((value, at) => ({ before: last[at] ?? value, value }));
  if (steps.some(({ before, value }) => value < before * (1 - tolerance))) return undefined;
  const rising = steps.filter(({ before, value }) => value > before).length;
  return rising >= steps.length * leastRising ? { from, to } : undefined;
}
