import assert from "node:assert/strict";
import { test } from "node:test";
import { ManualClock } from "../core/manual-clock.ts";
import { TimeLimit, type TimeLimits } from "./time-limit.ts";

const settled = (): Promise<void> => new Promise((resolve) => void setImmediate(resolve));

function limited(limits: TimeLimits): { clock: ManualClock; limit: TimeLimit; ends: string[] } {
  const clock = new ManualClock();
  const ends: string[] = [];
  const limit = new TimeLimit(clock, limits, (which) => ends.push(`${which} at ${clock.now()}`));
  return { clock, limit, ends };
}

test("it runs out after its time without a sign of life", () => {
  const { clock, ends } = limited({ timeoutMs: 100, maxTimeoutMs: 1000 });
  clock.advance(99);
  assert.deepEqual(ends, []);
  clock.advance(1);
  assert.deepEqual([ends, clock.pending], [["silent at 100"], 0]);
});

test("signs of life put that off, up to the time that there is in all", () => {
  const { clock, limit, ends } = limited({ timeoutMs: 100, maxTimeoutMs: 250 });
  for (let step = 0; step < 10; step += 1) {
    clock.advance(50);
    limit.sign();
  }
  assert.deepEqual(ends, ["too_long at 250"]);
});

test("silence after a sign of life counts from that", () => {
  const { clock, limit, ends } = limited({ timeoutMs: 100, maxTimeoutMs: 1000 });
  clock.advance(70);
  limit.sign();
  clock.advance(500);
  assert.deepEqual(ends, ["silent at 170"]);
});

test("a time in all that is shorter than the silence counts as that", () => {
  const { clock, ends } = limited({ timeoutMs: 100, maxTimeoutMs: 50 });
  clock.advance(200);
  assert.deepEqual(ends, ["too_long at 100"]);
});

test("time in which a person is asked does not count, and silence begins anew afterwards", async () => {
  const { clock, limit, ends } = limited({ timeoutMs: 100, maxTimeoutMs: 150 });
  clock.advance(90);
  const { promise, resolve } = Promise.withResolvers<string>();
  const answered = limit.held(() => limit.held(() => promise));
  clock.advance(10_000);
  assert.deepEqual(ends, []);
  resolve("yes");
  assert.equal(await answered, "yes");
  clock.advance(59);
  assert.deepEqual(ends, []);
  clock.advance(1);
  assert.deepEqual(ends, ["too_long at 10150"]);
});

test("time in a queue is no silence, but counts in all", async () => {
  const { clock, limit, ends } = limited({ timeoutMs: 100, maxTimeoutMs: 500 });
  const { promise, resolve } = Promise.withResolvers<void>();
  const entered = limit.queued(promise);
  clock.advance(350);
  resolve();
  await entered;
  clock.advance(99);
  assert.deepEqual(ends, []);
  clock.advance(1);
  assert.deepEqual(ends, ["silent at 450"]);
  const other = limited({ timeoutMs: 100, maxTimeoutMs: 500 });
  void other.limit.queued(new Promise(() => undefined));
  other.clock.advance(600);
  assert.deepEqual(other.ends, ["too_long at 500"]);
});

test("what is stopped never runs out, also where it was held", async () => {
  const { clock, limit, ends } = limited({ timeoutMs: 100, maxTimeoutMs: 500 });
  const { promise, resolve } = Promise.withResolvers<void>();
  const held = limit.held(() => promise);
  limit.stop();
  resolve();
  await held;
  await settled();
  clock.advance(1000);
  assert.deepEqual([ends, clock.pending], [[], 0]);
});
