import assert from "node:assert/strict";
import { test } from "node:test";
import { RisingProgress } from "./progress.ts";

test("what goes back is not told, also after a new attempt", () => {
  const rising = new RisingProgress();
  assert.deepEqual(
    [1, 2, 2, 1, 3].map((progress) => rising.takes(progress, 3)),
    [true, true, false, false, true],
  );
});

test("steps of our own rise, and never stand in the way of the upstream's next", () => {
  for (const [first, next] of [
    [0, 1],
    [0.01, 0.02],
    [1e12, 1e12 + 1e5],
    [-5, -4],
  ] as const) {
    const rising = new RisingProgress();
    assert.equal(rising.takes(first, 10), true);
    let last: number = first;
    for (let beat = 0; beat < 30; beat += 1) {
      const { progress, total } = rising.beat();
      assert.ok(progress > last && total === 10);
      last = progress;
    }
    assert.equal(rising.takes(next, 10), true, `${next} after ${first}`);
  }
});

test("of a silent upstream they begin at 0", () => {
  const rising = new RisingProgress();
  assert.deepEqual(rising.beat(), { progress: 0, total: undefined });
  assert.equal(rising.takes(1, undefined), true);
});
