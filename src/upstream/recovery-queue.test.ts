import assert from "node:assert/strict";
import { setImmediate as turn } from "node:timers/promises";
import { test } from "node:test";
import { ManualClock } from "../core/manual-clock.ts";
import { RecoveryQueue } from "./recovery-queue.ts";

function stand(max = 2): {
  clock: ManualClock;
  queue: RecoveryQueue;
  begun: string[];
  add: (key: string, delayMs: number) => void;
  end: (key: string) => Promise<void>;
} {
  const clock = new ManualClock();
  const queue = new RecoveryQueue(clock, max);
  const begun: string[] = [];
  const ends = new Map<string, () => void>();
  return {
    clock,
    queue,
    begun,
    add(key, delayMs) {
      queue.schedule(key, delayMs, () => {
        begun.push(key);
        const { promise, resolve } = Promise.withResolvers<void>();
        ends.set(key, resolve);
        return promise;
      });
    },
    async end(key) {
      ends.get(key)?.();
      await turn();
    },
  };
}

test("what falls due first is tried first, whatever the order in which it was asked for", () => {
  const { clock, add, begun } = stand();
  add("late", 500);
  add("early", 100);
  clock.advance(99);
  assert.deepEqual(begun, []);
  clock.advance(1);
  assert.deepEqual(begun, ["early"]);
  clock.advance(400);
  assert.deepEqual(begun, ["early", "late"]);
});

test("no more than so many are tried at once; who waits for a place gets it in order", async () => {
  const { clock, add, begun, end } = stand();
  for (const key of ["a", "b", "c", "d"]) add(key, 10);
  clock.advance(10);
  assert.deepEqual(begun, ["a", "b"]);
  await end("b");
  assert.deepEqual(begun, ["a", "b", "c"]);
  await end("a");
  await end("c");
  assert.deepEqual(begun, ["a", "b", "c", "d"]);
});

test("an upstream has one place in the queue: what is asked for later counts", () => {
  const { clock, add, queue, begun } = stand();
  add("a", 100);
  add("a", 1000);
  assert.equal(queue.size, 1);
  clock.advance(999);
  assert.deepEqual(begun, []);
  clock.advance(1);
  assert.deepEqual(begun, ["a"]);
});

test("an operator can bring a try forward, or take it out", () => {
  const { clock, add, queue, begun } = stand();
  add("a", 60_000);
  add("b", 60_000);
  assert.equal(queue.tryNow("a"), true);
  assert.equal(queue.tryNow("unknown"), false);
  queue.remove("b");
  clock.advance(120_000);
  assert.deepEqual(begun, ["a"]);
});

test("a closed queue tries nothing more and keeps no timer", () => {
  const { clock, add, queue, begun } = stand();
  add("a", 10);
  queue.close();
  queue.close();
  add("b", 0);
  clock.advance(1000);
  assert.deepEqual(begun, []);
  assert.equal(clock.pending, 0);
});
