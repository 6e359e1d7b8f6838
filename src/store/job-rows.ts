import { setImmediate } from "node:timers/promises";
import { storedPrincipalIn } from "../access/stored-principal.ts";
import { type JsonObject, isJsonObject, objectAt, stringAt } from "../core/json.ts";
import { rulesOf } from "../jobs/job-options.ts";
import type { JobState } from "../jobs/job-state.ts";
import type { JobChanges, JobStore, OperationPage } from "../jobs/job-store.ts";
import type { Job, Operation, OperationRow } from "../jobs/job.ts";
import { lostHold } from "../jobs/lost-hold.ts";
import type { OperationState } from "../jobs/operation-state.ts";
import type { Database } from "./database.ts";
import { answered } from "./failure.ts";
import { parsed } from "./parsed.ts";

type Row = Readonly<Record<string, unknown>>;

const putJob =
  "INSERT INTO jobs (id, owner, status, priority, total, succeeded, failed, ended_at, detail) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET status = excluded.status, succeeded = excluded.succeeded, failed = excluded.failed, ended_at = excluded.ended_at, detail = excluded.detail";
/** The status of a job whose operations are being added, in several transactions; nobody sees it. `ended_at` is when that began. */
const arriving = "arriving";
/** Operations that are added in one transaction: a few ms, which hold up everybody else. */
const addedAtOnce = 1000;
/** Longest time that adding them may take, in ms. */
const longestArrivalMs = 600_000;
/** What every turn changes; without the status, so that no page of its index is written where it stays. */
const count = "UPDATE jobs SET succeeded = ?, failed = ?, detail = ? WHERE id = ? AND status = ?";
const isThere = `status <> '${arriving}'`;
const isOver = "status IN ('completed', 'failed', 'cancelled')";
const takeHold =
  "INSERT INTO job_workers (place, worker, until) VALUES (1, ?1, ?2 + ?3) ON CONFLICT DO UPDATE SET worker = excluded.worker, until = excluded.until WHERE worker = ?1 OR until <= ?2 OR until > ?2 + ?4";
/** Longest hold that is believed, in ms: one that ends later was taken by a clock that has been put back since. */
const longestHoldMs = 60_000;
const statuses: Readonly<Record<NonNullable<OperationPage["only"]>, string>> = {
  open: "status IN ('waiting', 'running')",
  ended: "status IN ('succeeded', 'failed')",
  failed: "status = 'failed'",
};

