import type { Clock } from "../core/clock.ts";

/** How often something may be done. */
export interface TokenBucketOptions {
  /** How often it may be done at once. */
  readonly burst: number;
  /** How often it may be done in the long run. */
  readonly perMinute: number;
}

/** Limits how often something is done: full at first, it loses a token each time and gains them back evenly. */
export class TokenBucket {
  readonly #options: TokenBucketOptions;
  readonly #clock: Clock;
  #tokens: number;
  #filledAt: number;

  constructor(options: TokenBucketOptions, clock: Clock) {
    this.#options = options;
    this.#clock = clock;
    this.#tokens = options.burst;
    this.#filledAt = clock.monotonic();
  }

  /** Takes so many tokens; false where there are fewer, and then none is taken. */
  take(count = 1): boolean {
    const { burst, perMinute } = this.#options;
    const at = this.#clock.monotonic();
    this.#tokens = Math.min(burst, this.#tokens + ((at - this.#filledAt) * perMinute) / 60_000);
    this.#filledAt = at;
    if (this.#tokens < count) return false;
    this.#tokens -= count;
    return true;
  }
}
