import type { Clock } from "switchyard/connector";

/** How much time a site spends on requests: so many seconds in windows of so many. */
export interface LimitOptions {
  readonly limitSeconds: number;
  readonly windowSeconds: number;
}

/** What is left before a request. */
export interface Turn {
  readonly isRefused: boolean;
  /** Headers that every answer has; those of a good one also what it used. */
  readonly headers: (isAnswered: boolean) => Readonly<Record<string, string>>;
}

const perSecond = 1_000_000;

/** Counts the time that a site spends on requests, of all users together, in fixed windows. */
export class SiteLimit {
  readonly #clock: Clock;
  readonly #limit: number;
  readonly #windowMs: number;
  #windowStart: number;
  #used = 0;

  constructor(options: LimitOptions, clock: Clock) {
    this.#clock = clock;
    this.#limit = options.limitSeconds * perSecond;
    this.#windowMs = options.windowSeconds * 1000;
    this.#windowStart = clock.monotonic();
  }

  /** A request begins; its time counts from now until its headers are asked for. */
  begin(): Turn {
    const start = this.#clock.monotonic();
    const windows = Math.floor((start - this.#windowStart) / this.#windowMs);
    if (windows > 0) {
      this.#windowStart += windows * this.#windowMs;
      this.#used = 0;
    }
    const remaining = Math.max(0, this.#limit - this.#used);
    const reset = Math.max(1, Math.ceil((this.#windowStart + this.#windowMs - start) / 1000));
    const isRefused = remaining === 0;
    return {
      isRefused,
      headers: (isAnswered) => {
        const used = Math.max(1, Math.round((this.#clock.monotonic() - start) * 1000));
        if (!isRefused) this.#used += used;
        return {
          "x-ratelimit-limit": String(this.#limit),
          "x-ratelimit-remaining": String(Math.round(remaining)),
          "x-ratelimit-reset": String(reset),
          ...(isAnswered && { "x-ratelimit-used": String(used) }),
          ...(isRefused && { "retry-after": String(reset) }),
        };
      },
    };
  }
}
