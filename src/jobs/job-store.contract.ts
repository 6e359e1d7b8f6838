import assert from "node:assert/strict";
import { test } from "node:test";
import { storedPrincipal } from "../access/stored-principal.ts";
import { localPrincipal } from "../access/principal.ts";
import { GatewayError } from "../core/errors.ts";
import { jobDefaults } from "./job-options.ts";
import type { Source } from "./each.ts";
import type { JobStore } from "./job-store.ts";
import type { Job, Operation } from "./job.ts";

/** A store under test. */
export interface OpenedJobs {
  readonly store: JobStore;
  /** What a later process finds. */
  readonly reopen: () => JobStore;
  /** Lets time pass for a store that goes by its own clock. */
  readonly pass?: (ms: number) => Promise<void>;
}

/** What every store of jobs does. */
export function jobStoreContract(name: string, open: () => OpenedJobs | Promise<OpenedJobs>): void {
  test(`${name}: a job, its operations and what became of them are found again`, async () => {
    const { store, reopen } = await open();
    await store.create(jobOf("a", 3), operationsOf(3));
    assert.deepEqual(ids((await store.take("w", wanted)).jobs), ["a"]);
    const job = { ...jobOf("a", 3), state: { kind: "running" }, succeeded: 1, failed: 1 } as const;
    await store.save("w", {
      jobs: [{ was: "queued", job }],
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

  test(`${name}: further operations come with how far they are read, or not at all`, async () => {
    const { store, reopen } = await open();
    const [first, second] = [jobOf("a", 2), jobOf("b", 1)];
    await store.create({ ...first, source: sourceOf(1) }, operationsOf(2));
    await store.create(second, operationsOf(1));
    await store.take("w", wanted);
    const further = { ...first, total: 2002, source: sourceOf(2) };
    const added = { job: "a", operations: operationsOf(2002).slice(2) };
    const more = { jobs: [{ was: "queued", job: further }], operations: [], added } as const;
    await assert.rejects(store.save("v", more), { code: "job_conflict" }, "it is another's");
    const paused = { jobs: [{ was: "paused", job: further }], operations: [], added } as const;
    await assert.rejects(store.save("w", paused), { code: "job_conflict" }, "it stands otherwise");
    assert.deepEqual(await store.job("a"), { ...first, source: sourceOf(1) });
    assert.equal((await store.operations("a", { from: 0, max: 9 })).length, 2);
    const ended = { job: "a", number: 0, state: { kind: "succeeded", attempts: 1 }, answer: "1" } as const;
    await store.save("w", { ...more, operations: [ended] });
    const later = reopen();
    assert.deepEqual(await later.job("a"), further);
    const rows = await later.operations("a", { from: 0, max: 3000 });
    assert.deepEqual(
      rows.map(({ operation }) => operation),
      operationsOf(2002),
    );
    assert.deepEqual(rows[0]?.state, { kind: "succeeded", attempts: 1 });
    assert.deepEqual(rows[2], {
      operation: operationsOf(3)[2],
      state: { kind: "waiting", attempts: 0 },
      answer: undefined,
    });
    assert.equal((await later.operations("a", { from: 1990, max: 3000, only: "open" })).length, 12);
    assert.deepEqual((await later.operations("b", { from: 0, max: 9 })).length, 1, "another job has none of them");
    const [{ operation: odd } = { operation: undefined }] = await later.operations("a", { from: 2001, max: 1 });
    assert.ok(odd);
    const strange = { ...odd, number: 2002, id: "\u0000\ud800 'ü' {}", arguments: { '\\ "': "\0\ud800,{}" } };
    const last = { ...further, total: 2003, source: { ...sourceOf(3), said: "\0 'said'" } };
    await later.save("w", {
      jobs: [{ was: "queued", job: last }],
      operations: [],
      added: { job: "a", operations: [strange] },
    });
    assert.deepEqual((await later.operation("a", 2002))?.operation, strange, "whatever a row held");
    assert.deepEqual(await later.job("a"), last);
  });

  test(`${name}: a job is one worker's own, until its time is over, it lets go or the job is`, async () => {
    const { store, pass } = await open();
    await store.create(jobOf("a", 1), operationsOf(1));
    await store.create(jobOf("b", 1), operationsOf(1));
    let now = 0;
    const take = async (worker: string, more = 9): Promise<string[]> =>
      ids((await store.take(worker, { ...wanted, now, more })).jobs).toSorted();
    const later = async (ms: number): Promise<void> => {
      now += ms;
      await pass?.(ms);
    };
    assert.deepEqual(await take("w", 1), ["a"]);
    assert.deepEqual(await take("v"), ["b"]);
    await later(600);
    assert.deepEqual(await take("w"), ["a"], "it keeps what it has, and gets none of another's");
    await later(600);
    assert.deepEqual(await take("w"), ["a", "b"]);
    const done = { was: "queued", job: { ...jobOf("b", 1), state: { kind: "completed" }, endedAt: 3 } } as const;
    const change = { job: "b", number: 0, state: { kind: "succeeded", attempts: 1 }, answer: "1" } as const;
    await assert.rejects(store.save("v", { jobs: [done], operations: [change] }), { code: "job_conflict" });
    assert.equal((await store.operation("b", 0))?.state.kind, "waiting");
    await store.save("w", { jobs: [done], operations: [change] });
    assert.deepEqual(await take("w"), ["a"]);
    await store.release("w", "b");
    assert.deepEqual(await take("v"), []);
    await store.release("w", "a");
    assert.deepEqual(await take("v"), ["a"]);
    await store.release("v");
    assert.deepEqual(await take("w"), ["a"]);
  });

  test(`${name}: anybody changes how a job stands, and who has it must know of that before it goes on`, async () => {
    const { store } = await open();
    await store.create(jobOf("a", 2), operationsOf(2));
    await store.take("w", wanted);
    const running = { ...jobOf("a", 2), state: { kind: "running" }, succeeded: 1 } as const;
    await store.save("w", { jobs: [{ was: "queued", job: running }], operations: [] });
    const paused = { ...running, state: { kind: "paused" } } as const;
    const changed = await store.change("a", (job) => ({ ...job, state: { kind: "paused" } }));
    assert.deepEqual(changed, { before: running, after: paused });
    const further = { ...running, succeeded: 2 };
    const change = { job: "a", number: 1, state: { kind: "succeeded", attempts: 1 }, answer: "1" } as const;
    const late = store.save("w", { jobs: [{ was: "running", job: further }], operations: [change] });
    await assert.rejects(late, { code: "job_conflict" });
    assert.equal((await store.operation("a", 1))?.state.kind, "waiting");
    assert.deepEqual((await store.take("w", { ...wanted, more: 0 })).jobs, [paused]);
    await store.save("w", { jobs: [{ was: "paused", job: { ...paused, succeeded: 2 } }], operations: [change] });
    await assert.rejects(
      store.change("a", () => {
        throw new GatewayError("forbidden", "No");
      }),
      { code: "forbidden" },
    );
    assert.deepEqual(await store.job("a"), { ...paused, succeeded: 2 });
    assert.equal(await store.change("b", (job) => job), undefined);
  });

  test(`${name}: jobs are listed the latest first, and are due by priority, then age`, async () => {
    const { store } = await open();
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
    const first = async (more: number, among: number): Promise<string[]> =>
      ids((await store.take("w", { ...wanted, more, among })).jobs).toSorted();
    assert.deepEqual(await first(1, 9), ["b"]);
    assert.deepEqual(await first(9, 1), ["b"], "only from among the first");
    assert.deepEqual(await first(1, 9), ["a", "b"]);
    assert.deepEqual(await first(9, 9), ["a", "b", "c"]);
    assert.equal(await store.open(), 4);
  });

  test(`${name}: a job of many operations is kept with all of them`, async () => {
    const { store, reopen } = await open();
    await store.create(jobOf("a", 2500), operationsOf(2500));
    const later = reopen();
    assert.deepEqual(ids((await later.take("w", wanted)).jobs), ["a"]);
    const found = await later.operations("a", { from: 0, max: 3000 });
    assert.deepEqual(
      found.map(({ operation }) => operation),
      operationsOf(2500),
    );
  });

  test(`${name}: of jobs that are over the latest are kept, and none that is not over is forgotten`, async () => {
    const { store } = await open();
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

const wanted = { now: 0, ms: 1000, more: 9, among: 9 } as const;

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
    source: undefined,
  };
}

/** A source of which so many pages are read. */
export function sourceOf(pages: number): Source {
  const template = { type: "tool_call", parameters: { tool_name: "up__tool", arguments: { n: "{{n:number}}" } } };
  const wish = { tool: "up__list", arguments: { ü: [null] }, rows: "/rows", next: "/next", cursor: "from", template };
  const isRead = pages === 3;
  return {
    wish,
    position: pages === 0 || isRead ? undefined : pages,
    pages,
    rows: pages * 2,
    characters: pages * 20,
    dueAt: undefined,
    isRead,
    said: pages === 0 ? undefined : `page ${pages}`,
    problem: isRead ? { code: "invalid_operations", message: "no rows" } : undefined,
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
