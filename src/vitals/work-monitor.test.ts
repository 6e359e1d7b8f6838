import assert from "node:assert/strict";
import { test } from "node:test";
import { setImmediate as turn } from "node:timers/promises";
import { systemClock } from "../core/clock.ts";
import { GatewayError } from "../core/errors.ts";
import { ManualClock } from "../core/manual-clock.ts";
import { type WorkLimits, watchWork } from "./work-monitor.ts";

const mib = 1024 * 1024;

/** Work that waits for its signal, on a clock and with a use that the test moves. */
function started(limits: Partial<WorkLimits> = {}) {
  const clock = new ManualClock();
  const used = { busyMs: 0, heapBytes: 100 * mib };
  const warnings: string[] = [];
  const done = Promise.withResolvers<string>();
  const signals: AbortSignal[] = [];
  const running = watchWork(
    (signal) => {
      signals.push(signal);
      return done.promise;
    },
    {
      clock,
      limits,
      read: { busyMs: () => used.busyMs, heapBytes: () => used.heapBytes },
      onWarning: (text) => warnings.push(text),
    },
  );
  running.catch(() => undefined);
  const pass = (seconds: number, busyShare = 0): void => {
    for (let second = 0; second < seconds; second += 1) {
      used.busyMs += busyShare * 1000;
      clock.advance(1000);
    }
  };
  return { clock, used, warnings, done, running, pass, signals };
}

async function failureOf(running: Promise<unknown>): Promise<GatewayError> {
  const thrown: unknown = await running.catch((reason: unknown) => reason);
  assert.ok(thrown instanceof GatewayError);
  return thrown;
}

test("work is warned of after four minutes and ended after five, with what it used", async () => {
  const work = started();
  work.pass(240);
  assert.deepEqual(work.warnings, []);
  work.pass(1);
  assert.deepEqual(work.warnings, ["The work takes 241000 ms, above the soft limit of 240000"]);
  work.pass(60);
  const { code, message, data } = await failureOf(work.running);
  assert.equal(code, "deadline_exceeded");
  assert.equal(message, "The work takes 301000 ms, above the limit of 300000");
  assert.deepEqual([data?.["measure"], data?.["elapsedMs"], data?.["peakHeapMiB"]], ["timeMs", 301_000, 0]);
  assert.equal(work.signals[0]?.aborted, true);
  assert.equal(work.warnings.length, 1);
  assert.equal(work.clock.pending, 0);
});

test("work that fills the heap is warned of, then ended", async () => {
  const work = started({ heapMiB: { soft: 50, hard: 80 } });
  work.used.heapBytes += 60 * mib;
  work.pass(1);
  assert.deepEqual(work.warnings, ["The work made the heap larger by 60 MiB, above the soft limit of 50"]);
  work.used.heapBytes += 40 * mib;
  work.pass(1);
  const { code, data } = await failureOf(work.running);
  assert.deepEqual([code, data?.["peakHeapMiB"], data?.["limit"]], ["upstream_over_limit", 100, 80]);
});

test("a thread may be busy for some seconds, not for ten", async () => {
  const short = started();
  short.pass(7, 1);
  short.pass(30, 0);
  short.done.resolve("done");
  const { value, use } = await short.running;
  assert.equal(value, "done");
  assert.deepEqual([use.exceeded, use.warned, Math.round(use.peakBusyPercent)], [undefined, ["busyPercent"], 70]);
  const long = started();
  long.pass(10, 0.85);
  const { message } = await failureOf(long.running);
  assert.equal(message, "The work kept its thread busy for 85 % of its time, above the limit of 80");
});

test("work that fails fails as it does, and no timer is left", async () => {
  const work = started();
  work.done.reject(new TypeError("no"));
  await assert.rejects(work.running, TypeError);
  assert.equal(work.clock.pending, 0);
});

test("the process's own thread and heap are read where nothing else is given", async () => {
  const { use } = await watchWork(() => turn("x"), { clock: systemClock });
  assert.ok(use.elapsedMs >= 0 && use.peakHeapMiB === 0);
});
