import { resolve } from "node:path";
import { clientNames } from "../../clients/client-names.ts";
import { type Client, type ClientPlace, clientNamed, importedClients } from "../../clients/client.ts";
import type { OwnAddress } from "../../clients/own-entry.ts";
import { type Decision, type FoundServer, planImport } from "../../clients/plan-import.ts";
import { readClientFile, serversAt } from "../../clients/read.ts";
import { addServer, removeServer } from "../../config/edit.ts";
import { shownFile } from "../../config/problem.ts";
import { GatewayError } from "../../core/errors.ts";
import { type OutlinedConfig, configFileOf, outlineConfig } from "../config-file.ts";
import type { CommonOptions, Context } from "../context.ts";
import { exitCodes } from "../exit-codes.ts";
import { keepBefore, rollBack } from "../import-backup.ts";
import { type ImportReport, importJson, importText } from "../import-text.ts";
import { thisMachine } from "../machine.ts";
import { swapFile, textIn } from "../../config/text-file.ts";

export interface ImportOptions extends CommonOptions {
  readonly from?: string;
  /** The client's file, where it is not in one of its usual places. */
  readonly file?: string;
  readonly dryRun?: boolean;
  readonly replace?: boolean;
  readonly rollback?: boolean;
}

/**
 * Takes the servers of an MCP client into the configuration file, or shows what that would do; or takes the last import back.
 *
 * @throws {GatewayError} `usage`; `invalid_config` — one of the files cannot be read or written.
 */
export async function importServers(context: Context, options: ImportOptions): Promise<number> {
  if (options.rollback === true) return takeBack(context, options);
  if (options.from === undefined) {
    throw new GatewayError("usage", `Name the client with --from: ${clientNames.join(", ")}`);
  }
  const client = clientNamed(options.from, "--from");
  const { found, looked, read } = await lookAround(client, context, options);
  if (read.length === 0) return nothingThere(client, looked, context, options);
  const config = await outlineConfig(context, options);
  const { file, text, servers } = config;
  const decisions = planImport(found, {
    ours: servers,
    own: ownAddress(config),
    mayReplace: options.replace === true,
    env: context.env,
  });
  const report = { file, read, decisions, ours: servers, isDryRun: options.dryRun === true };
  return finish(report, text, context, options);
}

async function finish(
  report: ImportReport,
  before: string | undefined,
  context: Context,
  options: ImportOptions,
): Promise<number> {
  const { file, isDryRun, decisions } = report;
  const after = applied(decisions, before ?? "", file);
  const isChanged = after !== (before ?? "");
  const backup = isChanged && !isDryRun ? await keepBefore(file, before) : undefined;
  // It may hold secrets now.
  if (isChanged && !isDryRun && !(await swapFile(file, before, after, 0o600))) {
    throw new GatewayError("invalid_config", `${file} was written by somebody else at the same moment`, {
      data: { file, suggestion: "Nothing was imported: do it again." },
    });
  }
  const { terminal, cwd } = context;
  if (options.json === true) terminal.out(JSON.stringify(importJson(report, backup)));
  else terminal.out(importText(report, cwd, isChanged));
  return exitCodes.ok;
}

function applied(decisions: readonly Decision[], text: string, file: string): string {
  return decisions.reduce((before, decision) => {
    if (decision.kind !== "add" && decision.kind !== "replace") return before;
    const room = decision.kind === "add" ? before : removeServer(before, file, decision.name);
    return addServer(room, file, decision.name, decision.entry);
  }, text);
}

interface LookedAround {
  readonly found: readonly FoundServer[];
  /** Files in which servers could have been. */
  readonly looked: readonly string[];
  /** Those of them that are there. */
  readonly read: readonly string[];
}

async function lookAround(client: Client, context: Context, options: ImportOptions): Promise<LookedAround> {
  const { cwd } = context;
  const places = importedClients(client).flatMap((each) => {
    return placesOf(each, context, options).map(({ file, path }) => ({ client: each, file, path }));
  });
  const looked = [...new Set(places.map(({ file }) => file))];
  const texts = new Map<string, string>();
  for (const file of looked) {
    const text = await textIn(file, cwd);
    if (text !== undefined) texts.set(file, text);
    else if (options.file !== undefined) throw new GatewayError("usage", `--file names ${file}, which is not there`);
  }
  const found = places.flatMap(({ client: owner, file, path }) => {
    const text = texts.get(file);
    if (text === undefined) return [];
    const servers = serversAt(readClientFile(owner, { file, cwd, text }), path, { file, cwd });
    return Object.entries(servers).map(([name, raw]) => ({ client: owner, file, name, raw }));
  });
  return { found: withoutRepeats(found), looked, read: [...texts.keys()] };
}

/** Two programs of one name may be pointed at one file. */
function withoutRepeats(found: readonly FoundServer[]): readonly FoundServer[] {
  return [...new Map(found.map((server) => [JSON.stringify([server.file, server.name, server.raw]), server])).values()];
}

function placesOf(client: Client, context: Context, { file }: ImportOptions): readonly ClientPlace[] {
  const places = client.places(thisMachine(context));
  if (file === undefined) return places;
  const paths = new Map(places.map(({ path }) => [JSON.stringify(path), path]));
  return [...paths.values()].map((path) => ({ file: resolve(context.cwd, file), path }));
}

function nothingThere(
  client: Client,
  looked: readonly string[],
  { terminal, cwd }: Context,
  { json }: ImportOptions,
): number {
  const files = looked.map((file) => `  ${shownFile(file, cwd)}`).join("\n");
  if (json === true) terminal.out(JSON.stringify({ read: [], looked, servers: [] }));
  else {
    terminal.note(
      `No configuration of ${client.label} is here. Looked for:\n${files}\n→ Name its file with --file, or another client with --from.`,
    );
  }
  return exitCodes.notFound;
}

/** Where a gateway of this configuration listens, or would. */
function ownAddress({ listen, running }: OutlinedConfig): OwnAddress {
  const url = running === undefined ? null : URL.parse(running);
  const ports = [listen.port, ...(url === null ? [] : [Number(url.port)])];
  return { ports: new Set(ports), origins: new Set(url === null ? [] : [url.origin]) };
}

async function takeBack(context: Context, options: ImportOptions): Promise<number> {
  const file = await configFileOf(context, options);
  const done = await rollBack(file, context.cwd);
  const shown = shownFile(file, context.cwd);
  if (done === undefined) {
    throw new GatewayError("usage", `There is no import to take back: no backup stands beside ${shown}`);
  }
  const { terminal } = context;
  if (options.json === true) terminal.out(JSON.stringify({ file, rolledBack: done }));
  else {
    const what =
      done === "removed" ? `${shown} is gone, as before the import.` : `${shown} is what it was before the import.`;
    terminal.out(`${what} \`switchyard import --rollback\` again brings back what it was until now.`);
  }
  return exitCodes.ok;
}
