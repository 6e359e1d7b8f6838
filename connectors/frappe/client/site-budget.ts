import type { Clock } from "switchyard/connector";
import type { HttpAnswer } from "./http.ts";
import { rateLimitOf, retryAfterMsOf } from "./rate-limit.ts";

/**
 * How long a site does not want to be asked: it limits the time that it spends on everybody's requests together, so that what one user is told
 * holds for all.
 */
export class SiteBudget {
  readonly #clock: Clock;
  #openAt = Number.NEGATIVE_INFINITY;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** In how many ms the next request may be sent; 0: now. */
  waitMs(): number {
    return Math.max(0, this.#openAt - this.#clock.monotonic());
  }

  /** Takes note of what an answer says of the limit. */
  note({ status, headers }: HttpAnswer): void {
    const limit = rateLimitOf(headers);
    if (limit === undefined && status !== 429) return;
    const isUsedUp = status === 429 || (limit !== undefined && limit.leftMicroseconds <= 0);
    if (!isUsedUp) return;
    const waitMs = retryAfterMsOf(headers, this.#clock.now()) ?? limit?.resetMs ?? 0;
    this.#openAt = Math.max(this.#openAt, this.#clock.monotonic() + waitMs);
  }
}
