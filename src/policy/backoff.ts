/** How often something is tried again that fails, such as dialling an upstream that does not come up. */
export interface BackoffOptions {
  /** Before the second attempt, in ms; doubled with each failure. Default 500. */
  readonly firstMs?: number;
  /** Longest time between two attempts, in ms. Default 300 000. */
  readonly longestMs?: number;
  /** Attempts in 24 hours. Default 500. */
  readonly attemptsPerDay?: number;
}

export const backoffDefaults = {
  firstMs: 500,
  longestMs: 300_000,
  attemptsPerDay: 500,
} as const satisfies Required<BackoffOptions>;

const dayMs = 86_400_000;

/** How long to wait after the given number of earlier failures, in ms: doubling up to the longest, half of it by chance. */
export function delayAfter(
  failures: number,
  random: () => number,
  { firstMs, longestMs }: Required<BackoffOptions> = backoffDefaults,
): number {
  const full = Math.min(firstMs * 2 ** Math.min(failures, 30), longestMs);
  return Math.round(full / 2 + (random() * full) / 2);
}

/**
 * Attempts of the last 24 hours, so that an upstream that comes up and goes down again all day is not dialled all day: such a one starts
 * its delays anew each time it was up for a while.
 */
export class AttemptBudget {
  readonly #times: number[] = [];
  readonly #attemptsPerDay: number;

  /** @throws {RangeError} where `attemptsPerDay` is not a whole number from 1. */
  constructor(attemptsPerDay: number = backoffDefaults.attemptsPerDay) {
    if (!Number.isInteger(attemptsPerDay) || attemptsPerDay < 1) {
      throw new RangeError(`backoff.attemptsPerDay must be a whole number from 1, got ${attemptsPerDay}`);
    }
    this.#attemptsPerDay = attemptsPerDay;
  }

  /** Takes note of an attempt that begins at this time, in ms of the monotonic clock. */
  spend(at: number): void {
    this.#times.push(at);
    if (this.#times.length > this.#attemptsPerDay) this.#times.shift();
  }

  /** In how many ms the next attempt may begin; 0 where it may now. */
  waitMs(at: number): number {
    const [oldest] = this.#times;
    if (oldest === undefined || this.#times.length < this.#attemptsPerDay) return 0;
    return Math.max(0, oldest + dayMs - at);
  }
}
