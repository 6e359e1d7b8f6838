import assert from "node:assert/strict";
import { test } from "node:test";
import { storedPrincipal } from "../../access/stored-principal.ts";
import { localPrincipal } from "../../access/principal.ts";
import { jobDefaults } from "../job-options.ts";
import { jobOf, operationsOf, sourceOf } from "../job-store.contract.ts";
import type { JobStore } from "../job-store.ts";
import type { Schedule } from "./schedule.ts";
import type { ScheduleStore } from "./schedule-store.ts";

interface Stores {
  readonly schedules: ScheduleStore;
  readonly jobs: JobStore;
}

type Opened = Stores & { readonly reopen: () => Stores };

/** What every store of schedules does. `open` gives it with its jobs; `reopen` gives what a later process finds. */
export function scheduleStoreContract(name: string, open: () => Opened | Promise<Opened>): void {
  test(`${name}: a schedule, its operations and what became of it are found again`, async () => {
    const { schedules, reopen } = await open();
    await schedules.create(scheduleOf("a"), given);
    const changed = {
      ...scheduleOf("a"),
      state: { kind: "paused", code: "unauthenticated" },
      waiting: [3, 4],
      last: { job: "j", dueAt: 2 },
      problem: { code: "unauthenticated", message: "no", dueAt: 3 },
    } as const;
    assert.equal(await schedules.save(changed), true);
    const later = reopen().schedules;
    assert.deepEqual(await later.schedule("a"), { ...changed, revision: 1 });
    assert.deepEqual(await later.operations("a"), given);
    assert.equal(await later.schedule("b"), undefined);
    assert.deepEqual(await later.operations("b"), []);
    await later.remove("a");
    await later.remove("a");
    assert.equal(await later.schedule("a"), undefined);
  });

  test(`${name}: a schedule that is made of pages is found again, and so is the job that comes of it`, async () => {
    const { schedules, reopen } = await open();
    const schedule = { ...scheduleOf("a"), total: 0, each: sourceOf(0).wish };
    await schedules.create(schedule, []);
    const job = { ...jobOf("j", 0), schedule: { id: "a", dueAt: 5 }, source: { ...sourceOf(0), dueAt: 5 } };
    assert.equal(await schedules.begin({ ...schedule, nextAt: 6 }, job, []), true);
    const later = reopen();
    assert.deepEqual(await later.schedules.schedule("a"), { ...schedule, nextAt: 6, revision: 1 });
    assert.deepEqual(await later.schedules.operations("a"), []);
    assert.deepEqual(await later.jobs.job("j"), job);
  });

  test(`${name}: of two that change what they read before, one does; a job comes with the change or not at all`, async () => {
    const { schedules, jobs, reopen } = await open();
    await schedules.create(scheduleOf("a"), given);
    const read = scheduleOf("a");
    const job = { ...jobOf("j", 2), schedule: { id: "a", dueAt: 5 } };
    assert.equal(await schedules.begin({ ...read, nextAt: 6 }, job, operationsOf(2)), true);
    assert.equal(await schedules.begin({ ...read, nextAt: 6 }, { ...job, id: "k" }, operationsOf(2)), false);
    assert.equal(await schedules.save({ ...read, nextAt: 7 }), false);
    assert.equal(await jobs.job("k"), undefined);
    const later = reopen();
    assert.deepEqual(await later.jobs.job("j"), job);
    assert.equal((await later.jobs.operations("j", { from: 0, max: 9 })).length, 2);
    assert.equal((await later.schedules.schedule("a"))?.nextAt, 6);
  });

  test(`${name}: those are due whose time has come or waits, and that are active`, async () => {
    const { schedules } = await open();
    const other = { ...storedPrincipal(localPrincipal), id: "other" };
    await schedules.create({ ...scheduleOf("early"), nextAt: 5 }, given);
    await schedules.create({ ...scheduleOf("late"), nextAt: 50, owner: other }, given);
    await schedules.create({ ...scheduleOf("paused"), nextAt: 4, state: { kind: "paused" } }, given);
    assert.equal(await schedules.save({ ...scheduleOf("late"), nextAt: 50, owner: other, waiting: [1] }), true);
    const due = async (now: number): Promise<string[]> => (await schedules.due(now)).map(({ id }) => id).toSorted();
    assert.deepEqual([await due(4), await due(5)], [["late"], ["early", "late"]]);
    assert.equal(await schedules.next(), 5);
    assert.deepEqual(await schedules.count("other"), { all: 3, own: 1 });
    assert.deepEqual(
      (await schedules.schedules({ max: 2 })).map(({ id }) => id),
      ["paused", "late"],
    );
    assert.deepEqual(
      (await schedules.schedules({ owner: "other", max: 9 })).map(({ id }) => id),
      ["late"],
    );
    await schedules.remove("early");
    await schedules.remove("late");
    assert.equal(await schedules.next(), undefined);
  });
}

const given = [
  { id: "1", tool: "up__look", arguments: { ü: [null] }, idempotencyKey: undefined, needs: [], line: 1 },
  { id: "2", tool: "up__change", arguments: {}, idempotencyKey: "k", needs: ["1"], line: 2 },
];

/** One that is active. */
export function scheduleOf(id: string): Schedule {
  return {
    id,
    owner: storedPrincipal(localPrincipal),
    name: "each minute",
    timing: { kind: "cron", pattern: "* * * * *", zone: "UTC" },
    missed: "skip",
    overlap: "skip",
    rules: jobDefaults,
    state: { kind: "active" },
    total: 2,
    each: undefined,
    createdAt: 1,
    nextAt: 5,
    waiting: [],
    last: undefined,
    problem: undefined,
    revision: 0,
  };
}
