import type { Clock } from "../core/clock.ts";

/** How many wrong keys or tokens one address may send in a minute. */
export const maxGuesses = 20;
const windowMs = 60_000;
/** Addresses that are remembered; of more, those that began first are forgotten. */
export const maxAddresses = 10_000;

interface Count {
  readonly since: number;
  readonly guesses: number;
}

/** Counts, for each address, the wrong keys and tokens of a minute. */
export class Guesses {
  readonly #clock: Clock;
  readonly #counts = new Map<string, Count>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Takes note of a wrong one. */
  note(address: string): void {
    const now = this.#clock.monotonic();
    const count = this.#current(address, now);
    if (count === undefined) {
      this.#counts.delete(address);
      for (const oldest of this.#counts.keys()) {
        if (this.#counts.size < maxAddresses) break;
        this.#counts.delete(oldest);
      }
    }
    this.#counts.set(address, { since: count?.since ?? now, guesses: (count?.guesses ?? 0) + 1 });
  }

  /** How long nothing more is looked at that comes from this address, in ms; undefined where it is. */
  waitMs(address: string): number | undefined {
    if (this.#counts.size === 0) return undefined;
    const now = this.#clock.monotonic();
    const count = this.#current(address, now);
    return count === undefined || count.guesses < maxGuesses ? undefined : count.since + windowMs - now;
  }

  #current(address: string, now: number): Count | undefined {
    const count = this.#counts.get(address);
    return count !== undefined && now - count.since < windowMs ? count : undefined;
  }
}
