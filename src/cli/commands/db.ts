import { resolve } from "node:path";
import {
  type DatabaseStatus,
  backUpDatabase,
  databaseStatus,
  migrateDatabase,
  restoreDatabase,
} from "../../store/care.ts";
import { type CommonOptions, type Context, chooseConfig } from "../context.ts";
import { exitCodes } from "../exit-codes.ts";

/**
 * Shows how the gateway's own file is.
 *
 * @throws {GatewayError} `invalid_config`, `store_unavailable`; as all of these commands.
 */
export async function showDatabase(context: Context, options: CommonOptions): Promise<number> {
  return told(databaseStatus(await dataDirOf(context, options)), context, options);
}

/** Brings it up to date, as the next start would. */
export async function bringUpToDate(context: Context, options: CommonOptions): Promise<number> {
  return told(migrateDatabase(await dataDirOf(context, options)), context, options);
}

/** Copies it while gateways go on. */
export async function backUp(copy: string, context: Context, options: CommonOptions): Promise<number> {
  const path = resolve(context.cwd, copy);
  backUpDatabase(await dataDirOf(context, options), path);
  say({ copy: path }, `${path} is a copy, for its owner alone.`, context, options);
  return exitCodes.ok;
}

/** Puts a copy in its place. */
export async function restore(copy: string, context: Context, options: CommonOptions): Promise<number> {
  const dataDir = await dataDirOf(context, options);
  const { before } = restoreDatabase(dataDir, resolve(context.cwd, copy));
  const kept = before === undefined ? "" : ` What was there is ${before}.`;
  say({ restored: dataDir, before }, `${copy} is in its place.${kept}`, context, options);
  return exitCodes.ok;
}

async function dataDirOf(context: Context, options: CommonOptions): Promise<string> {
  return (await chooseConfig(context, options)).config.dataDir;
}

function told(status: DatabaseStatus, context: Context, options: CommonOptions): number {
  const { file, format, knownFormat, missing, bytes, check } = status;
  const stands = missing.length === 0 ? "up to date" : `the next start adds: ${missing.join("; ")}`;
  const text = `${file}\n  ${(bytes / 2 ** 20).toFixed(1)} MiB, format ${format} of ${knownFormat}: ${stands}\n  check: ${check}`;
  say({ ...status }, text, context, options);
  return check === "ok" ? exitCodes.ok : exitCodes.failed;
}

function say(value: object, text: string, { terminal }: Context, { json }: CommonOptions): void {
  terminal.out(json === true ? JSON.stringify(value) : text);
}
