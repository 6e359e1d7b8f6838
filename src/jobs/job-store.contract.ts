import assert from "node:assert/strict";
import { test } from "node:test";
import { storedPrincipal } from "../access/stored-principal.ts";
import { localPrincipal } from "../access/principal.ts";
import { jobDefaults } from "./job-options.ts";
import type { JobStore } from "./job-store.ts";
import type { Job, Operation } from "./job.ts";

/** What every store of jobs does. `open` gives a store; `reopen` gives what a later process finds. */
export function jobStoreContract(
  name: string,
  open: () => { readonly store: JobStore; readonly reopen: () => JobStore },
): void {
  test(`${name}: a job, its operations and what became of them are found again`, async () => {
    const { store, reopen } = open();
    await store.create(jobOf("a", 3), operationsOf(3));
    assert.equal(await store.hold("w", 0, 1000), true);
    const job = { ...jobOf("a", 3), state: { kind: "running" }, succeeded: 1, failed: 1 } as const;
    await store.save("w", {
      jobs: [job],
      operations: [
        { job: "a", number: 0, state: { kind: "succeeded", attempts: 1 }, answer: '{"ü":1}' },
        { job: "a", number: 1, state: { kind: "failed", attempts: 2, code: "tool_error" }, answer: undefined },
      ],
    });
    const later = reopen();
    assert.deepEqual(await later.job("a"), job);
    const [first, second, third] = await later.operations("a", { from: 0, max: 10 });
    assert.deepEqual(first, {
      operation: operationsOf(1)[0],
      state: { kind: "succeeded", attempts: 1 },
      answer: '{"ü":1}',
    });
    assert.deepEqual(second?.state, { kind: "failed", attempts: 2, code: "tool_error" });
    assert.deepEqual(third?.state, { kind: "waiting", attempts: 0 });
    const numbers = async (only: "open" | "ended" | "failed", from = 0): Promise<number[]> =>
      (await later.operations("a", { from, max: 10, only })).map(({ operation }) => operation.number);
    assert.deepEqual([await numbers("open"), await numbers("ended"), await numbers("failed")], [[2], [0, 1], [1]]);
    assert.deepEqual(await numbers("ended", 1), [1]);
    assert.equal(await later.operation("a", 7), undefined);
    assert.equal(await later.job("b"), undefined);
  });

  test(`${name}: who holds it alone changes jobs, until its time is over or it lets go`, async () => {
    const { store } = open();
    await store.create(jobOf("a", 1), operationsOf(1));
    assert.equal(await store.hold("w", 0, 1000), true);
    assert.equal(await store.hold("v", 999, 1000), false);
    await assert.rejects(store.save("v", { jobs: [], operations: [] }), { code: "job_conflict" });
    assert.equal(await store.hold("v", 1000, 1000), true);
    const change = { job: "a", number: 0, state: { kind: "succeeded", attempts: 1 }, answer: "1" } as const;
    await assert.rejects(store.save("w", { jobs: [], operations: [change] }), { code: "job_conflict" });
    assert.equal((await store.operation("a", 0))?.state.kind, "waiting");
    await store.release("v");
    assert.equal(await store.hold("w", 1001, 1000), true);
  });

  test(`${name}: jobs are listed the latest first, and are due by priority, then age`, async () => {
    const { store } = open();
    await store.hold("w", 0, 1000);
    for (const [id, priority] of [
      ["a", 0],
      ["b", 5],
      ["c", 0],
    ] as const) {
      await store.create({ ...jobOf(id, 1), rules: { ...jobDefaults, priority } }, operationsOf(1));
    }
    const other = { ...jobOf("d", 1), owner: { ...storedPrincipal(localPrincipal), id: "other" } };
    await store.create({ ...other, state: { kind: "paused" } }, operationsOf(1));
    assert.deepEqual(ids(await store.jobs({ max: 3 })), ["d", "c", "b"]);
    assert.deepEqual(ids(await store.jobs({ owner: "local", max: 2 })), ["c", "b"]);
    assert.deepEqual(ids(await store.due(10)), ["b", "a", "c"]);
    assert.equal(await store.open(), 4);
  });

  test(`${name}: a job of many operations is kept with all of them`, async () => {
    const { store, reopen } = open();
    await store.create(jobOf("a", 2500), operationsOf(2500));
    const later = reopen();
    assert.deepEqual(ids(await later.due(1)), ["a"]);
    const found = await later.operations("a", { from: 0, max: 3000 });
    assert.deepEqual(
      found.map(({ operation }) => operation),
      operationsOf(2500),
    );
  });

  test(`${name}: of jobs that are over the latest are kept, and none that is not over is forgotten`, async () => {
    const { store } = open();
    await store.create(jobOf("open", 2), operationsOf(2));
    for (const at of [1, 2, 3]) {
      const over = { ...jobOf(`o${at}`, 2), state: { kind: "completed" }, endedAt: at } as const;
      await store.create(over, operationsOf(2));
    }
    while (await store.forget(1, 1, 4)) continue;
    assert.deepEqual(ids(await store.jobs({ max: 10 })), ["open", "o3"]);
    assert.deepEqual(await store.operations("o1", { from: 0, max: 9 }), []);
    assert.equal((await store.operations("o3", { from: 0, max: 9 })).length, 2);
  });
}

function ids(jobs: readonly Job[]): string[] {
  return jobs.map(({ id }) => id);
}

/** A job that waits. */
export function jobOf(id: string, total: number): Job {
  return {
    id,
    owner: storedPrincipal(localPrincipal),
    rules: jobDefaults,
    state: { kind: "queued" },
    total,
    succeeded: 0,
    failed: 0,
    createdAt: 1,
    startedAt: undefined,
    endedAt: undefined,
    retryOf: undefined,
    schedule: undefined,
    isTried: false,
  };
}

/** Operations that need the one before. */
export function operationsOf(count: number): Operation[] {
  return Array.from({ length: count }, (_, number) => ({
    number,
    id: String(number + 1),
    tool: "up__tool",
    arguments: { n: number, ü: [null] },
    idempotencyKey: number === 0 ? undefined : `k${number}`,
    needs: number === 0 ? [] : [number - 1],
    isRepeatable: number % 2 === 0,
  }));
}
