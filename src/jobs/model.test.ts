import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import { queuedJob } from "../../test/rig/queued-job.ts";
import { jobDefaults } from "./job-options.ts";
import { type JobInput, isOver, nextState } from "./job-state.ts";
import { type Job, type OperationRow, countsOf } from "./job.ts";
import { hasEnded } from "./operation-state.ts";
import { Run } from "./run.ts";

const total = 12;

/** What happens to a job: a turn, an end of a call, something that its owner wants, or a kill. */
const happening = fc.oneof(
  { weight: 5, arbitrary: fc.constant({ kind: "turn" } as const) },
  {
    weight: 5,
    arbitrary: fc.record({
      kind: fc.constant("end" as const),
      which: fc.nat(9),
      ok: fc.boolean(),
      again: fc.boolean(),
    }),
  },
  { weight: 1, arbitrary: fc.constantFrom({ kind: "paused" }, { kind: "resumed" } as const) },
  { weight: 1, arbitrary: fc.constantFrom({ kind: "cancelled" }, { kind: "killed" } as const) },
);

function startOf(onError: "continue" | "stop"): { job: Job; rows: OperationRow[] } {
  const rows = Array.from({ length: total }, (_, number): OperationRow => ({
    operation: {
      number,
      id: String(number),
      tool: "up__t",
      arguments: {},
      idempotencyKey: undefined,
      needs: number % 4 === 3 ? [number - 1, number - 3] : [],
      isRepeatable: number % 2 === 0,
    },
    state: { kind: "waiting", attempts: 0 },
    answer: undefined,
  }));
  return { job: queuedJob(total, { onError }), rows };
}

/** What a store would hold, beside the run that is under test. */
class Model {
  job: Job;
  readonly rows: OperationRow[];
  run: Run;
  readonly made = new Map<number, number>();
  #at = 0;

  constructor(onError: "continue" | "stop") {
    ({ job: this.job, rows: this.rows } = startOf(onError));
    this.run = this.#opened();
  }

  #opened(): Run {
    const run = new Run(this.job);
    run.take(this.rows.filter(({ state }) => !hasEnded(state)));
    for (const { operation, state } of this.rows) run.remember(operation.number, state.kind);
    return run;
  }

  turn(): void {
    this.#at += 1000;
    const step = this.run.plan({ places: 100, at: this.#at, now: this.#at });
    if (step === undefined || isOver(this.job.state)) return;
    for (const { number, state, answer } of step.changes) {
      const row = this.rows[number];
      assert.ok(row !== undefined && !hasEnded(row.state), "what has ended never changes");
      this.rows[number] = { ...row, state, answer };
    }
    this.run.apply(step, this.#at);
    this.job = this.run.job;
    if (isOver(this.job.state)) this.run.underWay.clear();
    else for (const { operation } of step.begun) this.#begin(operation.number);
  }

  #begin(number: number): void {
    for (const need of this.rows[number]?.operation.needs ?? []) {
      assert.equal(this.rows[need]?.state.kind, "succeeded", "what an operation needs has succeeded before it begins");
    }
    this.run.underWay.set(number, new AbortController());
    this.made.set(number, (this.made.get(number) ?? 0) + 1);
  }

  end(which: number, ok: boolean, again: boolean): void {
    const pending = new Set(this.run.ended.map(({ row }) => row.operation.number));
    const open = [...this.run.underWay.keys()].filter((number) => !pending.has(number));
    const row = this.rows[open[which % Math.max(1, open.length)] ?? -1];
    if (row === undefined) return;
    const ending = { code: ok ? undefined : "upstream_error", mayRepeat: again, answer: "{}" };
    this.run.ended.push({ row, ending, againAt: !ok && again ? this.#at : undefined });
  }

  wish(input: JobInput): void {
    this.job = { ...this.job, state: nextState(this.job.state, input) };
    this.run.job = this.job;
  }

  kill(): void {
    this.run = this.#opened();
  }

  check(before: { readonly job: Job; readonly ended: number }): void {
    const { waiting, running, succeeded, failed, cancelled } = countsOf(this.job, this.run.underWay.size);
    assert.equal(waiting + running + succeeded + failed + cancelled, total, "counts add up");
    const is = (kind: string): number => this.rows.filter(({ state }) => state.kind === kind).length;
    assert.deepEqual([succeeded, failed], [is("succeeded"), is("failed")], "counts are those of the rows");
    assert.ok(succeeded + failed + cancelled >= before.ended, "progress never goes back");
    if (isOver(before.job.state)) assert.deepEqual(this.job, before.job, "what is over never changes");
    assert.ok(this.run.underWay.size <= jobDefaults.parallel);
  }
}

test("whatever happens to a job, counts add up, progress never goes back, and what has ended stays as it is", () => {
  fc.assert(
    fc.property(fc.constantFrom("continue", "stop"), fc.array(happening, { maxLength: 120 }), (onError, happenings) => {
      const model = new Model(onError);
      for (const each of happenings) {
        const { succeeded, failed, cancelled } = countsOf(model.job, 0);
        const before = { job: model.job, ended: succeeded + failed + cancelled };
        if (each.kind === "turn") model.turn();
        else if (each.kind === "killed") model.kill();
        else if ("which" in each) model.end(each.which, each.ok, each.again);
        else model.wish({ kind: each.kind });
        model.check(before);
      }
      if (model.job.state.kind === "paused") model.wish({ kind: "resumed" });
      for (let turn = 0; turn < 10 * total && !isOver(model.job.state); turn += 1) {
        for (let at = 0; at < 3; at += 1) model.end(0, true, false);
        model.turn();
      }
      assert.ok(isOver(model.job.state), "it ends");
    }),
    { numRuns: 500 },
  );
});
