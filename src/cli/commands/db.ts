import { resolve } from "node:path";
import {
  type DatabaseStatus,
  backUpDatabase,
  databaseStatus,
  migrateDatabase,
  restoreDatabase,
} from "../../store/care.ts";
import type { PostgresStatus } from "../../store/postgres/care.ts";
import { placeOf } from "../../store/postgres/place.ts";
import { type CommonOptions, type Context, chooseConfig } from "../context.ts";
import { exitCodes } from "../exit-codes.ts";

/**
 * Shows how the gateway's own file is, and the database that it shares with others.
 *
 * @throws {GatewayError} `invalid_config`, `store_unavailable`; as all of these commands.
 */
export async function showDatabase(context: Context, options: CommonOptions): Promise<number> {
  const { dataDir, store } = (await chooseConfig(context, options)).config;
  return told(databaseStatus(dataDir), store && (await caring()).postgresStatus(store.url), context, options);
}

/** Brings them up to date, as the next start would. */
export async function bringUpToDate(context: Context, options: CommonOptions): Promise<number> {
  const { dataDir, store } = (await chooseConfig(context, options)).config;
  return told(migrateDatabase(dataDir), store && (await caring()).migratePostgresAt(store.url), context, options);
}

/** Loaded where it is wanted, as the driver is. */
function caring() {
  return import("../../store/postgres/care.ts");
}

/** Copies the file while gateways go on; not the database, which has tools of its own for that. */
export async function backUp(copy: string, context: Context, options: CommonOptions): Promise<number> {
  const path = resolve(context.cwd, copy);
  const { dataDir, store } = (await chooseConfig(context, options)).config;
  backUpDatabase(dataDir, path);
  const rest =
    store === undefined
      ? ""
      : `\nJobs and schedules are at ${placeOf(store.url)} and not in it: copy them with pg_dump, the schemas switchyard and switchyard_queue.`;
  say({ copy: path }, `${path} is a copy, for its owner alone.${rest}`, context, options);
  return exitCodes.ok;
}

/** Puts a copy in its place. */
export async function restore(copy: string, context: Context, options: CommonOptions): Promise<number> {
  const { dataDir, store } = (await chooseConfig(context, options)).config;
  const { before } = restoreDatabase(dataDir, resolve(context.cwd, copy));
  const kept = before === undefined ? "" : ` What was there is ${before}.`;
  const rest =
    store === undefined
      ? ""
      : `\nJobs and schedules are at ${placeOf(store.url)} and stay as they are: put them back with pg_restore or psql.`;
  say({ restored: dataDir, before }, `${copy} is in its place.${kept}${rest}`, context, options);
  return exitCodes.ok;
}

/** The file first: whoever cannot reach the database sees at least that. */
async function told(
  status: DatabaseStatus,
  shared: Promise<PostgresStatus> | undefined,
  context: Context,
  options: CommonOptions,
): Promise<number> {
  const { file, check } = status;
  const text = `${file}\n  ${formatText(status)}\n  check: ${check}`;
  const isJson = options.json === true;
  if (!isJson) context.terminal.out(text);
  const postgres = await shared;
  if (isJson) context.terminal.out(JSON.stringify({ ...status, ...(postgres && { postgres }) }));
  else if (postgres !== undefined)
    context.terminal.out(`PostgreSQL ${postgres.server} at ${postgres.place}\n  ${formatText(postgres)}`);
  return check === "ok" ? exitCodes.ok : exitCodes.failed;
}

function formatText({ format, knownFormat, missing, bytes }: Omit<DatabaseStatus, "file" | "check">): string {
  const stands = missing.length === 0 ? "up to date" : `the next start adds: ${missing.join("; ")}`;
  return `${(bytes / 2 ** 20).toFixed(1)} MiB, format ${format} of ${knownFormat}: ${stands}`;
}

function say(value: object, text: string, { terminal }: Context, { json }: CommonOptions): void {
  terminal.out(json === true ? JSON.stringify(value) : text);
}
