import type { DatabaseSync } from "node:sqlite";
import { GatewayError } from "../core/errors.ts";

/** One step forward. Once released it is never changed; a mistake in it is mended by a later one. */
export interface Migration {
  readonly name: string;
  readonly sql: string;
}

/** In the order in which they are applied; the place in the list, from 1, is the number. */
export const migrations: readonly Migration[] = [
  {
    name: "sessions, catalogs, trust, keys",
    sql: `
      CREATE TABLE sessions (
        id TEXT PRIMARY KEY,
        home TEXT NOT NULL,
        used_at INTEGER NOT NULL,
        detail TEXT NOT NULL
      ) STRICT;
      CREATE INDEX sessions_by_use ON sessions (home, used_at);

      CREATE TABLE offers (
        upstream TEXT NOT NULL,
        target TEXT NOT NULL,
        kept_at INTEGER NOT NULL,
        offer TEXT NOT NULL,
        PRIMARY KEY (upstream, target)
      ) STRICT;

      CREATE TABLE trust (
        upstream TEXT NOT NULL,
        target TEXT NOT NULL,
        version INTEGER NOT NULL,
        PRIMARY KEY (upstream, target)
      ) STRICT;
      CREATE TABLE trusted (
        upstream TEXT NOT NULL,
        target TEXT NOT NULL,
        kind TEXT NOT NULL,
        name TEXT NOT NULL,
        definition TEXT NOT NULL,
        PRIMARY KEY (upstream, target, kind, name),
        FOREIGN KEY (upstream, target) REFERENCES trust (upstream, target) ON DELETE CASCADE
      ) STRICT;

      CREATE TABLE keys (name TEXT PRIMARY KEY, value BLOB NOT NULL) STRICT;
    `,
  },
  {
    name: "api keys",
    sql: `
      CREATE TABLE api_keys (
        id TEXT PRIMARY KEY,
        name TEXT NOT NULL,
        role TEXT NOT NULL,
        grants TEXT NOT NULL,
        hash BLOB NOT NULL,
        created_at INTEGER NOT NULL,
        expires_at INTEGER,
        used_at INTEGER
      ) STRICT;
    `,
  },
  {
    name: "calls with idempotency keys",
    sql: `
      CREATE TABLE keyed_calls (
        id TEXT PRIMARY KEY,
        fingerprint TEXT NOT NULL,
        begun_at INTEGER NOT NULL,
        answer TEXT
      ) STRICT;
      CREATE INDEX keyed_calls_by_age ON keyed_calls (begun_at);
    `,
  },
  {
    name: "audit",
    sql: `
      CREATE TABLE audit (
        seq INTEGER PRIMARY KEY,
        id TEXT NOT NULL,
        kind TEXT NOT NULL,
        at INTEGER NOT NULL,
        duration_us INTEGER,
        method TEXT NOT NULL,
        name TEXT,
        upstream TEXT,
        tool TEXT,
        principal TEXT,
        outcome TEXT,
        code TEXT,
        cache TEXT,
        detail TEXT NOT NULL,
        arguments TEXT,
        result TEXT,
        hash TEXT NOT NULL
      ) STRICT;
      CREATE INDEX audit_by_id ON audit (id);
    `,
  },
  {
    name: "jobs",
    sql: `
      CREATE TABLE jobs (
        id TEXT PRIMARY KEY,
        owner TEXT NOT NULL,
        status TEXT NOT NULL,
        priority INTEGER NOT NULL,
        total INTEGER NOT NULL,
        succeeded INTEGER NOT NULL,
        failed INTEGER NOT NULL,
        ended_at INTEGER,
        detail TEXT NOT NULL
      ) STRICT;
      CREATE INDEX jobs_by_status ON jobs (status);

      CREATE TABLE job_operations (
        job TEXT NOT NULL REFERENCES jobs (id) ON DELETE CASCADE,
        number INTEGER NOT NULL,
        status TEXT NOT NULL,
        attempts INTEGER NOT NULL,
        code TEXT,
        operation TEXT NOT NULL,
        answer TEXT,
        PRIMARY KEY (job, number)
      ) STRICT;

      CREATE TABLE job_workers (
        place INTEGER PRIMARY KEY CHECK (place = 1),
        worker TEXT NOT NULL,
        until INTEGER NOT NULL
      ) STRICT;
    `,
  },
  {
    name: "events",
    sql: `
      CREATE TABLE event_logs (
        home TEXT PRIMARY KEY,
        epoch TEXT NOT NULL,
        used_at INTEGER NOT NULL,
        lost INTEGER NOT NULL,
        ended INTEGER
      ) STRICT;

      CREATE TABLE events (
        home TEXT NOT NULL,
        number INTEGER NOT NULL,
        fact TEXT NOT NULL,
        PRIMARY KEY (home, number)
      ) STRICT, WITHOUT ROWID;
    `,
  },
  {
    name: "schedules",
    sql: `
      CREATE TABLE schedules (
        id TEXT PRIMARY KEY,
        owner TEXT NOT NULL,
        status TEXT NOT NULL,
        next_at INTEGER,
        is_waiting INTEGER NOT NULL,
        revision INTEGER NOT NULL,
        detail TEXT NOT NULL,
        operations TEXT NOT NULL
      ) STRICT;
      CREATE INDEX schedules_by_time ON schedules (status, next_at);
    `,
  },
  {
    name: "a worker for each job",
    sql: `
      ALTER TABLE jobs ADD COLUMN worker TEXT;
      ALTER TABLE jobs ADD COLUMN until INTEGER;
      DROP TABLE job_workers;
    `,
  },
  {
    name: "prompts",
    sql: `
      CREATE TABLE prompts (
        name TEXT PRIMARY KEY,
        revision INTEGER NOT NULL,
        detail TEXT NOT NULL
      ) STRICT;

      CREATE TABLE prompt_versions (
        name TEXT NOT NULL REFERENCES prompts (name) ON DELETE CASCADE,
        number INTEGER NOT NULL,
        detail TEXT NOT NULL,
        PRIMARY KEY (name, number)
      ) STRICT;

      CREATE TABLE prompt_uses (
        day TEXT NOT NULL,
        upstream TEXT NOT NULL,
        prompt TEXT NOT NULL,
        version TEXT NOT NULL,
        process TEXT NOT NULL,
        count INTEGER NOT NULL,
        last_at INTEGER NOT NULL,
        PRIMARY KEY (day, upstream, prompt, version, process)
      ) STRICT, WITHOUT ROWID;
    `,
  },
];

