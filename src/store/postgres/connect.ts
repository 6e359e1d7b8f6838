import { Kysely, PostgresDialect } from "kysely";
import { Pool } from "pg";
import type { JobStore } from "../../jobs/job-store.ts";
import type { ScheduleStore } from "../../jobs/schedules/schedule-store.ts";
import { postgresJobs, addJob } from "./job-rows.ts";
import { type JobQueue, openJobQueue } from "./job-queue.ts";
import { aloneIn, migratePostgres, schemaName } from "./migrations.ts";
import { postgresSchedules } from "./schedule-rows.ts";
import type { Tables } from "./tables.ts";

/** Connections of one gateway; one more listens. */
const maxConnections = 5;
/** Longest time for a connection, and for an answer, in ms: then a server that is silent counts as gone. */
const connectMs = 5000;
const answerMs = 10_000;

/** A database that was reached and is up to date. */
export interface Connected {
  readonly jobs: Omit<JobStore, "listen" | "turnMs">;
  readonly schedules: ScheduleStore;
  readonly queue: JobQueue;
  close(): Promise<void>;
}

/** A database that was reached. */
export interface Reached {
  readonly db: Kysely<Tables>;
  readonly pool: Pool;
  close(): Promise<void>;
}

/** What a database is reached with. */
export interface ConnectOptions {
  /** As in {@link postgresJobs}. */
  readonly realm: string;
  /** Told when it is to be reached anew. */
  readonly onLost: () => void;
}

/** Reaches a database; the first question connects. One that breaks off later is reached again by the next. */
export function reach(url: string): Reached {
  const pool = new Pool({
    connectionString: url,
    application_name: "switchyard",
    max: maxConnections,
    connectionTimeoutMillis: connectMs,
    query_timeout: answerMs,
    statement_timeout: answerMs,
    keepAlive: true,
  });
  // Of connections that break while nothing is asked of them, also between two statements of a transaction: who asks next is told what is wrong.
  pool.on("error", () => undefined);
  pool.on("connect", (client) => {
    client.on("error", () => undefined);
  });
  const db = new Kysely<Tables>({ dialect: new PostgresDialect({ pool }) }).withSchema(schemaName);
  return { db, pool, close: () => db.destroy() };
}

/** Reaches a database and brings it up to date. Rejects with what the driver says. */
export async function connect(url: string, place: string, { realm, onLost }: ConnectOptions): Promise<Connected> {
  const reached = reach(url);
  const { db, pool } = reached;
  try {
    await migratePostgres(db, place);
    const queue = await aloneIn(db, () => openJobQueue({ url, pool, onLost }));
    const ground = { queue, realm };
    return {
      jobs: postgresJobs(db, ground),
      schedules: postgresSchedules(db, realm, (tx, job, operations) => addJob(tx, ground, job, operations)),
      queue,
      async close() {
        await queue.close();
        await reached.close();
      },
    };
  } catch (thrown) {
    await reached.close();
    throw thrown;
  }
}
