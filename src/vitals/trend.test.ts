import assert from "node:assert/strict";
import { test } from "node:test";
import { seededRandom } from "../core/seeded-random.ts";
import { trendOf, trendWindows } from "./trend.ts";

function minima(valueOf: (window: number) => number, count: number = trendWindows): number[] {
  return Array.from({ length: count }, (_, window) => valueOf(window));
}

test("what rises from window to window is found, with where it began and where it is", () => {
  assert.deepEqual(
    trendOf(
      minima((at) => 100 + at * 10),
      50,
    ),
    { from: 100, to: 240 },
  );
  assert.deepEqual(
    trendOf([900, 50, ...minima((at) => 100 + at * 10)], 50),
    { from: 100, to: 240 },
    "only the last count",
  );
});

test("it is found although nothing is gained in every third window, and a little given back now and then", () => {
  assert.deepEqual(
    trendOf(
      minima((at) => 100 + (at - Math.floor(at / 3)) * 10),
      50,
    ),
    { from: 100, to: 200 },
  );
  assert.ok(
    trendOf(
      minima((at) => (at === 7 ? 159.5 : 100 + at * 10)),
      50,
    ),
  );
});

test("neither a start that reaches its level, nor what comes and goes, nor a small or short rise is a trend", () => {
  assert.equal(
    trendOf(
      minima((at) => Math.min(100 + at * 40, 300)),
      50,
    ),
    undefined,
    "a level",
  );
  assert.equal(
    trendOf(
      minima((at) => 100 + at * 10 - (at === 8 ? 30 : 0)),
      50,
    ),
    undefined,
    "given back",
  );
  assert.equal(
    trendOf(
      minima((at) => 1000 + at * 10),
      50,
    ),
    undefined,
    "less than a fifth",
  );
  assert.equal(
    trendOf(
      minima((at) => 10 + at),
      50,
    ),
    undefined,
    "less than the least rise",
  );
  assert.equal(
    trendOf(
      minima((at) => 100 + at * 10, trendWindows - 1),
      50,
    ),
    undefined,
    "too short",
  );
  assert.equal(
    trendOf(
      minima(() => 100),
      0,
    ),
    undefined,
    "a standstill, where no rise is too small",
  );
  assert.equal(trendOf([], 0), undefined);
});

test("noise around a level is no trend", () => {
  const random = seededRandom(7);
  for (let run = 0; run < 2000; run += 1) {
    assert.equal(
      trendOf(
        minima(() => 100 + random() * 60),
        10,
      ),
      undefined,
    );
  }
});
