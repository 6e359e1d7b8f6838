import assert from "node:assert/strict";
import { test } from "node:test";
import { ManualClock } from "../core/manual-clock.ts";
import { WriteBehind } from "./write-behind.ts";

function rig(options: { readonly max?: number; readonly batch?: number } = {}) {
  const clock = new ManualClock();
  const written: (readonly string[])[] = [];
  const problems: unknown[] = [];
  const disk: { failure: Error | undefined; isHeld: boolean } = { failure: undefined, isHeld: false };
  const writes = new WriteBehind<string>({
    clock,
    flushMs: 100,
    max: options.max ?? 100,
    batch: options.batch ?? 100,
    isHeld: () => disk.isHeld,
    write(items) {
      if (disk.failure !== undefined) throw disk.failure;
      written.push(items);
    },
    onProblem: (problem) => problems.push(problem),
  });
  return { clock, written, problems, disk, writes };
}

test("writes are made together 100 ms after the first, the latest of each key, and nothing runs while nothing waits", () => {
  const { clock, written, writes } = rig();
  writes.add("a", "a1");
  clock.advance(60);
  writes.add("b", "b1");
  writes.add("a", "a2");
  assert.deepEqual(written, []);
  clock.advance(40);
  assert.deepEqual(written, [["b1", "a2"]]);
  assert.equal(clock.pending, 0);
});

test("much is written in several batches, so that none holds up the rest for long", () => {
  const { clock, written, writes } = rig({ batch: 2 });
  for (const key of ["a", "b", "c", "d", "e"]) writes.add(key, key);
  clock.advance(100);
  assert.deepEqual(written, [["a", "b"]]);
  clock.advance(200);
  assert.deepEqual(written, [["a", "b"], ["c", "d"], ["e"]]);
});

test("while writes are held, they wait, but not those that somebody asks for", () => {
  const { clock, written, disk, writes } = rig();
  disk.isHeld = true;
  writes.add("a", "a1");
  clock.advance(150);
  assert.deepEqual(written, []);
  disk.isHeld = false;
  clock.advance(2);
  assert.deepEqual(written, [["a1"]]);
  disk.isHeld = true;
  writes.add("b", "b1");
  writes.flush();
  assert.deepEqual(written, [["a1"], ["b1"]]);
  assert.equal(clock.pending, 0);
});

test("what cannot be written waits, is tried ever more slowly, and the end of the trouble is told once", () => {
  const { clock, written, problems, disk, writes } = rig();
  disk.failure = new Error("disk full");
  writes.add("a", "a1");
  clock.advance(100);
  assert.equal(problems.length, 1);
  clock.advance(150);
  assert.equal(problems.length, 1);
  clock.advance(50);
  assert.equal(problems.length, 2);
  writes.add("a", "a2");
  disk.failure = undefined;
  clock.advance(400);
  assert.deepEqual(written, [["a2"]]);
  assert.deepEqual(problems, [new Error("disk full"), new Error("disk full"), undefined]);
  writes.add("b", "b1");
  clock.advance(100);
  assert.equal(problems.length, 3);
  assert.equal(written.length, 2);
});

test("beyond its bound the oldest write is given up and counted", () => {
  const { written, disk, writes } = rig({ max: 3 });
  disk.failure = new Error("disk full");
  for (const key of ["a", "b", "c", "d", "a"]) writes.add(key, key);
  writes.flush();
  assert.equal(writes.waiting, 3);
  assert.equal(writes.dropped, 2);
  disk.failure = undefined;
  writes.flush();
  assert.deepEqual(written, [["c", "d", "a"]]);
  assert.equal(writes.waiting, 0);
});
