import { setImmediate } from "node:timers/promises";
import type { JobChanges, JobStore, OperationPage, Wanted } from "../jobs/job-store.ts";
import { isOver } from "../jobs/job-state.ts";
import type { Job, Operation } from "../jobs/job.ts";
import { lostJob } from "../jobs/lost-job.ts";
import type { Database } from "./database.ts";
import { answered } from "./failure.ts";
import { jobIn, operationRowIn } from "./job-parsing.ts";

const putJob =
  "INSERT INTO jobs (id, owner, status, priority, total, succeeded, failed, ended_at, detail) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET status = excluded.status, total = excluded.total, succeeded = excluded.succeeded, failed = excluded.failed, ended_at = excluded.ended_at, detail = excluded.detail";
/** The status of a job whose operations are being added, in several transactions; nobody sees it. `ended_at` is when that began. */
const arriving = "arriving";
/** Operations that are added in one transaction: a few ms, which hold up everybody else. */
const addedAtOnce = 400;
/** Longest time that adding them may take, in ms. */
const longestArrivalMs = 600_000;
/** What every turn changes; without the status, so that no page of its index is written where it stays. */
const count = "UPDATE jobs SET total = ?, succeeded = ?, failed = ?, detail = ? WHERE id = ? AND status = ?";
const isThere = `status <> '${arriving}'`;
const oneJob = `SELECT detail FROM jobs WHERE id = ? AND ${isThere}`;
const over = "status IN ('completed', 'failed', 'cancelled')";
/** Due, and of this worker or of nobody. */
const mayHave =
  "status IN ('queued', 'running') AND (worker IS NULL OR worker = :worker OR until <= :now OR until > :now + :longest)";
/** Whether there is anything to write: a gateway that has nothing to do asks each second. */
const isAny = `SELECT 1 FROM jobs WHERE worker = :worker OR (${mayHave} AND :more > 0) LIMIT 1`;
const takeJobs = `UPDATE jobs SET worker = :worker, until = :now + :ms WHERE worker = :worker OR id IN (SELECT id FROM (SELECT id, worker FROM jobs WHERE ${mayHave} ORDER BY priority DESC, id LIMIT :among) WHERE worker IS NOT :worker LIMIT :more) RETURNING detail`;
/** Longest lease that is believed, in ms: one that ends later was taken by a clock that has been put back since. */
const longestLeaseMs = 60_000;
const statuses: Readonly<Record<NonNullable<OperationPage["only"]>, string>> = {
  open: "status IN ('waiting', 'running')",
  ended: "status IN ('succeeded', 'failed')",
  failed: "status = 'failed'",
};

/** Writes rows of jobs, inside a transaction. */
interface JobWriter {
  /** Puts a job as it stands. */
  readonly put: (job: Job) => void;
  /** Adds operations to one. */
  readonly add: (job: string, operations: readonly Operation[]) => void;
  /** Puts a job of which nobody sees anything yet. */
  readonly putArriving: (job: Job) => void;
}

/** What {@link jobRows} and those who make jobs with something else write by. */
export function jobWriter({ sql }: Database): JobWriter {
  const put = sql.prepare(putJob);
  const recount = sql.prepare(count);
  const add = sql.prepare(
    "INSERT INTO job_operations (job, number, status, attempts, operation) VALUES (?, ?, 'waiting', 0, ?)",
  );
  return {
    put(job) {
      const { id, owner, state, rules, total, succeeded, failed, endedAt } = job;
      const detail = JSON.stringify(job);
      if (Number(recount.run(total, succeeded, failed, detail, id, state.kind).changes) > 0) return;
      put.run(id, owner.id, state.kind, rules.priority, total, succeeded, failed, endedAt ?? null, detail);
    },
    add(job, operations) {
      for (const operation of operations) add.run(job, operation.number, JSON.stringify(operation));
    },
    putArriving({ id, owner, rules, total, createdAt }) {
      put.run(id, owner.id, arriving, rules.priority, total, 0, 0, createdAt, "{}");
    },
  };
}

/** Each commit writes some two whole pages of 16 KiB ahead, however little it says: with a pause it says more, and less is to be put in its place. */
const turnMs = 2;

