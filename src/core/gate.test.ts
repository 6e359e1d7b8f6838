import assert from "node:assert/strict";
import { test } from "node:test";
import { setImmediate as turn } from "node:timers/promises";
import { Gate } from "./gate.ts";

const never = new AbortController().signal;

test("a gate lets in so many at once, and the others in the order in which they came", async () => {
  const gate = new Gate(2);
  const inside: number[] = [];
  const leave: (() => void)[] = [];
  for (const number of [1, 2, 3, 4]) {
    void gate.enter(never).then((out) => {
      inside.push(number);
      leave.push(out);
    });
  }
  await turn();
  assert.deepEqual([inside, gate.waiting], [[1, 2], 2]);
  leave[1]?.();
  leave[1]?.();
  await turn();
  assert.deepEqual([inside, gate.waiting], [[1, 2, 3], 1], "leaving twice gives back one place");
  leave[0]?.();
  await turn();
  assert.deepEqual(inside, [1, 2, 3, 4]);
  for (const out of leave) out();
  (await gate.enter(never))();
});

test("whoever gives up waiting takes no place, neither in the queue nor inside", async () => {
  const gate = new Gate(1);
  const leave = await gate.enter(never);
  const controller = new AbortController();
  const given = gate.enter(controller.signal);
  const next = gate.enter(never);
  controller.abort(new Error("enough"));
  await assert.rejects(given, /enough/);
  await assert.rejects(gate.enter(controller.signal), /enough/);
  assert.equal(gate.waiting, 1);
  leave();
  (await next)();
  (await gate.enter(never))();
});

test("a gate has at least one place", () => {
  assert.throws(() => new Gate(0), {
    name: "RangeError",
    message: /gate\.places must be a whole number from 1, got 0/,
  });
});
