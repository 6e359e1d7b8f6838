import { isDue, isOver } from "./job-state.ts";
import type { JobStore, OperationPage, Wanted } from "./job-store.ts";
import type { Job, Operation, OperationRow } from "./job.ts";
import { lostJob } from "./lost-job.ts";
import { hasEnded } from "./operation-state.ts";

/** Jobs that end with the process. */
export function memoryJobs(): JobStore {
  const jobs = new Map<string, Job>();
  const rows = new Map<string, OperationRow[]>();
  const leases: Leases = new Map();
  return {
    turnMs: 0,
    ...leasing(jobs, leases),
    create(job, operations) {
      jobs.set(job.id, job);
      rows.set(job.id, Array.from(operations, newRow));
      return Promise.resolve();
    },
    save(worker, changes) {
      const isLost = changes.jobs.some(
        ({ was, job: { id } }) => leases.get(id)?.worker !== worker || jobs.get(id)?.state.kind !== was,
      );
      if (isLost) return Promise.reject(lostJob());
      for (const { job, number, state, answer } of changes.operations) {
        const list = rows.get(job);
        const row = list?.[number];
        if (list !== undefined && row !== undefined) list[number] = { ...row, state, answer };
      }
      const { added } = changes;
      for (const operation of added?.operations ?? []) rows.get(added?.job ?? "")?.push(newRow(operation));
      for (const { job } of changes.jobs) {
        jobs.set(job.id, job);
        if (isOver(job.state)) leases.delete(job.id);
      }
      return Promise.resolve();
    },
    change: (id, change) =>
      new Promise((resolve) => {
        const before = jobs.get(id);
        const after = before && change(before);
        if (after !== undefined) jobs.set(id, after);
        resolve(before && after && { before, after });
      }),
    ...reading(jobs, rows),
    forget(keep) {
      const over = latestFirst(jobs).filter(({ state }) => isOver(state));
      const oldest = over.toSorted((a, b) => (b.endedAt ?? 0) - (a.endedAt ?? 0)).slice(keep);
      for (const { id } of oldest) {
        jobs.delete(id);
        rows.delete(id);
        leases.delete(id);
      }
      return Promise.resolve(false);
    },
  };
}

function newRow(operation: Operation): OperationRow {
  return { operation, state: { kind: "waiting", attempts: 0 }, answer: undefined };
}

type Leases = Map<string, { readonly worker: string; readonly until: number }>;

function leasing(jobs: ReadonlyMap<string, Job>, leases: Leases): Pick<JobStore, "take" | "release"> {
  return {
    take(worker, wanted) {
      for (const { id } of taken(jobs, leases, worker, wanted)) {
        leases.set(id, { worker, until: wanted.now + wanted.ms });
      }
      const own = latestFirst(jobs).filter(({ id }) => leases.get(id)?.worker === worker);
      return Promise.resolve({ jobs: own, share: Infinity });
    },
    release(worker, job) {
      for (const [id, lease] of leases) {
        if (lease.worker === worker && (job ?? id) === id) leases.delete(id);
      }
      return Promise.resolve();
    },
  };
}

/** Those that a worker keeps, and those that it gets. */
function taken(
  jobs: ReadonlyMap<string, Job>,
  leases: Leases,
  worker: string,
  { now, more, among }: Wanted,
): readonly Job[] {
  const isOwn = ({ id }: Job): boolean => leases.get(id)?.worker === worker;
  const isFree = ({ id }: Job): boolean => (leases.get(id)?.until ?? now) <= now;
  const due = latestFirst(jobs).filter(({ state }) => isDue(state));
  const first = due
    .filter((job) => isOwn(job) || isFree(job))
    .toReversed()
    .toSorted((a, b) => b.rules.priority - a.rules.priority)
    .slice(0, among);
  return [...[...jobs.values()].filter(isOwn), ...first.filter((job) => !isOwn(job)).slice(0, more)];
}

function latestFirst(jobs: ReadonlyMap<string, Job>): Job[] {
  return [...jobs.values()].toSorted((a, b) => (a.id < b.id ? 1 : -1));
}

type Reading = Pick<JobStore, "job" | "jobs" | "open" | "operations" | "operation">;

function reading(jobs: ReadonlyMap<string, Job>, rows: ReadonlyMap<string, readonly OperationRow[]>): Reading {
  return {
    job: (id) => Promise.resolve(jobs.get(id)),
    jobs: ({ owner, max }) =>
      Promise.resolve(
        latestFirst(jobs)
          .filter((job) => owner === undefined || job.owner.id === owner)
          .slice(0, max),
      ),
    open: () => Promise.resolve([...jobs.values()].filter(({ state }) => !isOver(state)).length),
    operations(job, { from, max, only }) {
      const found: OperationRow[] = [];
      const list = rows.get(job) ?? [];
      for (let at = from; at < list.length && found.length < max; at += 1) {
        const row = list[at];
        if (row !== undefined && fits(row, only)) found.push(row);
      }
      return Promise.resolve(found);
    },
    operation: (job, number) => Promise.resolve(rows.get(job)?.[number]),
  };
}

function fits({ state }: OperationRow, only: OperationPage["only"]): boolean {
  switch (only) {
    case undefined:
      return true;
    case "open":
      return !hasEnded(state);
    case "ended":
      return hasEnded(state);
    case "failed":
      return state.kind === "failed";
  }
}
