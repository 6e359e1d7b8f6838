import assert from "node:assert/strict";
import { test } from "node:test";
import { queuedJob } from "../../test/rig/queued-job.ts";
import type { JobRules } from "./job-options.ts";
import type { OperationRow } from "./job.ts";
import { Run } from "./run.ts";

function rowOf(number: number, needs: readonly number[] = []): OperationRow {
  const fixed = { tool: "up__t", arguments: {}, idempotencyKey: undefined, isRepeatable: true };
  return {
    operation: { number, id: String(number), needs, ...fixed },
    state: { kind: "waiting", attempts: 0 },
    answer: undefined,
  };
}

function runOf(rows: readonly OperationRow[], rules: Partial<JobRules> = {}, total = rows.length): Run {
  const job = queuedJob(total, rules);
  const run = new Run(job);
  run.take(rows);
  return run;
}

/** One turn at this time, in which what began the turn before has ended so. */
function turn(run: Run, at: number, ends: Readonly<Record<number, "succeeded" | "failed" | "again">> = {}): number[] {
  for (const [number, how] of Object.entries(ends)) {
    const row = rowOf(Number(number));
    const ending = { code: how === "succeeded" ? undefined : "tool_error", mayRepeat: true, answer: "{}" };
    const state = { kind: "running", attempts: 1 } as const;
    run.ended.push({ row: { ...row, state }, ending, againAt: how === "again" ? at + 1000 : undefined });
  }
  const step = run.plan({ places: 100, at, now: at });
  if (step === undefined) return [];
  run.apply(step, at);
  const begun = step.begun.map(({ operation }) => operation.number);
  for (const number of begun) run.underWay.set(number, new AbortController());
  return begun;
}

test("operations that wait for another attempt hold up none of those behind them", () => {
  const run = runOf([rowOf(0), rowOf(1), rowOf(2)], { parallel: 2 }, 4);
  assert.deepEqual(turn(run, 0), [0, 1]);
  assert.deepEqual(turn(run, 1, { 0: "again", 1: "again" }), [2]);
  assert.equal(run.isShort(1), true, "more is read while two wait");
  run.take([rowOf(3)]);
  assert.deepEqual(turn(run, 2), [3]);
  assert.deepEqual(turn(run, 1001, { 2: "succeeded", 3: "succeeded" }), [0, 1]);
});

test("a rate lets so many begin in a second, whatever the parallelism", () => {
  const run = runOf(
    Array.from({ length: 40 }, (_, number) => rowOf(number)),
    { parallel: 50, perSecond: 10 },
  );
  let begun = 0;
  for (let at = 1000; at < 3000; at += 10) begun += turn(run, at).length;
  assert.ok(begun >= 20 && begun <= 22, `${begun} began in two seconds at ten a second`);
});

test("of a dry run only the first operations begin; then it pauses, and goes on when it is resumed", () => {
  const run = runOf([rowOf(0), rowOf(1), rowOf(2)], { dryRun: 1 });
  assert.deepEqual(turn(run, 0), [0]);
  assert.deepEqual(turn(run, 1, { 0: "failed" }), []);
  assert.equal(run.job.state.kind, "paused");
  run.job = { ...run.job, state: { kind: "queued" } };
  assert.deepEqual(turn(run, 2), [1, 2]);
  const none = runOf([rowOf(0)], { dryRun: 0 });
  assert.deepEqual(turn(none, 0), []);
  assert.equal(none.job.state.kind, "paused");
});

test("what needs an operation that failed fails, also what needs that in turn, and nothing else", () => {
  const run = runOf([rowOf(0), rowOf(1, [0]), rowOf(2, [1]), rowOf(3)]);
  assert.deepEqual(turn(run, 0), [0, 3]);
  for (const at of [1, 2, 3]) turn(run, at, at === 1 ? { 0: "failed", 3: "succeeded" } : {});
  assert.deepEqual([run.job.state.kind, run.job.succeeded, run.job.failed], ["completed", 1, 3]);
});

test("a job whose owner may not come in any more is given up", () => {
  const run = runOf([rowOf(0), rowOf(1)], { parallel: 1 });
  turn(run, 0);
  const step = run.plan({ places: 1, at: 1, now: 1, givenUp: "unauthenticated" });
  assert.deepEqual(step?.job.state, { kind: "failed", code: "unauthenticated" });
  assert.deepEqual(step.begun, []);
});
