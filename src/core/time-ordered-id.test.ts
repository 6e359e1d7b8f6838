import assert from "node:assert/strict";
import { test } from "node:test";
import { systemClock } from "./clock.ts";
import { ManualClock } from "./manual-clock.ts";
import { seededRandom } from "./seeded-random.ts";
import { timeOfId, timeOrderedIds } from "./time-ordered-id.ts";

test("ids are UUIDs of version 7 that tell when they were made", () => {
  const newId = timeOrderedIds(new ManualClock(1_732_000_000_123), seededRandom(1));
  const id = newId();
  assert.match(id, /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  assert.equal(timeOfId(id), 1_732_000_000_123);
  assert.equal(timeOfId("something else"), undefined);
});

test("ids sort in the order in which they were made, within a millisecond, when the clock goes back, and beyond 4096 in one", () => {
  let now = 1000;
  const newId = timeOrderedIds({ ...systemClock, now: () => now }, seededRandom(2));
  const ids: string[] = [];
  for (let at = 0; at < 10_000; at += 1) {
    if (at === 5000) now = 500;
    ids.push(newId());
  }
  assert.deepEqual(ids, ids.toSorted());
  assert.equal(new Set(ids).size, ids.length);
});

test("two sources in one millisecond make different ids", () => {
  const clock = new ManualClock(1000);
  const random = seededRandom(3);
  assert.notEqual(timeOrderedIds(clock, random)(), timeOrderedIds(clock, random)());
});
