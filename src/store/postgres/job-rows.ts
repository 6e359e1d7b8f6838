import { type Kysely, sql } from "kysely";
import type { StoredPrincipal } from "../../access/stored-principal.ts";
import { isOver } from "../../jobs/job-state.ts";
import type { JobChange, JobChanges, JobStore, OperationChange, Wanted } from "../../jobs/job-store.ts";
import type { Job, Operation } from "../../jobs/job.ts";
import { lostJob } from "../../jobs/lost-job.ts";
import { jobIn, operationRowIn } from "../job-parsing.ts";
import type { JobQueue } from "./job-queue.ts";
import type { Tables } from "./tables.ts";

/** Operations that are added by one statement. */
const addedAtOnce = 1000;
const overKinds = ["completed", "failed", "cancelled"];
const operationKinds = {
  open: ["waiting", "running"],
  ended: ["succeeded", "failed"],
  failed: ["failed"],
} as const;

/** What rows of jobs are written with. */
export interface Ground {
  readonly queue: Pick<JobQueue, "tell">;
  /**
   * What gateways have in common that know the same API keys: a job whose owner is a key is carried out by them alone, as for others its owner
   * would be nobody.
   */
  readonly realm: string;
}

/**
 * Jobs as rows that several gateways share. A worker's turn is one statement, and so one round trip and one commit. Leases go by the clock of the
 * database, so that those of the gateways need not agree.
 */
export function postgresJobs(db: Kysely<Tables>, { queue, realm }: Ground): Omit<JobStore, "listen" | "turnMs"> {
  return {
    async take(worker, wanted) {
      const { rows } = await takeStatement(worker, realm, wanted).execute(db);
      return { jobs: jobsIn(rows), share: rows[0]?.share ?? 0 };
    },
    async release(worker, job) {
      const own = db.updateTable("jobs").set({ worker: null }).where("worker", "=", worker);
      await (job === undefined ? own : own.where("id", "=", job)).execute();
      if (job === undefined) await db.deleteFrom("workers").where("worker", "=", worker).execute();
    },
    create: (job, operations) => db.transaction().execute((tx) => addJob(tx, { queue, realm }, job, operations)),
    async save(worker, changes) {
      const { rows } = await saveStatement(worker, changes).execute(db);
      if (rows[0]?.is_whole !== true) throw lostJob();
    },
    change: (id, change) =>
      db.transaction().execute(async (tx) => {
        const row = await tx.selectFrom("jobs").select("detail").where("id", "=", id).forUpdate().executeTakeFirst();
        const before = jobIn(row);
        if (before === undefined) return undefined;
        const after = change(before);
        const { state, succeeded, failed, endedAt } = after;
        const set = { status: state.kind, succeeded, failed, ended_at: endedAt ?? null, detail: JSON.stringify(after) };
        await tx.updateTable("jobs").set(set).where("id", "=", id).execute();
        if (state.kind !== before.state.kind) await queue.tell(tx, after);
        return { before, after };
      }),
    ...reading(db),
    forget: (keep, rows) => db.transaction().execute((tx) => forgotten(tx, keep, rows)),
  };
}

/** The realm that somebody's jobs and schedules are for; `null` where all gateways know who it is. */
export function realmOf({ kind }: StoredPrincipal, realm: string): string | null {
  return kind === "key" ? realm : null;
}

/** Adds a new job inside a transaction, and tells workers of it once that is made. */
export async function addJob(
  tx: Kysely<Tables>,
  { queue, realm }: Ground,
  job: Job,
  operations: readonly Operation[],
): Promise<void> {
  const { id, owner, state, rules, succeeded, failed, endedAt } = job;
  const counts = { succeeded, failed, ended_at: endedAt ?? null };
  const row = { id, owner: owner.id, status: state.kind, priority: rules.priority, ...counts };
  await tx
    .insertInto("jobs")
    .values({
      ...row,
      detail: JSON.stringify(job),
      realm: realmOf(owner, realm),
      worker: null,
      until: null,
    })
    .execute();
  for (let at = 0; at < operations.length; at += addedAtOnce) {
    const some = operations.slice(at, at + addedAtOnce);
    const numbers = some.map(({ number }) => number);
    const texts = some.map((operation) => JSON.stringify(operation));
    await sql`
      INSERT INTO switchyard.job_operations (job, number, status, attempts, operation)
      SELECT ${id}, number, 'waiting', 0, operation
      FROM unnest(${numbers}::integer[], ${texts}::text[]) AS given (number, operation)`.execute(tx);
  }
  await queue.tell(tx, job);
}

