import assert from "node:assert/strict";
import { test } from "node:test";
import { deadline } from "./deadline.ts";
import { ManualClock } from "./manual-clock.ts";

const tooLate = (): Error => new Error("too late");

test("a deadline fires with its own reason when time is up", () => {
  const clock = new ManualClock();
  const { signal } = deadline(clock, 100, new AbortController().signal, tooLate);
  clock.advance(99);
  assert.equal(signal.aborted, false);
  clock.advance(1);
  assert.equal(signal.aborted, true);
  assert.deepEqual(signal.reason, tooLate());
});

test("a deadline fires with its parent's reason when the parent fires first", () => {
  const clock = new ManualClock();
  const parent = new AbortController();
  const { signal } = deadline(clock, 100, parent.signal, tooLate);
  parent.abort(new Error("given up"));
  assert.deepEqual(signal.reason, new Error("given up"));
  clock.advance(100);
  assert.deepEqual(signal.reason, new Error("given up"));
});

test("a deadline under a parent that has fired has fired from the start", () => {
  const { signal } = deadline(new ManualClock(), 100, AbortSignal.abort(new Error("gone")), tooLate);
  assert.deepEqual(signal.reason, new Error("gone"));
});

test("a deadline that was stopped never fires, and leaves no timer and no listener", () => {
  const clock = new ManualClock();
  const parent = new AbortController();
  const { signal, stop } = deadline(clock, 100, parent.signal, tooLate);
  stop();
  stop();
  assert.equal(clock.pending, 0);
  clock.advance(1000);
  parent.abort(new Error("given up"));
  assert.equal(signal.aborted, false);
});
