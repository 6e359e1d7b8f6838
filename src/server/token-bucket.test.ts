import assert from "node:assert/strict";
import { test } from "node:test";
import { ManualClock } from "../core/manual-clock.ts";
import { TokenBucket } from "./token-bucket.ts";

function takenAtOnce(bucket: TokenBucket): number {
  let taken = 0;
  while (bucket.take()) taken += 1;
  return taken;
}

test("a bucket gives its burst at once, then what flows in, and never gathers more than the burst", () => {
  const clock = new ManualClock();
  const bucket = new TokenBucket({ burst: 5, perMinute: 60 }, clock);
  assert.equal(takenAtOnce(bucket), 5);
  clock.advance(999);
  assert.equal(takenAtOnce(bucket), 0);
  clock.advance(1);
  assert.equal(takenAtOnce(bucket), 1);
  clock.advance(2500);
  assert.equal(takenAtOnce(bucket), 2);
  clock.advance(500);
  assert.equal(takenAtOnce(bucket), 1);
  clock.advance(3_600_000);
  assert.equal(takenAtOnce(bucket), 5);
});

test("several are taken together or not at all", () => {
  const bucket = new TokenBucket({ burst: 5, perMinute: 60 }, new ManualClock());
  assert.equal(bucket.take(3), true);
  assert.equal(bucket.take(3), false);
  assert.equal(bucket.take(2), true);
});
