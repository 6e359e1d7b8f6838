import { isDeepStrictEqual } from "node:util";
import { isRecord } from "../config/content.ts";
import { jsoncFormat } from "../config/jsonc.ts";
import { shownFile } from "../config/problem.ts";
import { quoted } from "../config/shown.ts";
import { GatewayError } from "../core/errors.ts";
import type { Client, Reach } from "./client.ts";
import { type OwnAddress, leadsHere } from "./own-entry.ts";
import { type ClientFile, readClientFile, serversAt } from "./read.ts";
import { readToml, tableText, withTable, withoutTable } from "./toml.ts";

/** What is asked of a client's file. */
export interface Connecting {
  /** What the gateway is called there. */
  readonly name: string;
  readonly reach: Reach;
  readonly own: OwnAddress;
}

type Fields = Readonly<Record<string, unknown>>;

/**
 * The text of a client's file with this gateway among its servers; the same text where it is there already. Everything else stays byte for
 * byte. An older entry that leads to this gateway is replaced.
 *
 * @throws {GatewayError} `usage` — another server has the name; or a TOML text writes its servers in a form that no table can follow.
 * @throws {GatewayError} `invalid_config` — the text cannot be read.
 */
export function withGateway(client: Client, file: ClientFile, { name, reach, own }: Connecting): string {
  const content = readClientFile(client, file);
  const servers = serversAt(content, [client.serversKey], file);
  const entry = client.entryFor(reach);
  const old = servers[name];
  if (old !== undefined && isSame(old, entry)) return file.text;
  if (old !== undefined && !(isRecord(old) && (leadsHere(old, own) || isSame(kindOf(old), kindOf(entry))))) {
    throw taken(client, file, name);
  }
  return edited(client, file, content, name, entry);
}

/** The same address, whatever stands beside it. */
function kindOf({ url, command, args }: Fields): unknown {
  return [url, command, args];
}

/**
 * The text of a client's file without the server of that name, which must lead to this gateway; the same text where there is none.
 *
 * @throws {GatewayError} `usage` — another server has the name; `invalid_config` — the text cannot be read.
 */
export function withoutGateway(client: Client, file: ClientFile, { name, own }: Omit<Connecting, "reach">): string {
  const content = readClientFile(client, file);
  const old = serversAt(content, [client.serversKey], file)[name];
  if (old === undefined) return file.text;
  if (!isRecord(old) || !leadsHere(old, own)) {
    throw taken(client, file, name, "If that is the gateway at another address, name the address with --url.");
  }
  return edited(client, file, content, name, undefined);
}

/** Our entry as it stands in a file of the client's, for people. */
export function entryText(client: Client, name: string, reach: Reach): string {
  const entry = client.entryFor(reach);
  if (client.format === "toml") return tableText(client.serversKey, name, entry);
  return JSON.stringify({ [name]: entry }, undefined, 2)
    .split("\n")
    .slice(1, -1)
    .map((line) => line.slice(2))
    .join("\n");
}

function edited(
  client: Client,
  { text, ...where }: ClientFile,
  content: Fields,
  name: string,
  entry: Fields | undefined,
): string {
  const body = text.replace(/^\uFEFF/, "");
  const { serversKey, format } = client;
  const changed =
    format === "toml" ? tomlEdited(body, serversKey, name, entry) : jsonEdited(body, serversKey, name, entry);
  const servers = serversAt(content, [serversKey], where);
  const others = Object.fromEntries(Object.entries(servers).filter(([key]) => key !== name));
  const wanted = entry === undefined ? others : { ...others, [name]: entry };
  if (format === "toml" && !saysSo(changed, content, serversKey, wanted)) throw inTheWay(client, where, name);
  return text.slice(0, text.length - body.length) + changed;
}

function jsonEdited(text: string, serversKey: string, name: string, entry: Fields | undefined): string {
  if (entry === undefined) return jsoncFormat.withoutMember(text, [serversKey, name]);
  return jsoncFormat.withValue(text, [serversKey, name], entry);
}

function tomlEdited(text: string, serversKey: string, name: string, entry: Fields | undefined): string {
  const without = withoutTable(text, serversKey, name);
  return entry === undefined ? without : withTable(without, serversKey, name, entry);
}

/** Lines of a TOML text may look like tables and be part of a string, so the outcome is read again. */
function saysSo(text: string, before: Fields, serversKey: string, servers: Fields): boolean {
  const read = readToml(text);
  if (read.kind === "broken") return false;
  const { [serversKey]: now = {}, ...rest } = read.content;
  const { [serversKey]: _then, ...restBefore } = before;
  return isSame(now, servers) && isSame(rest, restBefore);
}

/** Compared as JSON: the parser's objects have no prototype, and its dates are objects of its own. */
function isSame(left: unknown, right: unknown): boolean {
  return isDeepStrictEqual(JSON.parse(JSON.stringify(left)), JSON.parse(JSON.stringify(right)));
}

function taken(
  { label }: Client,
  { file, cwd }: Omit<ClientFile, "text">,
  name: string,
  suggestion = `Choose with --name what ${label} calls the gateway.`,
): GatewayError {
  const message = `${shownFile(file, cwd)} has another server called ${quoted(name)}`;
  return new GatewayError("usage", message, { data: { suggestion } });
}

function inTheWay(client: Client, { file, cwd }: Omit<ClientFile, "text">, name: string): GatewayError {
  const message = `${shownFile(file, cwd)} writes its ${client.serversKey} in a form to which ${quoted(name)} cannot be added or taken out here`;
  return new GatewayError("usage", message, {
    data: {
      suggestion: `Change it by hand; \`switchyard connect ${client.name} --dry-run --file …\` with an empty file shows the table.`,
    },
  });
}
