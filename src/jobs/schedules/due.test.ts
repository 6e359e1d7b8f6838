import assert from "node:assert/strict";
import { test } from "node:test";
import { chosen, lookedAt, maxWaiting } from "./due.ts";
import type { Missed, Overlap, Schedule } from "./schedule.ts";
import { scheduleOf } from "./schedule-store.contract.ts";

const minute = 60_000;

/** Every minute. */
function nextAfter(ms: number): number {
  return (Math.floor(ms / minute) + 1) * minute;
}

function dueAt(nextAt: number, missed: Missed, more: Partial<Schedule> = {}): Schedule {
  return { ...scheduleOf("a"), nextAt, missed, ...more };
}

test("a time that comes is looked at once, and the next one is worked out", () => {
  for (const missed of ["skip", "once", "all"] as const) {
    const schedule = dueAt(5 * minute, missed);
    assert.equal(lookedAt(schedule, nextAfter, 5 * minute - 1).schedule, schedule);
    const { schedule: after, skipped } = lookedAt(schedule, nextAfter, 5 * minute + 3);
    assert.deepEqual([after.waiting, after.nextAt, skipped], [[5 * minute], 6 * minute, undefined]);
  }
});

test("of times that nobody looked at in time none counts, or one, or all", () => {
  const at = 10 * minute + 3;
  const of = (missed: Missed) => lookedAt(dueAt(7 * minute, missed), nextAfter, at);
  assert.deepEqual(of("skip").schedule.waiting, [10 * minute]);
  assert.equal(of("skip").skipped, 7 * minute);
  assert.deepEqual([of("once").schedule.waiting, of("once").skipped], [[7 * minute], undefined]);
  assert.deepEqual(
    of("all").schedule.waiting,
    [7, 8, 9, 10].map((n) => n * minute),
  );
  for (const missed of ["skip", "once", "all"] as const) assert.equal(of(missed).schedule.nextAt, 11 * minute);
});

test("however long nobody looked, so many wait and no more", () => {
  const { schedule, skipped } = lookedAt(dueAt(minute, "all"), nextAfter, 1_000_000 * minute);
  assert.equal(schedule.waiting.length, maxWaiting);
  assert.equal(skipped, (maxWaiting + 1) * minute);
  const full = lookedAt({ ...schedule, nextAt: 5e9 }, () => 6e9, 5e9);
  assert.deepEqual([full.schedule.waiting, full.skipped], [schedule.waiting, 5e9]);
});

test("while a job is not over, the next time is left out, waits, or begins beside it", () => {
  assert.deepEqual(choice("skip", true), { begin: undefined, left: [], skipped: 1 });
  assert.deepEqual(choice("skip", false), { begin: 1, left: [], skipped: 2 });
  assert.deepEqual(choice("queue", true), { begin: undefined, left: [1, 2], skipped: undefined });
  assert.deepEqual(choice("queue", false), { begin: 1, left: [2], skipped: undefined });
  assert.deepEqual(choice("parallel", true), { begin: 1, left: [2], skipped: undefined });
});

function choice(overlap: Overlap, isBusy: boolean) {
  return chosen({ ...scheduleOf("a"), overlap, waiting: [1, 2] }, isBusy);
}
