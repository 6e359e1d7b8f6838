import assert from "node:assert/strict";
import { test } from "node:test";
import { setImmediate as turn } from "node:timers/promises";
import { GatewayError } from "../../core/errors.ts";
import { ManualClock } from "../../core/manual-clock.ts";
import { type ToolCall, ToolFailure } from "../connector.ts";
import { batch } from "./batch.ts";
import { type Page, streamPages } from "./pages.ts";
import { trackProgress } from "./progress.ts";
import { resilient } from "./resilient.ts";
import { ResourceMonitor } from "./resource-monitor.ts";

const never = new AbortController().signal;

/** A call that takes down what it is told of its progress. */
function callNoting(signal = never) {
  const told: unknown[] = [];
  const call: ToolCall = {
    signal,
    progress: (...step) => {
      told.push(step);
    },
  };
  return { call, told };
}

async function pass(clock: ManualClock, ms: number): Promise<void> {
  for (let left = ms; left > 0; left -= 50) {
    await turn();
    clock.advance(50);
  }
  await turn();
}

test("a resilient operation tries again what may pass, opens its breaker, and then answers otherwise", async () => {
  const clock = new ManualClock();
  let runs = 0;
  const run = resilient(
    () => {
      runs += 1;
      return Promise.reject(new Error("connect ECONNREFUSED 127.0.0.1:1"));
    },
    {
      timeoutMs: 1000,
      retry: { attempts: 2, firstMs: 10 },
      breaker: { failures: 3, openMs: 60_000 },
      bulkhead: { max: 1 },
      fallback: (thrown) => Promise.resolve(thrown instanceof GatewayError ? thrown.code : "failed"),
    },
    { clock },
  );
  const outcomes: string[] = [];
  for (let times = 0; times < 3; times += 1) {
    const outcome = run(never);
    await pass(clock, 1000);
    outcomes.push(await outcome);
  }
  assert.deepEqual(outcomes, ["failed", "breaker_open", "breaker_open"]);
  assert.equal(runs, 3);
  assert.equal(clock.pending, 0);
});

test("what is the caller's fault is neither tried again nor answered otherwise, and opens no breaker", async () => {
  let runs = 0;
  const wrong = new ToolFailure("no such customer; list them first");
  const run = resilient(
    () => {
      runs += 1;
      return Promise.reject(wrong);
    },
    { retry: { attempts: 3 }, breaker: { failures: 1 }, fallback: () => Promise.resolve("instead") },
  );
  await assert.rejects(run(never), wrong);
  await assert.rejects(run(never), wrong);
  assert.equal(runs, 2);
});

test("an attempt that takes too long ends, and frees its slot", async () => {
  const clock = new ManualClock();
  const run = resilient(
    () => new Promise<string>(() => undefined),
    { timeoutMs: 100, bulkhead: { max: 1 } },
    { clock },
  );
  for (let times = 0; times < 2; times += 1) {
    const outcome = assert.rejects(run(never), { code: "deadline_exceeded" });
    await pass(clock, 150);
    await outcome;
  }
});

test("progress is told of each of a list, and ends with whoever waited for it", async () => {
  const { call, told } = callNoting();
  const seen: string[] = [];
  for await (const name of trackProgress(["a", "b"], call, { message: (item) => `reads ${item}` })) seen.push(name);
  assert.deepEqual(seen, ["a", "b"]);
  assert.deepEqual(told, [
    [0, 2, "reads a"],
    [1, 2, "reads b"],
    [2, 2],
  ]);
  const gone = callNoting(AbortSignal.abort(new Error("gone")));
  await assert.rejects(async () => {
    for await (const _ of trackProgress([1], gone.call)) assert.fail("nothing is done for nobody");
  }, /gone/);
});

test("a batch does a few at a time, tells what became of each in order, and stops with its caller", async () => {
  const { call, told } = callNoting();
  let [underWay, most] = [0, 0];
  const outcomes = await batch(
    [5, 1, 3, 2],
    async (turns) => {
      underWay += 1;
      most = Math.max(most, underWay);
      for (let count = 0; count < turns; count += 1) await turn();
      underWay -= 1;
      if (turns === 3) throw new Error("three");
      return turns * 10;
    },
    call,
    { concurrency: 2 },
  );
  assert.equal(most, 2);
  assert.deepEqual(
    outcomes.map((outcome) => (outcome.kind === "done" ? outcome.value : String(outcome.thrown))),
    [50, 10, "Error: three", 20],
  );
  assert.deepEqual(
    told,
    [1, 2, 3, 4].map((done) => [done, 4]),
  );
  const controller = new AbortController();
  const begun: number[] = [];
  const stopped = batch(
    [1, 2, 3],
    (item) => {
      begun.push(item);
      controller.abort(new Error("gone"));
      return Promise.resolve(item);
    },
    callNoting(controller.signal).call,
    { concurrency: 1 },
  );
  await assert.rejects(stopped, /gone/);
  assert.deepEqual(begun, [1]);
  await assert.rejects(batch([1], Promise.resolve.bind(Promise), call, { concurrency: 0 }), RangeError);
});

async function drain(source: AsyncIterable<unknown>): Promise<void> {
  for await (const _ of source) continue;
}

function round(): Promise<Page<number, string>> {
  return Promise.resolve({ items: [], next: "same" });
}

test("pages come one after another, as they are used, and never without end", async () => {
  const fetched: unknown[] = [];
  const page = (cursor: number | undefined): Promise<Page<number, number>> => {
    fetched.push(cursor);
    const at = cursor ?? 0;
    return Promise.resolve({ items: [at, at + 1], next: at < 4 ? at + 2 : undefined });
  };
  const seen: number[] = [];
  for await (const item of streamPages(page, { signal: never })) {
    seen.push(item);
    if (item === 2) assert.deepEqual(fetched, [undefined, 2]);
  }
  assert.deepEqual(seen, [0, 1, 2, 3, 4, 5]);
  await assert.rejects(drain(streamPages(round, { signal: never })), /leads to itself/);
  let count = 0;
  const endless = (): Promise<Page<number, number>> => Promise.resolve({ items: [], next: (count += 1) });
  await assert.rejects(drain(streamPages(endless, { signal: never, maxPages: 3 })), /more than 3 pages/);
});

test("a resource monitor ends what takes too long, and knows what ended well", async () => {
  const clock = new ManualClock();
  const monitor = new ResourceMonitor({ limits: { timeMs: { soft: 1000, hard: 2000 } }, clock });
  assert.equal(await monitor.run(() => Promise.resolve("done")), "done");
  assert.equal(monitor.lastUse?.exceeded, undefined);
  let reason: unknown;
  const endless = monitor.run((signal) => {
    signal.addEventListener("abort", () => {
      reason = signal.reason;
    });
    return new Promise(() => undefined);
  });
  const ended = assert.rejects(endless, { code: "deadline_exceeded" });
  clock.advance(3000);
  await ended;
  assert.ok(reason instanceof GatewayError);
  assert.equal(clock.pending, 0);
});
