import type { Kysely } from "kysely";
import { Client, type Pool } from "pg";
import { PgBoss, fromKysely } from "pg-boss";
import type { Job } from "../../jobs/job.ts";
import type { Tables } from "./tables.ts";

const queue = "jobs";
/** Nobody is told of what is older: by then every worker has looked for itself many times. */
const keptSeconds = 3600;

/** Tells workers of jobs that may begin, each time one of them. */
export interface JobQueue {
  /** Tells of a job once the transaction is made. */
  tell(transaction: Kysely<Tables>, job: Job): Promise<void>;
  /** Waits with the next until `told` has resolved. */
  listen(told: () => Promise<void>): Promise<void>;
  close(): Promise<void>;
}

/** What a queue is opened with. */
export interface QueueGround {
  readonly url: string;
  readonly pool: Pool;
  /** Told when nothing is heard any more: all is to be opened anew. */
  readonly onLost: () => void;
}

/**
 * The queue of a database, by pg-boss, made where there is none.
 *
 * A message says only that there is a job to take. Who may carry it out is said by its row, so that a message that is lost, told twice or told to
 * a worker that ends costs a second, and never a call.
 */
export async function openJobQueue({ url, pool, onLost }: QueueGround): Promise<JobQueue> {
  const boss = new PgBoss({
    db: {
      executeSql: (text, values) => pool.query(text, values),
      listen: (channel, heard, onListening) => listening(url, channel, { heard, onListening, onLost }),
    },
    schema: "switchyard_queue",
    useListenNotify: true,
    schedule: false,
  });
  // Of a database that is gone the rows tell as well, and pg-boss goes on when it is back.
  boss.on("error", () => undefined);
  await boss.start();
  try {
    await boss.createQueue(queue, {
      notify: true,
      retryLimit: 0,
      retentionSeconds: keptSeconds,
      deleteAfterSeconds: keptSeconds,
    });
  } catch (thrown) {
    await stopped(boss);
    throw thrown;
  }
  return {
    async tell(transaction, job) {
      if (job.state.kind !== "queued") return;
      await boss.send(queue, { job: job.id }, { priority: job.rules.priority, db: fromKysely(transaction) });
    },
    async listen(told) {
      await boss.work(queue, { pollingIntervalSeconds: 2 }, () => told());
    },
    close: () => stopped(boss),
  };
}

interface Listener {
  readonly heard: (payload: string) => void;
  readonly onListening: () => void;
  readonly onLost: () => void;
}

/**
 * A connection of our own that hears of messages. pg-boss's takes all listeners off when it is closed, so that a server which ends it at the same
 * moment ends the process.
 */
async function listening(url: string, channel: string, { heard, onListening, onLost }: Listener) {
  const client = new Client({ connectionString: url, application_name: "switchyard jobs", keepAlive: true });
  let isClosed = false;
  client.on("error", () => undefined);
  client.on("end", () => {
    if (!isClosed) onLost();
  });
  client.on("notification", ({ payload }) => {
    if (payload !== undefined) heard(payload);
  });
  await client.connect();
  await client.query(`LISTEN ${client.escapeIdentifier(channel)}`);
  onListening();
  return {
    async close() {
      isClosed = true;
      await client.end();
    },
  };
}

function stopped(boss: PgBoss): Promise<void> {
  return boss.stop({ graceful: false });
}
