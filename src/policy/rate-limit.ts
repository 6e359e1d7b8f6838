import type { Clock } from "../core/clock.ts";

/** How often something may be done. */
export interface RateLimit {
  /** How often in the long run. From 1. */
  readonly perMinute: number;
  /** How often at once, after a while without. From 1. */
  readonly burst: number;
}

/**
 * The whole arithmetic of a limit (the generic cell rate algorithm): a token bucket whose state is one number, the time at which the bucket
 * will be full again. Pure.
 *
 * @param fullAt when it will be full again; anything not after `at` means that it is full.
 * @returns when it will be full after `count` were taken; undefined where there are fewer, and then none is taken.
 * @see ITU-T I.371, annex A, the virtual scheduling algorithm.
 */
export function take(
  { perMinute, burst }: RateLimit,
  fullAt: number,
  at: number,
  count: number = 1,
): number | undefined {
  const eachMs = 60_000 / perMinute;
  const next = Math.max(fullAt, at) + count * eachMs;
  // A millionth of a token makes up for what additions of times lose.
  return next - at > (burst + 1e-6) * eachMs ? undefined : next;
}

/** In how many whole ms `count` can be taken, at least 1; for when {@link take} says that they cannot. */
export function waitMs({ perMinute, burst }: RateLimit, fullAt: number, at: number, count: number = 1): number {
  const eachMs = 60_000 / perMinute;
  return Math.max(1, Math.ceil(Math.max(fullAt, at) + (count - burst) * eachMs - at));
}

/** Limits how often one thing is done: full at first, it loses a token each time and gains them back evenly. */
export class TokenBucket {
  readonly #limit: RateLimit;
  readonly #clock: Clock;
  #fullAt = Number.NEGATIVE_INFINITY;

  constructor(limit: RateLimit, clock: Clock) {
    this.#limit = limit;
    this.#clock = clock;
  }

  /** Takes so many tokens; false where there are fewer, and then none is taken. */
  take(count = 1): boolean {
    const next = take(this.#limit, this.#fullAt, this.#clock.monotonic(), count);
    if (next === undefined) return false;
    this.#fullAt = next;
    return true;
  }
}

/** Counts by key, and says when there was too much. One process counts for itself; a shared counter may need to be waited for. */
export interface RateLimiter {
  /** Takes one for this key; 0 where it may be done, else in how many ms it may be. A promise only where the count is kept elsewhere. */
  take(key: string, limit: RateLimit): number | Promise<number>;
}

/** Keys that are counted apart at once; beyond, new ones are counted together until others are full again. */
export const maxKeys = 20_000;

/** What all keys beyond {@link maxKeys} are counted as: whoever floods the counter with names then shares what one of them may do. */
const others = "";

/**
 * Counts in this process. Each key costs one number; keys whose buckets are full again are forgotten when room is needed, which changes
 * nothing for them. A call costs a look in a map and no promise.
 */
export class MemoryRateLimiter implements RateLimiter {
  readonly #clock: Clock;
  readonly #max: number;
  readonly #fullAt = new Map<string, number>();
  /** When room was last looked for. */
  #sweptAt = Number.NEGATIVE_INFINITY;

  constructor(clock: Clock, max: number = maxKeys) {
    this.#clock = clock;
    this.#max = max;
  }

  /** Keys that are counted apart now. */
  get size(): number {
    return this.#fullAt.size;
  }

  take(wanted: string, limit: RateLimit): number {
    const at = this.#clock.monotonic();
    const known = this.#fullAt.get(wanted);
    const key = known === undefined && !this.#hasRoom(at) ? others : wanted;
    const fullAt = (key === wanted ? known : this.#fullAt.get(key)) ?? Number.NEGATIVE_INFINITY;
    const next = take(limit, fullAt, at);
    if (next === undefined) return waitMs(limit, fullAt, at);
    this.#fullAt.set(key, next);
    return 0;
  }

  #hasRoom(at: number): boolean {
    if (this.#fullAt.size < this.#max) return true;
    // Looking through all of them is worth it only so often.
    if (at - this.#sweptAt < sweepMs) return false;
    this.#sweptAt = at;
    for (const [key, fullAt] of this.#fullAt) if (fullAt <= at) this.#fullAt.delete(key);
    return this.#fullAt.size < this.#max;
  }
}

/** How long after a look for room the next one may be, in ms. */
const sweepMs = 1000;

/** How often callers may call, whatever they call. */
export interface CallerLimits {
  /** All calls of one caller who has a key or a token. Default 60 a minute, 60 at once; false: no limit. Callers on this machine have none. */
  readonly caller?: RateLimit | false;
  /** All calls of one session or connection, whoever is at its other end. Default false: no limit. */
  readonly session?: RateLimit | false;
}

export const callerLimitDefaults = {
  caller: { perMinute: 60, burst: 60 },
  session: false,
} as const satisfies Required<CallerLimits>;
