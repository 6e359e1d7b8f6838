import { isOver } from "./job-state.ts";
import type { JobStore, OperationPage } from "./job-store.ts";
import type { Job, OperationRow } from "./job.ts";
import { lostHold } from "./lost-hold.ts";
import { hasEnded } from "./operation-state.ts";

/** Jobs that end with the process. */
export function memoryJobs(): JobStore {
  const jobs = new Map<string, Job>();
  const rows = new Map<string, OperationRow[]>();
  let holder: { readonly worker: string; readonly until: number } | undefined;
  return {
    hold(worker, now, ms) {
      const isTaken = holder !== undefined && holder.worker !== worker && holder.until > now;
      if (!isTaken) holder = { worker, until: now + ms };
      return Promise.resolve(!isTaken);
    },
    release(worker) {
      if (holder?.worker === worker) holder = undefined;
      return Promise.resolve();
    },
    create(job, operations) {
      const made = Array.from(operations, (operation): OperationRow => {
        return { operation, state: { kind: "waiting", attempts: 0 }, answer: undefined };
      });
      jobs.set(job.id, job);
      rows.set(job.id, made);
      return Promise.resolve();
    },
    save(worker, changes) {
      if (holder?.worker !== worker) return Promise.reject(lostHold());
      for (const { job, number, state, answer } of changes.operations) {
        const list = rows.get(job);
        const row = list?.[number];
        if (list !== undefined && row !== undefined) list[number] = { ...row, state, answer };
      }
      for (const job of changes.jobs) jobs.set(job.id, job);
      return Promise.resolve();
    },
    ...reading(jobs, rows),
    forget(keep) {
      const over = latestFirst(jobs).filter(({ state }) => isOver(state));
      const oldest = over.toSorted((a, b) => (b.endedAt ?? 0) - (a.endedAt ?? 0)).slice(keep);
      for (const { id } of oldest) {
        jobs.delete(id);
        rows.delete(id);
      }
      return Promise.resolve(false);
    },
  };
}

function latestFirst(jobs: ReadonlyMap<string, Job>): Job[] {
  return [...jobs.values()].toSorted((a, b) => (a.id < b.id ? 1 : -1));
}

type Reading = Pick<JobStore, "job" | "jobs" | "due" | "open" | "operations" | "operation">;

function reading(jobs: ReadonlyMap<string, Job>, rows: ReadonlyMap<string, readonly OperationRow[]>): Reading {
  return {
    job: (id) => Promise.resolve(jobs.get(id)),
    jobs: ({ owner, max }) =>
      Promise.resolve(
        latestFirst(jobs)
          .filter((job) => owner === undefined || job.owner.id === owner)
          .slice(0, max),
      ),
    due(max) {
      const found = latestFirst(jobs).filter(({ state }) => state.kind === "queued" || state.kind === "running");
      const sorted = found.toReversed().toSorted((a, b) => b.rules.priority - a.rules.priority);
      return Promise.resolve(sorted.slice(0, max));
    },
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
