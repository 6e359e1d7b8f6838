import { type Kysely, sql } from "kysely";
import { GatewayError } from "../../core/errors.ts";
import type { Migration } from "../migrations.ts";
import type { Tables } from "./tables.ts";

/** The schema of everything that is ours in the database. */
export const schemaName = "switchyard";

/** In the order in which they are applied; the place in the list, from 1, is the number. Once released none is changed. */
export const postgresMigrations: readonly Migration[] = [
  {
    name: "jobs and schedules",
    // Rows of jobs are written in each turn: room on their pages spares their index.
    sql: `
      CREATE TABLE switchyard.jobs (
        id text COLLATE "C" PRIMARY KEY,
        owner text NOT NULL,
        status text NOT NULL,
        priority integer NOT NULL,
        succeeded integer NOT NULL,
        failed integer NOT NULL,
        ended_at double precision,
        detail text NOT NULL,
        realm text,
        worker text,
        until timestamptz
      ) WITH (fillfactor = 50);

      CREATE TABLE switchyard.job_operations (
        job text COLLATE "C" NOT NULL REFERENCES switchyard.jobs (id) ON DELETE CASCADE,
        number integer NOT NULL,
        status text NOT NULL,
        attempts integer NOT NULL,
        code text,
        operation text NOT NULL,
        answer text,
        PRIMARY KEY (job, number)
      ) WITH (fillfactor = 70);

      CREATE TABLE switchyard.workers (
        worker text PRIMARY KEY,
        realm text NOT NULL,
        until timestamptz NOT NULL
      );

      CREATE TABLE switchyard.schedules (
        id text COLLATE "C" PRIMARY KEY,
        owner text NOT NULL,
        realm text,
        status text NOT NULL,
        next_at double precision,
        is_waiting boolean NOT NULL,
        revision integer NOT NULL,
        detail text NOT NULL,
        operations text NOT NULL
      );
    `,
  },
];

/** Of the lock under which one process at a time brings a database up to date: the first bytes of our name. */
const lockKey = 0x7377_6974;

/**
 * Brings a database up to date, all of it or nothing; several processes may do so at once. Only forward: an older Switchyard cannot know what
 * a newer one wrote.
 *
 * @throws {GatewayError} `store_unavailable` — a newer version wrote to it.
 */
export async function migratePostgres(db: Kysely<Tables>, place: string): Promise<void> {
  // One that is up to date, as nearly always, is not locked for it; nor need its user then be allowed to make anything.
  if ((await formatOf(db)) === postgresMigrations.length) return;
  await db.transaction().execute(async (transaction) => {
    await sql`SELECT pg_advisory_xact_lock(${lockKey})`.execute(transaction);
    await sql.raw(`CREATE SCHEMA IF NOT EXISTS ${schemaName}`).execute(transaction);
    await sql`CREATE TABLE IF NOT EXISTS switchyard.migrations (number integer PRIMARY KEY, name text NOT NULL)`.execute(
      transaction,
    );
    const done = await formatOf(transaction);
    if (done > postgresMigrations.length) throw tooNew(place, done);
    for (const [at, step] of postgresMigrations.entries()) {
      if (at < done) continue;
      await sql.raw(step.sql).execute(transaction);
      await sql`INSERT INTO switchyard.migrations VALUES (${at + 1}, ${step.name})`.execute(transaction);
    }
  });
}

/** Runs while no other gateway makes or changes tables: two that make the same ones at once fail. */
export function aloneIn<T>(db: Kysely<Tables>, run: () => Promise<T>): Promise<T> {
  return db.transaction().execute(async (transaction) => {
    await sql`SELECT pg_advisory_xact_lock(${lockKey})`.execute(transaction);
    return run();
  });
}

/** How many steps brought a database to where it is; 0 where it is none of ours. */
export async function formatOf(db: Kysely<Tables>): Promise<number> {
  const { rows: tables } = await sql<{ found: boolean }>`
    SELECT to_regclass('switchyard.migrations') IS NOT NULL AS found`.execute(db);
  if (tables[0]?.found !== true) return 0;
  const { rows } = await sql<{
    number: number | null;
  }>`SELECT max(number) AS number FROM switchyard.migrations`.execute(db);
  return rows[0]?.number ?? 0;
}

function tooNew(place: string, found: number): GatewayError {
  return new GatewayError(
    "store_unavailable",
    `PostgreSQL at ${place} was written to by a newer Switchyard (format ${found}; this one knows ${postgresMigrations.length})`,
    { data: { place, suggestion: "Start the newer version again, or name another database in store.url." } },
  );
}
