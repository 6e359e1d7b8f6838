import { quantile } from "./figures.ts";

/** Calls under way at once. */
const lanes = 32;
const roundMs = 700;

/** Sends one call, and says when its answer is whole. */
export type Send = (done: () => void) => void;

/** Keeps 32 calls under way for 0.7 s; resolves with how many there were, once all are answered. */
export async function callsInARound(send: Send): Promise<number> {
  const startedAt = performance.now();
  let count = 0;
  let left = lanes;
  const { promise, resolve } = Promise.withResolvers<void>();
  const next = (): void => {
    if (performance.now() - startedAt < roundMs) {
      count += 1;
      send(next);
    } else {
      left -= 1;
      if (left === 0) resolve();
    }
  };
  for (let lane = 0; lane < lanes; lane += 1) next();
  await promise;
  return count;
}

/** A line of what one way costs: the median of its rounds, with the least and the greatest. */
export function costLine(name: string, figures: readonly number[]): string {
  const sorted = Float64Array.from(figures).toSorted();
  const [least, median, most] = [0, 0.5, 1].map((part) => quantile(sorted, part).toFixed(1));
  return `${name.padEnd(14)} ${median} µs a call (${least} to ${most})`;
}
