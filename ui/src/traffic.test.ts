import assert from "node:assert/strict";
import { test } from "node:test";
import { Traffic, quantilesOf, sliceMs } from "./traffic.ts";

const start = 1_700_000_000_000;
const call = { outcome: "ok", durationMs: 10, cache: "none" };

test("calls are counted in the five seconds in which they ended, also those that are told of later", () => {
  const traffic = new Traffic();
  traffic.add(call, start);
  traffic.add({ ...call, outcome: "tool_error", durationMs: 30 }, start + 1);
  traffic.add({ ...call, cache: "hit" }, start + sliceMs);
  traffic.add({ ...call, outcome: "cancelled" }, start - sliceMs);
  const [before, first, second] = traffic.slices(start + sliceMs).slice(-3);
  assert.deepEqual([before?.calls, before?.failed], [1, 0]);
  assert.deepEqual([first?.calls, first?.failed, first?.p50, first?.p99], [2, 1, 10, 30]);
  assert.deepEqual([second?.calls, second?.hits], [1, 1]);
});

test("time moves on where nothing happens, and what is five minutes old is gone", () => {
  const traffic = new Traffic();
  traffic.add(call, start);
  assert.equal(
    traffic.slices(start + 60 * sliceMs).reduce((sum, { calls }) => sum + calls, 0),
    0,
  );
  assert.equal(traffic.slices(start + 60 * sliceMs).length, 60);
});

test("quantiles are of what was seen, and none of nothing", () => {
  assert.deepEqual(quantilesOf([]), { p50: undefined, p95: undefined, p99: undefined });
  const hundred = Array.from({ length: 100 }, (_, index) => 100 - index);
  assert.deepEqual(quantilesOf(hundred), { p50: 50, p95: 95, p99: 99 });
});

test("a flood of calls holds a thousand durations of a slice, and counts all", () => {
  const traffic = new Traffic();
  for (let index = 0; index < 5000; index += 1) traffic.add({ ...call, durationMs: index }, start);
  assert.equal(traffic.slices(start).at(-1)?.calls, 5000);
});
