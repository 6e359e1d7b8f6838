import assert from "node:assert/strict";
import { test } from "node:test";
import { ManualClock } from "./manual-clock.ts";
import { sleep } from "./sleep.ts";

test("a sleep ends when its time is up", async () => {
  const clock = new ManualClock();
  const slept = sleep(clock, 10, new AbortController().signal);
  clock.advance(10);
  await slept;
  assert.equal(clock.pending, 0);
});

test("a sleep ends at once when its signal fires, or has fired, and leaves no timer", async () => {
  const clock = new ManualClock();
  const controller = new AbortController();
  const slept = sleep(clock, 10, controller.signal);
  controller.abort();
  await slept;
  await sleep(clock, 10, controller.signal);
  assert.equal(clock.pending, 0);
});
