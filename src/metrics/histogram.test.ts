import assert from "node:assert/strict";
import { test } from "node:test";
import { seededRandom } from "../core/seeded-random.ts";
import { Histogram, shownBounds } from "./histogram.ts";

test("quantiles are those of the values, to an eighth of their size, from a microsecond to an hour", () => {
  const random = seededRandom(7);
  for (const longest of [0.01, 1, 100, 10_000, 4_000_000]) {
    const histogram = new Histogram();
    const values = Array.from({ length: 5000 }, () => random() * longest);
    for (const value of values) histogram.observe(value);
    const sorted = values.toSorted((a, b) => a - b);
    for (const share of [0.5, 0.95, 0.99, 1]) {
      const exact = sorted[Math.ceil(share * sorted.length) - 1] ?? Number.NaN;
      const found = histogram.quantile(share) ?? Number.NaN;
      assert.ok(found >= exact && found <= exact * 1.125 + 0.001, `${share} of ${longest}: ${found}, not ${exact}`);
    }
  }
});

test("what Prometheus is shown counts exactly the values up to each bound, the bound included", () => {
  const histogram = new Histogram();
  const values = shownBounds.flatMap((bound) => [bound * 1000, bound * 1000 + 0.001, bound * 999]);
  for (const value of values) histogram.observe(value);
  assert.deepEqual(
    histogram.cumulative(),
    shownBounds.map((bound) => values.filter((value) => value <= bound * 1000).length),
  );
  assert.equal(histogram.count, values.length);
  const sum = values.reduce((a, b) => a + b, 0);
  assert.ok(Math.abs(histogram.sumMs - sum) < 1e-6);
});

test("nothing has no quantiles, and what is beyond the ends counts as the ends", () => {
  const histogram = new Histogram();
  assert.equal(histogram.quantile(0.5), undefined);
  histogram.observe(-5);
  assert.equal(histogram.quantile(0.5), 0.001);
  histogram.observe(1e12);
  assert.equal(histogram.quantile(1), 2 ** 32 / 1000);
  assert.equal(histogram.cumulative().at(-1), 1);
});

test("what came since an earlier look has quantiles of its own, and several are seen as one", () => {
  const [one, sum, before] = [new Histogram(), new Histogram(), new Histogram()];
  for (let ms = 1; ms <= 100; ms += 1) one.observe(ms);
  before.take(one);
  for (let ms = 1; ms <= 100; ms += 1) one.observe(ms * 10);
  const since = one.since(before);
  assert.equal(since.count, 100);
  assert.ok((since.quantile(0.5) ?? 0) >= 500);
  assert.equal(one.within(40), before.within(40) + since.within(40));
  assert.equal(since.within(5), 0);
  sum.take(before);
  sum.take(since);
  assert.deepEqual([sum.count, sum.sumMs, sum.quantile(0.99)], [one.count, one.sumMs, one.quantile(0.99)]);
});
