import { chmodSync, closeSync, copyFileSync, existsSync, openSync, renameSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { GatewayError } from "../core/errors.ts";
import { databaseName, openDatabase } from "./database.ts";
import { tried } from "./failure.ts";
import { appliedIn, migrations } from "./migrations.ts";

/** How the file of a data folder is. */
export interface DatabaseStatus {
  readonly file: string;
  /** How many steps brought it to where it is, and how many this version knows; 0 where there is no file yet. */
  readonly format: number;
  readonly knownFormat: number;
  /** Names of the steps that the next start takes. */
  readonly missing: readonly string[];
  readonly bytes: number;
  /** What SQLite's own check says; `ok` where nothing is wrong. */
  readonly check: string;
}

/** Longest time that somebody who writes is waited for, in ms. */
const waitMs = 2000;

/**
 * Looks at the file of a data folder, which is not changed; gateways may go on.
 *
 * @throws {GatewayError} `store_unavailable`.
 */
export function databaseStatus(dataDir: string): DatabaseStatus {
  const file = join(dataDir, databaseName);
  const knownFormat = migrations.length;
  const names = migrations.map(({ name }) => name);
  if (!existsSync(file)) return { file, format: 0, knownFormat, missing: names, bytes: 0, check: "ok" };
  const { format, check } = lookedInto(file);
  return { file, format, knownFormat, missing: names.slice(format), bytes: statSync(file).size, check };
}

/**
 * Brings the file of a data folder up to date, as the next start would; makes it where there is none.
 *
 * @throws {GatewayError} `store_unavailable`.
 */
export function migrateDatabase(dataDir: string): DatabaseStatus {
  openDatabase(dataDir).close();
  return databaseStatus(dataDir);
}

/**
 * Copies the file of a data folder, whole as it is at one moment, while gateways go on. The copy is for its owner alone: it holds keys.
 *
 * @throws {GatewayError} `usage` — there is something of that name already; `store_unavailable`.
 */
export function backUpDatabase(dataDir: string, copy: string): void {
  const file = join(dataDir, databaseName);
  if (existsSync(copy)) throw new GatewayError("usage", `${copy} is there already: name a new file`);
  tried(file, () => {
    const sql = new DatabaseSync(file, { readOnly: true, timeout: waitMs });
    try {
      closeSync(openSync(copy, "wx", 0o600));
      sql.prepare("VACUUM INTO ?").run(copy);
    } catch (thrown) {
      rmSync(copy, { force: true });
      throw thrown;
    } finally {
      sql.close();
    }
  });
}

/**
 * Puts a copy in the place of a data folder's file, which stays beside it as `switchyard.db.before-restore`. The copy is looked into first.
 *
 * @throws {GatewayError} `store_unavailable` — a process has the file open; the copy is none, is damaged, or was written by a newer version.
 */
export function restoreDatabase(dataDir: string, copy: string): { readonly before: string | undefined } {
  const file = join(dataDir, databaseName);
  const { format, check } = lookedInto(copy);
  if (check !== "ok" || format === 0 || format > migrations.length) {
    const why =
      check !== "ok" ? `is damaged (${check})` : `has format ${format}; this version knows 1 to ${migrations.length}`;
    throw new GatewayError("store_unavailable", `${copy} cannot be restored: it ${why}`, {
      data: { suggestion: "Name a file that `switchyard db backup` made." },
    });
  }
  const draft = `${file}.restoring`;
  copyFileSync(copy, draft);
  chmodSync(draft, 0o600);
  if (!existsSync(file)) {
    renameSync(draft, file);
    return { before: undefined };
  }
  const before = `${file}.before-restore`;
  try {
    letGo(file);
    renameSync(file, before);
  } catch (thrown) {
    rmSync(draft, { force: true });
    throw thrown;
  }
  renameSync(draft, file);
  return { before };
}

/** Leaving WAL works only where nobody else has the file open; then nothing of it lies beside it any more, either. */
function letGo(file: string): void {
  const sql = new DatabaseSync(file, { timeout: waitMs });
  try {
    sql.exec("PRAGMA journal_mode = DELETE");
  } catch (thrown) {
    throw new GatewayError("store_unavailable", `A process has ${file} open`, {
      data: { suggestion: "Stop every gateway with this data folder, then try again." },
      cause: thrown,
    });
  } finally {
    sql.close();
  }
}

function lookedInto(file: string): { readonly format: number; readonly check: string } {
  return tried(file, () => {
    const sql = new DatabaseSync(file, { readOnly: true, timeout: waitMs });
    try {
      const { quick_check: check } = sql.prepare("PRAGMA quick_check(1)").get() ?? {};
      return { format: appliedIn(sql), check: String(check) };
    } finally {
      sql.close();
    }
  });
}
