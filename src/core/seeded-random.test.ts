import assert from "node:assert/strict";
import { test } from "node:test";
import { seededRandom } from "./seeded-random.ts";

function take(seed: number): number[] {
  const random = seededRandom(seed);
  return Array.from({ length: 20 }, () => random());
}

test("a seed gives the same numbers again, and another seed gives others", () => {
  assert.deepEqual(take(7), take(7));
  assert.notDeepEqual(take(7), take(8));
});

test("the numbers lie from 0 up to 1 and are spread over the whole of it", () => {
  const random = seededRandom(1);
  const tenths = new Set<number>();
  for (let count = 0; count < 1000; count += 1) {
    const number = random();
    assert.ok(number >= 0 && number < 1);
    tenths.add(Math.floor(number * 10));
  }
  assert.equal(tenths.size, 10);
});