/**
 * Applies what is missing, all of it or nothing. Only forward: an older Switchyard cannot know what a newer one wrote.
 *
 * @throws {GatewayError} `store_unavailable` — a newer version wrote the file.
 */
export function migrate(sql: DatabaseSync, file: string, known: readonly Migration[] = migrations): void {
  // A file that is up to date, as nearly always, is not locked for it.
  if (hasTable(sql) && applied(sql) === known.length) return;
  sql.exec("BEGIN IMMEDIATE");
  try {
    sql.exec("CREATE TABLE IF NOT EXISTS migrations (number INTEGER PRIMARY KEY, name TEXT NOT NULL) STRICT");
    const done = applied(sql);
    if (done > known.length) throw tooNew(file, done, known.length);
    const note = sql.prepare("INSERT INTO migrations (number, name) VALUES (?, ?)");
    for (const [at, { name, sql: step }] of known.entries()) {
      if (at < done) continue;
      sql.exec(step);
      note.run(at + 1, name);
    }
    sql.exec("COMMIT");
  } catch (thrown) {
    if (sql.isTransaction) sql.exec("ROLLBACK");
    throw thrown;
  }
}

/** How many steps brought a file to where it is; 0 where it is none of ours. */
export function appliedIn(sql: DatabaseSync): number {
  return hasTable(sql) ? applied(sql) : 0;
}

function hasTable(sql: DatabaseSync): boolean {
  return sql.prepare("SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = 'migrations'").get() !== undefined;
}

function applied(sql: DatabaseSync): number {
  return Number(sql.prepare("SELECT coalesce(max(number), 0) AS number FROM migrations").get()?.["number"]);
}

function tooNew(file: string, found: number, known: number): GatewayError {
  return new GatewayError(
    "store_unavailable",
    `The gateway's own file, ${file}, was written by a newer Switchyard (format ${found}; this one knows ${known})`,
    { data: { file, suggestion: "Start the newer version again, or name another folder with dataDir." } },
  );
}
