import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import { ManualClock } from "../core/manual-clock.ts";
import { MemoryRateLimiter, type RateLimit, TokenBucket } from "./rate-limit.ts";

test("a bucket gives its burst at once, and one more each time that its rate allows", () => {
  const clock = new ManualClock(5);
  const bucket = new TokenBucket({ perMinute: 60, burst: 3 }, clock);
  const taken = (): boolean[] => [bucket.take(), bucket.take()];
  assert.deepEqual([taken(), taken()].flat(), [true, true, true, false]);
  clock.advance(999);
  assert.equal(bucket.take(), false);
  clock.advance(1);
  assert.deepEqual(taken(), [true, false]);
  clock.advance(60_000);
  assert.deepEqual([taken(), taken()].flat(), [true, true, true, false]);
});

test("a bucket gives several at once or none", () => {
  const clock = new ManualClock();
  const bucket = new TokenBucket({ perMinute: 60, burst: 3 }, clock);
  assert.equal(bucket.take(4), false);
  assert.equal(bucket.take(3), true);
  clock.advance(1000);
  assert.equal(bucket.take(2), false);
  assert.equal(bucket.take(1), true);
});

test("what a limiter says of the wait is exact: one ms earlier it still refuses", () => {
  const clock = new ManualClock();
  const limiter = new MemoryRateLimiter(clock);
  const limit = { perMinute: 7, burst: 1 };
  assert.equal(limiter.take("a", limit), 0);
  const wait = limiter.take("a", limit);
  clock.advance(wait - 1);
  assert.equal(limiter.take("a", limit), 1);
  clock.advance(1);
  assert.equal(limiter.take("a", limit), 0);
});

/** A bucket as one would draw it: tokens that drip in. */
class DrawnBucket {
  #tokens: number;
  #at = 0;
  readonly #limit: RateLimit;

  constructor(limit: RateLimit) {
    this.#limit = limit;
    this.#tokens = limit.burst;
  }

  take(at: number): boolean {
    this.#tokens = Math.min(this.#limit.burst, this.#tokens + ((at - this.#at) * this.#limit.perMinute) / 60_000);
    this.#at = at;
    if (this.#tokens < 1 - 1e-6) return false;
    this.#tokens -= 1;
    return true;
  }
}

test("a limiter lets through what buckets of tokens would, each key for itself", () => {
  const limits = fc.record({ perMinute: fc.integer({ min: 1, max: 600 }), burst: fc.integer({ min: 1, max: 20 }) });
  const steps = fc.array(fc.tuple(fc.constantFrom("a", "b", "c"), fc.nat({ max: 5000 })), { maxLength: 200 });
  fc.assert(
    fc.property(limits, steps, (limit, calls) => {
      const clock = new ManualClock();
      const limiter = new MemoryRateLimiter(clock);
      const drawn = new Map(["a", "b", "c"].map((key) => [key, new DrawnBucket(limit)]));
      for (const [key, ms] of calls) {
        clock.advance(ms);
        assert.equal(limiter.take(key, limit) === 0, drawn.get(key)?.take(clock.now()));
      }
    }),
  );
});

test("keys beyond the bound share one count, and those that are full again make room", () => {
  const clock = new ManualClock();
  const limiter = new MemoryRateLimiter(clock, 2);
  const limit = { perMinute: 60, burst: 1 };
  assert.deepEqual(
    ["a", "b", "c", "d"].map((key) => limiter.take(key, limit)),
    [0, 0, 0, 1000],
  );
  assert.equal(limiter.size, 3);
  assert.equal(limiter.take("a", limit), 1000, "who was known is still counted apart");
  clock.advance(1000);
  assert.deepEqual(
    ["e", "f"].map((key) => limiter.take(key, limit)),
    [0, 0],
  );
  assert.equal(limiter.size, 2);
});
