import { closeSync, fchmodSync, mkdirSync, openSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { storeError } from "./failure.ts";
import { migrate } from "./migrations.ts";

export const databaseName = "switchyard.db";

/**
 * Of a new file; one that is there keeps the size it has. Four times the usual size: as most of what is written is rows added at the end, a
 * quarter of the pages are written, and a row of the record costs a third less.
 */
const newPageBytes = 16_384;
/** So much is written ahead before it is put in its place, which takes some 15 ms. */
export const aheadBytes = 4 * 1024 * 1024;

/** How long the start waits for others that write, in ms; it blocks the process. */
const startWaitMs = 2000;
/** The same while the gateway runs, where calls are under way: what cannot be written now is tried again soon. */
const runWaitMs = 50;

/** The gateway's own file, open. */
export interface Database {
  readonly file: string;
  readonly sql: DatabaseSync;
  readonly pageBytes: number;
  /** So many bytes are written ahead before a write puts them in their place itself. */
  readonly checkpointAt: (bytes: number) => void;
  /** While it is there, what can wait is written when it has ended, soon. */
  readonly rest: Promise<void> | undefined;
  /**
   * Runs as a whole or not at all.
   *
   * @throws {GatewayError} `store_unavailable`.
   */
  readonly transaction: <T>(run: () => T) => T;
  /** Safe to call twice. */
  readonly close: () => void;
}

/**
 * Opens the database of a data folder, made where there is none, and brings it up to date. Several processes may have it open.
 *
 * Written ahead (WAL), so that readers and the one writer do not wait for each other. `synchronous = NORMAL`: a crash of the process
 * loses nothing that was committed; one of the machine may lose the last commits, never the file.
 *
 * @throws {GatewayError} `store_unavailable` — the folder or the file cannot be used, or a newer version wrote it; says why and what to do.
 */
export function openDatabase(dataDir: string): Database {
  const file = join(dataDir, databaseName);
  try {
    makePrivate(dataDir, file);
    const sql = new DatabaseSync(file, { timeout: startWaitMs, enableForeignKeyConstraints: true });
    try {
      sql.exec(`PRAGMA page_size = ${newPageBytes}`);
      sql.exec("PRAGMA journal_mode = WAL");
      sql.exec("PRAGMA synchronous = NORMAL");
      migrate(sql, file);
      checkpointAt(sql, aheadBytes);
      sql.exec(`PRAGMA busy_timeout = ${runWaitMs}`);
    } catch (thrown) {
      sql.close();
      throw thrown;
    }
    return {
      file,
      sql,
      pageBytes: pageBytesOf(sql),
      checkpointAt: (bytes) => {
        checkpointAt(sql, bytes);
      },
      rest: undefined,
      transaction: (run) => transaction(sql, file, run),
      close: () => {
        close(sql);
      },
    };
  } catch (thrown) {
    throw storeError(thrown, file);
  }
}

function pageBytesOf(sql: DatabaseSync): number {
  return Number(sql.prepare("PRAGMA page_size").get()?.["page_size"]);
}

function checkpointAt(sql: DatabaseSync, bytes: number): void {
  sql.exec(`PRAGMA wal_autocheckpoint = ${Math.ceil(bytes / pageBytesOf(sql))}`);
}

/** What SQLite makes beside the file has the file's permissions. */
function makePrivate(dataDir: string, file: string): void {
  mkdirSync(dataDir, { recursive: true, mode: 0o700 });
  const descriptor = openSync(file, "a", 0o600);
  try {
    fchmodSync(descriptor, 0o600);
  } finally {
    closeSync(descriptor);
  }
}

function transaction<T>(sql: DatabaseSync, file: string, run: () => T): T {
  try {
    // Takes the right to write at once: who begins by reading may find, when it writes, that it must begin again.
    sql.exec("BEGIN IMMEDIATE");
    try {
      const result = run();
      sql.exec("COMMIT");
      return result;
    } catch (thrown) {
      if (sql.isTransaction) sql.exec("ROLLBACK");
      throw thrown;
    }
  } catch (thrown) {
    throw storeError(thrown, file);
  }
}

function close(sql: DatabaseSync): void {
  if (sql.isOpen) sql.close();
}