/**
 * Says that the worker is there, counts the others, and gives it jobs as far as it has less than its share. `SKIP LOCKED`, so that of two that
 * look at once each gets jobs without waiting for the other; what one got first the other finds taken when it locks the row.
 */
function takeStatement(worker: string, realm: string, { ms, more, among }: Wanted) {
  return sql<{ detail: string | null; share: number }>`
    WITH here AS (
      INSERT INTO switchyard.workers VALUES (${worker}, ${realm}, now() + ${ms} * interval '1 millisecond')
      ON CONFLICT (worker) DO UPDATE SET until = excluded.until
    ), gone AS (
      DELETE FROM switchyard.workers WHERE until < now() - interval '1 hour'
    ), due AS (
      SELECT id, priority, realm, worker, worker IS NULL OR until <= now() AS is_free FROM switchyard.jobs
      WHERE status IN ('queued', 'running') AND (realm IS NULL OR realm = ${realm})
    ), part AS (
      SELECT ceil((SELECT count(*) FROM due WHERE realm IS NULL) / (1.0 + count(*))
        + (SELECT count(*) FROM due WHERE realm IS NOT NULL) / (1.0 + count(*) FILTER (WHERE realm = ${realm})))::integer AS share
      FROM switchyard.workers WHERE worker <> ${worker} AND until > now()
    ), first AS (
      SELECT id, worker FROM due WHERE is_free OR worker = ${worker} ORDER BY priority DESC, id LIMIT ${among}
    ), free AS (
      SELECT id FROM switchyard.jobs
      WHERE id IN (SELECT id FROM first WHERE worker IS DISTINCT FROM ${worker}) AND (worker IS NULL OR until <= now())
      ORDER BY priority DESC, id
      LIMIT least(${more}, greatest(0, (SELECT share FROM part) - (SELECT count(*) FROM due WHERE worker = ${worker})))
      FOR UPDATE SKIP LOCKED
    ), taken AS (
      UPDATE switchyard.jobs SET worker = ${worker}, until = now() + ${ms} * interval '1 millisecond'
      WHERE worker = ${worker} OR id IN (SELECT id FROM free)
      RETURNING detail
    )
    SELECT share, detail FROM part LEFT JOIN taken ON true`;
}

/** Locks the jobs, and changes them and their operations, and adds further ones, only where all of them are the worker's, and stand as it knows. */
function saveStatement(worker: string, { jobs, operations, added }: JobChanges) {
  const more = added?.operations ?? [];
  return sql<{ is_whole: boolean }>`
    WITH given AS (
      SELECT * FROM unnest(${columnOf(jobs, ({ job }) => job.id)}::text[], ${columnOf(jobs, ({ was }) => was)}::text[],
        ${columnOf(jobs, ({ job }) => job.state.kind)}::text[], ${columnOf(jobs, ({ job }) => job.succeeded)}::integer[],
        ${columnOf(jobs, ({ job }) => job.failed)}::integer[],
        ${columnOf(jobs, ({ job }) => job.endedAt ?? null)}::double precision[],
        ${columnOf(jobs, ({ job }) => JSON.stringify(job))}::text[],
        ${columnOf(jobs, ({ job }) => (isOver(job.state) ? null : worker))}::text[])
        AS g (id, was, status, succeeded, failed, ended_at, detail, worker)
    ), own AS (
      SELECT j.id FROM switchyard.jobs j JOIN given g ON j.id = g.id AND j.status = g.was
      WHERE j.worker = ${worker} FOR UPDATE OF j
    ), whole AS (
      SELECT count(*) = ${jobs.length} AS is_whole FROM own
    ), put AS (
      UPDATE switchyard.jobs j SET status = g.status, succeeded = g.succeeded, failed = g.failed, ended_at = g.ended_at,
        detail = g.detail, worker = g.worker
      FROM given g WHERE j.id = g.id AND (SELECT is_whole FROM whole)
    ), noted AS (
      UPDATE switchyard.job_operations o SET status = c.status, attempts = c.attempts, code = c.code, answer = c.answer
      FROM unnest(${columnOf(operations, ({ job }) => job)}::text[],
        ${columnOf(operations, ({ number }) => number)}::integer[],
        ${columnOf(operations, ({ state }) => state.kind)}::text[],
        ${columnOf(operations, ({ state }) => state.attempts)}::integer[],
        ${columnOf(operations, ({ state }) => (state.kind === "failed" ? state.code : null))}::text[],
        ${columnOf(operations, answerOf)}::text[])
        AS c (job, number, status, attempts, code, answer)
      WHERE o.job = c.job AND o.number = c.number AND (SELECT is_whole FROM whole)
    ), added AS (
      INSERT INTO switchyard.job_operations (job, number, status, attempts, operation)
      SELECT ${added?.job ?? ""}, number, 'waiting', 0, operation
      FROM unnest(${more.map(({ number }) => number)}::integer[], ${more.map((each) => JSON.stringify(each))}::text[])
        AS given_operations (number, operation)
      WHERE (SELECT is_whole FROM whole)
    )
    SELECT is_whole FROM whole`;
}