/** Jobs as rows. Every change is one transaction, made before it counts. */
export function jobRows(database: Database): JobStore {
  const { sql, file, transaction } = database;
  const writer = jobWriter(database);
  const change = sql.prepare(
    "UPDATE job_operations SET status = ?, attempts = ?, code = ?, answer = ? WHERE job = ? AND number = ?",
  );
  const one = sql.prepare(oneJob);
  const owned = sql.prepare("SELECT 1 FROM jobs WHERE id = ? AND worker = ? AND status = ?");
  const letGo = sql.prepare("UPDATE jobs SET worker = NULL WHERE id = ? AND worker = ?");
  const letGoAll = sql.prepare("UPDATE jobs SET worker = NULL WHERE worker = ?");
  return {
    turnMs,
    take: (worker, wanted) => answered(file, () => ({ jobs: taken(database, worker, wanted), share: Infinity })),
    release: (worker, job) =>
      answered(file, () => void (job === undefined ? letGoAll.run(worker) : letGo.run(job, worker))),
    create: (job, operations) => created(database, writer, job, operations),
    save: async (worker, { jobs, operations, added }: JobChanges) => {
      await database.rest;
      await answered(file, () => {
        transaction(() => {
          for (const { was, job } of jobs) {
            if (owned.get(job.id, worker, was) === undefined) throw lostJob();
          }
          for (const { job, number, state, answer } of operations) {
            const code = state.kind === "failed" ? state.code : null;
            change.run(state.kind, state.attempts, code, answer ?? null, job, number);
          }
          if (added !== undefined) writer.add(added.job, added.operations);
          for (const { job } of jobs) {
            writer.put(job);
            if (isOver(job.state)) letGo.run(job.id, worker);
          }
        });
      });
    },
    change: (id, changed) =>
      answered(file, () =>
        transaction(() => {
          const before = jobIn(one.get(id));
          const after = before && changed(before);
          if (after !== undefined) writer.put(after);
          return before && after && { before, after };
        }),
      ),
    ...reading(database),
    forget: async (keep, rows, now) => {
      await database.rest;
      return answered(file, () => transaction(() => forgotten(sql, keep, rows, now)));
    },
  };
}

async function created(
  database: Database,
  writer: JobWriter,
  job: Job,
  operations: readonly Operation[],
): Promise<void> {
  const { file, transaction } = database;
  const rest = operations.slice(0, -addedAtOnce);
  for (let at = 0; at < rest.length; at += addedAtOnce) {
    await answered(file, () => {
      transaction(() => {
        if (at === 0) writer.putArriving(job);
        writer.add(job.id, rest.slice(at, at + addedAtOnce));
      });
    });
    await setImmediate();
    await database.rest;
  }
  await answered(file, () => {
    transaction(() => {
      writer.put(job);
      writer.add(job.id, operations.slice(rest.length));
    });
  });
}

function taken({ sql, transaction }: Database, worker: string, { now, ms, more, among }: Wanted): readonly Job[] {
  const who = { worker, now: Math.round(now), longest: longestLeaseMs, more };
  if (sql.prepare(isAny).get(who) === undefined) return [];
  const rows = transaction(() => sql.prepare(takeJobs).all({ ...who, ms, among }));
  return rows.flatMap((row) => jobIn(row) ?? []);
}

type Reading = Pick<JobStore, "job" | "jobs" | "open" | "operations" | "operation">;

function reading({ sql, file }: Database): Reading {
  const one = sql.prepare("SELECT * FROM job_operations WHERE job = ? AND number = ?");
  return {
    job: (id) => answered(file, () => jobIn(sql.prepare(oneJob).get(id))),
    jobs: ({ owner, max }) =>
      answered(file, () => {
        const rows =
          owner === undefined
            ? sql.prepare(`SELECT detail FROM jobs WHERE ${isThere} ORDER BY id DESC LIMIT ?`).all(max)
            : sql
                .prepare(`SELECT detail FROM jobs WHERE owner = ? AND ${isThere} ORDER BY id DESC LIMIT ?`)
                .all(owner, max);
        return rows.flatMap((row) => jobIn(row) ?? []);
      }),
    open: () =>
      answered(file, () => Number(sql.prepare(`SELECT count(*) AS n FROM jobs WHERE NOT ${over}`).get()?.["n"])),
    operations: (job, { from, max, only }) =>
      answered(file, () => {
        const which = only === undefined ? "" : `AND ${statuses[only]}`;
        const text = `SELECT * FROM job_operations WHERE job = ? AND number >= ? ${which} ORDER BY number LIMIT ?`;
        return sql
          .prepare(text)
          .all(job, from, max)
          .flatMap((row) => operationRowIn(row) ?? []);
      }),
    operation: (job, number) => answered(file, () => operationRowIn(one.get(job, number))),
  };
}

/** A job of 100,000 operations is forgotten in steps: a transaction holds up everybody else who writes. */
function forgotten(sql: Database["sql"], keep: number, rows: number, now: number): boolean {
  const lost = `SELECT id FROM jobs WHERE status = '${arriving}' AND ended_at < ? LIMIT 1`;
  const surplus = `SELECT id FROM jobs WHERE ${over} ORDER BY ended_at DESC, id DESC LIMIT 1 OFFSET ?`;
  const { id } = sql.prepare(lost).get(now - longestArrivalMs) ?? sql.prepare(surplus).get(keep) ?? {};
  if (typeof id !== "string") return false;
  const some =
    "DELETE FROM job_operations WHERE job = ? AND number IN (SELECT number FROM job_operations WHERE job = ? LIMIT ?)";
  const removed = Number(sql.prepare(some).run(id, id, rows).changes);
  if (removed < rows) sql.prepare("DELETE FROM jobs WHERE id = ?").run(id);
  return true;
}
