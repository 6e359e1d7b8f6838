import assert from "node:assert/strict";
import { test } from "node:test";
import { ManualClock } from "./manual-clock.ts";

test("a manual clock stands still until it is moved", () => {
  const clock = new ManualClock(100);
  assert.equal(clock.now(), 100);
  assert.equal(clock.monotonic(), 100);
  clock.advance(5);
  assert.equal(clock.now(), 105);
  assert.equal(clock.monotonic(), 105);
});

test("timers run in order of time, each at its own moment", () => {
  const clock = new ManualClock();
  const ran: string[] = [];
  clock.after(30, () => ran.push(`c at ${clock.now()}`));
  clock.after(10, () => ran.push(`a at ${clock.now()}`));
  clock.after(20, () => ran.push(`b at ${clock.now()}`));
  clock.advance(29);
  assert.deepEqual(ran, ["a at 10", "b at 20"]);
  assert.equal(clock.pending, 1);
  clock.advance(1);
  assert.deepEqual(ran, ["a at 10", "b at 20", "c at 30"]);
  assert.equal(clock.pending, 0);
});

test("a repeating timer runs at every turn until it is stopped", () => {
  const clock = new ManualClock();
  const ran: number[] = [];
  const stop = clock.every(10, () => ran.push(clock.now()));
  clock.advance(35);
  assert.deepEqual(ran, [10, 20, 30]);
  stop();
  stop();
  clock.advance(100);
  assert.deepEqual(ran, [10, 20, 30]);
  assert.equal(clock.pending, 0);
});

test("a timer that was stopped does not run, even where an earlier one of the same moment stops it", () => {
  const clock = new ManualClock();
  let ran = 0;
  const stop: (() => void)[] = [];
  clock.after(10, () => {
    for (const each of stop) each();
  });
  stop.push(clock.after(10, () => (ran += 1)));
  clock.advance(10);
  assert.equal(ran, 0);
});

test("a timer set by a timer runs in the same move where it falls due in it", () => {
  const clock = new ManualClock();
  const ran: number[] = [];
  clock.after(10, () => clock.after(5, () => ran.push(clock.now())));
  clock.advance(20);
  assert.deepEqual(ran, [15]);
});
