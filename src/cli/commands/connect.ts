import { join, resolve } from "node:path";
import { type Client, type Reach, clientNamed } from "../../clients/client.ts";
import { entryText, withGateway, withoutGateway } from "../../clients/connect.ts";
import type { OwnAddress } from "../../clients/own-entry.ts";
import { shownFile } from "../../config/problem.ts";
import { serverName } from "../../config/schema.ts";
import { GatewayError } from "../../core/errors.ts";
import { type OutlinedConfig, outlineConfig } from "../config-file.ts";
import type { CommonOptions, Context } from "../context.ts";
import { exitCodes } from "../exit-codes.ts";
import { thisMachine } from "../machine.ts";
import { copyBeside, replaceFile, textIn } from "../../config/text-file.ts";

export interface ConnectOptions extends CommonOptions {
  readonly dryRun?: boolean;
  readonly remove?: boolean;
  readonly stdio?: boolean;
  readonly name: string;
  readonly url?: string;
  /** The client's file, where it is not the usual one. */
  readonly file?: string;
}

const backupSuffix = ".before-switchyard";

/**
 * Writes this gateway into an MCP client's configuration, or takes it out again; does nothing where that is done already.
 *
 * @throws {GatewayError} `usage`; `invalid_config` — one of the files cannot be read or written.
 */
export async function connect(name: string, context: Context, options: ConnectOptions): Promise<number> {
  const client = clientNamed(name, "The client");
  if (!serverName.test(options.name)) {
    throw new GatewayError(
      "usage",
      `--name must be letters, digits, ".", "_" and "-", got ${JSON.stringify(options.name)}`,
    );
  }
  const config = await outlineConfig(context, options);
  const file = options.file === undefined ? client.ownFile(thisMachine(context)) : resolve(context.cwd, options.file);
  const text = await textIn(file, context.cwd);
  const where = { file, cwd: context.cwd, text: text ?? "" };
  const own = ownAddress(config, options);
  if (options.remove === true) {
    const after = withoutGateway(client, where, { name: options.name, own });
    return finish({ client, file, before: text, after, reach: undefined }, context, options);
  }
  const reach = reachOf(client, config, options);
  const after = withGateway(client, where, { name: options.name, reach, own });
  return finish({ client, file, before: text, after, reach }, context, options);
}

function ownAddress({ listen, running }: OutlinedConfig, { url }: ConnectOptions): OwnAddress {
  const origins = [running, url].flatMap((address) => URL.parse(address ?? "")?.origin ?? []);
  return { ports: new Set([listen.port]), origins: new Set(origins) };
}

function reachOf(client: Client, config: OutlinedConfig, options: ConnectOptions): Reach {
  if (options.stdio === true && options.url !== undefined) throw usage("Give either --stdio or --url, not both");
  if (options.url !== undefined && !client.speaksHttp) {
    throw usage(`${client.label}'s file knows only commands; leave --url out, and it starts the gateway itself`);
  }
  if (options.stdio === true || !client.speaksHttp) return stdioReach(config);
  return { kind: "http", url: options.url === undefined ? ownUrl(config) : givenUrl(options.url) };
}

function givenUrl(text: string): string {
  const url = URL.parse(text);
  if (url === null || !/^https?:$/.test(url.protocol))
    throw usage(`--url must be an http or https URL, got ${JSON.stringify(text)}`);
  if (url.pathname === "/") url.pathname = "/mcp";
  return url.href;
}

/** Where the gateway listens; where none runs, where it will. */
function ownUrl({ listen: { host, port }, running }: OutlinedConfig): string {
  if (running !== undefined) return `${running}/mcp`;
  if (port !== 0) return `http://${host.includes(":") ? `[${host}]` : host}:${port}/mcp`;
  throw new GatewayError("usage", "No gateway is running, and listen.port is 0, so its address is not known yet", {
    data: { suggestion: "Start it with `switchyard serve`, give the address with --url, or use --stdio." },
  });
}

/** By absolute paths: a client starts it in another folder, and often with another PATH. */
function stdioReach({ file, text }: OutlinedConfig): Reach {
  if (text === undefined) {
    throw new GatewayError("usage", "There is no configuration here with which a client could start the gateway", {
      data: { suggestion: "Begin one with `switchyard add` or `switchyard import`, or name one with --config." },
    });
  }
  const main = join(import.meta.dirname, "..", "main.js");
  return { kind: "stdio", command: process.execPath, args: [main, "serve", "--stdio", "--config", file] };
}

interface Change {
  readonly client: Client;
  readonly file: string;
  readonly before: string | undefined;
  readonly after: string;
  /** Absent where the gateway is taken out. */
  readonly reach: Reach | undefined;
}

async function finish(change: Change, context: Context, options: ConnectOptions): Promise<number> {
  const { client, file, before, after, reach } = change;
  const isChanged = after !== (before ?? "");
  const isWritten = isChanged && options.dryRun !== true;
  const backup = isWritten && before !== undefined ? await copyBeside(file, backupSuffix) : undefined;
  if (isWritten) await replaceFile(file, after);
  const { terminal } = context;
  if (options.json === true) {
    const entry = reach === undefined ? {} : { entry: client.entryFor(reach) };
    const [dryRun, name] = [options.dryRun === true, options.name];
    terminal.out(JSON.stringify({ client: client.name, file, name, changed: isChanged, dryRun, ...entry, backup }));
  } else terminal.out(changeText(change, isChanged, backup, context, options));
  return exitCodes.ok;
}

function changeText(
  { client, file, reach }: Change,
  isChanged: boolean,
  backup: string | undefined,
  { cwd }: Context,
  { name, dryRun }: ConnectOptions,
): string {
  const shown = shownFile(file, cwd);
  if (!isChanged) return `${shown} stays as it is: ${name} is ${reach === undefined ? "not in it" : "in it already"}.`;
  const diff = reach === undefined ? `- ${name}` : entryText(client, name, reach).replaceAll(/^/gm, "+ ");
  const parts = [`${shown}\n${diff}`];
  if (dryRun === true) parts.push("Nothing is written: this is what would be.");
  else if (reach === undefined) parts.push(`Took ${name} out of ${client.label}. ${client.afterwards}`);
  else {
    const undo = `\`switchyard connect ${client.name} --remove\` takes it out again.`;
    parts.push(`${client.label} has the gateway now. ${client.afterwards}\n${undo}`);
  }
  if (backup !== undefined) parts.push(`What was before is in ${shownFile(backup, cwd)}.`);
  return parts.join("\n\n");
}

function usage(message: string): GatewayError {
  return new GatewayError("usage", message, { data: { suggestion: "`switchyard connect --help` shows examples." } });
}