function columnOf<Row extends JobChange | OperationChange, Value>(
  rows: readonly Row[],
  value: (row: Row) => Value,
): readonly Value[] {
  return rows.map((row) => value(row));
}

/** An answer as it came from a server, which may hold what PostgreSQL takes in no text. */
function answerOf({ answer }: OperationChange): string | null {
  return answer?.replaceAll("\0", "\\u0000") ?? null;
}

type Reading = Pick<JobStore, "job" | "jobs" | "open" | "operations" | "operation">;

function reading(db: Kysely<Tables>): Reading {
  return {
    job: async (id) => jobIn(await db.selectFrom("jobs").select("detail").where("id", "=", id).executeTakeFirst()),
    async jobs({ owner, max }) {
      const latest = db.selectFrom("jobs").select("detail").orderBy("id", "desc").limit(max);
      return jobsIn(await (owner === undefined ? latest : latest.where("owner", "=", owner)).execute());
    },
    async open() {
      const all = db.selectFrom("jobs").select(({ fn }) => fn.countAll().as("count"));
      return Number((await all.where("status", "not in", overKinds).executeTakeFirstOrThrow()).count);
    },
    async operations(job, { from, max, only }) {
      const some = db.selectFrom("job_operations").selectAll().where("job", "=", job).where("number", ">=", from);
      const fit = only === undefined ? some : some.where("status", "in", operationKinds[only]);
      const rows = await fit.orderBy("number").limit(max).execute();
      return rows.flatMap((row) => operationRowIn(row) ?? []);
    },
    async operation(job, number) {
      const all = db.selectFrom("job_operations").selectAll();
      return operationRowIn(await all.where("job", "=", job).where("number", "=", number).executeTakeFirst());
    },
  };
}

/** In steps, as elsewhere: a transaction that takes long holds up what cleans the tables. */
async function forgotten(tx: Kysely<Tables>, keep: number, rows: number): Promise<boolean> {
  const { rows: surplus } = await sql<{ id: string }>`
    SELECT id FROM switchyard.jobs WHERE status = ANY(${overKinds})
    ORDER BY ended_at DESC NULLS LAST, id DESC OFFSET ${keep} LIMIT 1`.execute(tx);
  const id = surplus[0]?.id;
  if (id === undefined) return false;
  const { numAffectedRows } = await sql`
    DELETE FROM switchyard.job_operations WHERE job = ${id} AND number IN (
      SELECT number FROM switchyard.job_operations WHERE job = ${id} LIMIT ${rows})`.execute(tx);
  if (Number(numAffectedRows) < rows) await tx.deleteFrom("jobs").where("id", "=", id).execute();
  return true;
}

function jobsIn(rows: readonly { readonly detail: string | null }[]): readonly Job[] {
  return rows.flatMap((row) => jobIn(row) ?? []);
}
