import assert from "node:assert/strict";
import { randomInt } from "node:crypto";
import { test } from "node:test";
import { Ring } from "./ring.ts";
import { seededRandom } from "./seeded-random.ts";

test("a ring keeps the last things that were added, oldest first, and counts what it dropped", () => {
  const ring = new Ring<number>(3);
  for (const item of [1, 2, 3, 4, 5]) ring.push(item);
  assert.deepEqual(ring.toArray(), [3, 4, 5]);
  assert.equal(ring.dropped, 2);
});

test("what a ring hands out is a copy", () => {
  const ring = new Ring<number>(2);
  ring.push(1);
  ring.toArray().push(2);
  assert.deepEqual(ring.toArray(), [1]);
});

test("a ring behaves like the end of a list, whatever its capacity", (t) => {
  const seed = randomInt(2 ** 31);
  t.diagnostic(`seed ${seed}`);
  const random = seededRandom(seed);
  for (let round = 0; round < 50; round += 1) {
    const capacity = 1 + Math.floor(random() * 10);
    const ring = new Ring<number>(capacity);
    const all: number[] = [];
    for (let count = Math.floor(random() * 40); count > 0; count -= 1) {
      ring.push(count);
      all.push(count);
      assert.deepEqual(ring.toArray(), all.slice(-capacity), `seed ${seed}`);
      assert.equal(ring.dropped, Math.max(0, all.length - capacity), `seed ${seed}`);
      assert.equal(ring.lastDropped, all.at(-capacity - 1), `seed ${seed}`);
      const peeked = Array.from({ length: ring.size }, (_, place) => ring.peek(place));
      assert.deepEqual([...peeked, ring.peek(ring.size)], [...all.slice(-capacity), undefined], `seed ${seed}`);
    }
  }
});

for (const capacity of [0, -1, 1.5, Number.NaN, Number.POSITIVE_INFINITY]) {
  test(`a ring of capacity ${capacity} cannot be made`, () => {
    assert.throws(() => new Ring(capacity), {
      name: "RangeError",
      message: `ring.capacity must be a whole number from 1, got ${capacity}`,
    });
  });
}