/** Writes rows of jobs, inside a transaction. */
interface JobWriter {
  /** Puts a job as it stands. */
  readonly put: (job: Job) => void;
  /** Adds operations to a new one. */
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
      if (Number(recount.run(succeeded, failed, detail, id, state.kind).changes) > 0) return;
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

/** Jobs as rows. Every change is one transaction, made before it counts. */
export function jobRows(database: Database): JobStore {
  const { sql, file, transaction } = database;
  const writer = jobWriter(database);
  const change = sql.prepare(
    "UPDATE job_operations SET status = ?, attempts = ?, code = ?, answer = ? WHERE job = ? AND number = ?",
  );
  const holder = sql.prepare("SELECT 1 FROM job_workers WHERE worker = ?");
  const hold = sql.prepare(takeHold);
  return {
    hold: (worker, now, ms) =>
      answered(file, () => Number(hold.run(worker, Math.round(now), ms, longestHoldMs).changes) > 0),
    release: (worker) => answered(file, () => void sql.prepare("DELETE FROM job_workers WHERE worker = ?").run(worker)),
    async create(job, operations) {
      const rest = operations.slice(0, -addedAtOnce);
      for (let at = 0; at < rest.length; at += addedAtOnce) {
        await answered(file, () => {
          transaction(() => {
            if (at === 0) writer.putArriving(job);
            writer.add(job.id, rest.slice(at, at + addedAtOnce));
          });
        });
        await setImmediate();
      }
      await answered(file, () => {
        transaction(() => {
          writer.put(job);
          writer.add(job.id, operations.slice(rest.length));
        });
      });
    },
    save: (worker, { jobs, operations }: JobChanges) =>
      answered(file, () => {
        transaction(() => {
          if (holder.get(worker) === undefined) throw lostHold();
          for (const { job, number, state, answer } of operations) {
            const code = state.kind === "failed" ? state.code : null;
            change.run(state.kind, state.attempts, code, answer ?? null, job, number);
          }
          for (const job of jobs) writer.put(job);
        });
      }),
    ...reading(database),
    forget: (keep, rows, now) => answered(file, () => transaction(() => forgotten(sql, keep, rows, now))),
  };
}

type Reading = Pick<JobStore, "job" | "jobs" | "due" | "open" | "operations" | "operation">;

function reading({ sql, file }: Database): Reading {
  const one = sql.prepare("SELECT * FROM job_operations WHERE job = ? AND number = ?");
  const due = sql.prepare(
    "SELECT detail FROM jobs WHERE status IN ('queued', 'running') ORDER BY priority DESC, id LIMIT ?",
  );
  return {
    job: (id) =>
      answered(file, () => jobIn(sql.prepare(`SELECT detail FROM jobs WHERE id = ? AND ${isThere}`).get(id))),
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
    due: (max) => answered(file, () => due.all(max).flatMap((row) => jobIn(row) ?? [])),
    open: () =>
      answered(file, () => Number(sql.prepare(`SELECT count(*) AS n FROM jobs WHERE NOT ${isOver}`).get()?.["n"])),
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
  const surplus = `SELECT id FROM jobs WHERE ${isOver} ORDER BY ended_at DESC, id DESC LIMIT 1 OFFSET ?`;
  const { id } = sql.prepare(lost).get(now - longestArrivalMs) ?? sql.prepare(surplus).get(keep) ?? {};
  if (typeof id !== "string") return false;
  const some =
    "DELETE FROM job_operations WHERE job = ? AND number IN (SELECT number FROM job_operations WHERE job = ? LIMIT ?)";
  const removed = Number(sql.prepare(some).run(id, id, rows).changes);
  if (removed < rows) sql.prepare("DELETE FROM jobs WHERE id = ?").run(id);
  return true;
}

function jobIn(row: Row | undefined): Job | undefined {
  const detail = parsed(row?.["detail"]);
  if (!isJsonObject(detail)) return undefined;
  const owner = storedPrincipalIn(objectAt(detail, "owner"));
  const [id, state] = [stringAt(detail, "id"), jobStateIn(detail["state"])];
  const { total, succeeded, failed, createdAt } = detail;
  if (id === undefined || owner === undefined || state === undefined) return undefined;
  if (!isNumber(total) || !isNumber(succeeded) || !isNumber(failed) || !isNumber(createdAt)) return undefined;
  return {
    id,
    owner,
    state,
    rules: rulesOf(objectAt(detail, "rules") ?? {}),
    total,
    succeeded,
    failed,
    createdAt,
    startedAt: numberIn(detail["startedAt"]),
    endedAt: numberIn(detail["endedAt"]),
    retryOf: stringAt(detail, "retryOf"),
    schedule: scheduleIn(objectAt(detail, "schedule")),
    isTried: detail["isTried"] === true,
  };
}

function scheduleIn(value: JsonObject | undefined): Job["schedule"] {
  const id = value && stringAt(value, "id");
  const dueAt = numberIn(value?.["dueAt"]);
  return id === undefined || dueAt === undefined ? undefined : { id, dueAt };
}

function jobStateIn(value: unknown): JobState | undefined {
  if (!isJsonObject(value)) return undefined;
  const { kind, code } = value;
  switch (kind) {
    case "failed":
      return typeof code === "string" ? { kind, code } : undefined;
    case "queued":
    case "running":
    case "paused":
    case "completed":
    case "cancelled":
      return { kind };
    default:
      return undefined;
  }
}

function operationRowIn(row: Row | undefined): OperationRow | undefined {
  const operation = operationIn(parsed(row?.["operation"]));
  const state = row && operationStateIn(row);
  if (operation === undefined || state === undefined) return undefined;
  const answer = row?.["answer"];
  return { operation, state, answer: typeof answer === "string" ? answer : undefined };
}

function operationStateIn({ status, attempts, code }: Row): OperationState | undefined {
  if (!isNumber(attempts)) return undefined;
  switch (status) {
    case "waiting":
    case "running":
    case "succeeded":
      return { kind: status, attempts };
    case "failed":
      return { kind: status, attempts, code: typeof code === "string" ? code : "internal_error" };
    default:
      return undefined;
  }
}

function operationIn(value: unknown): Operation | undefined {
  if (!isJsonObject(value)) return undefined;
  const [id, tool, given] = [stringAt(value, "id"), stringAt(value, "tool"), objectAt(value, "arguments")];
  const { number, needs, isRepeatable } = value;
  if (!isNumber(number) || id === undefined || tool === undefined || given === undefined) return undefined;
  if (!Array.isArray(needs) || !needs.every(isNumber)) return undefined;
  const idempotencyKey = stringAt(value, "idempotencyKey");
  return { number, id, tool, arguments: given, idempotencyKey, needs, isRepeatable: isRepeatable === true };
}

function isNumber(value: unknown): value is number {
  return typeof value === "number";
}

function numberIn(value: unknown): number | undefined {
  return isNumber(value) ? value : undefined;
}
