import { basename, dirname, resolve } from "node:path";
import { GatewayError } from "../core/errors.ts";
import { isRecord } from "./content.ts";
import type { ConfigFormat } from "./document.ts";
import { formatOf, readDocument } from "./format.ts";
import { nearest } from "./nearest.ts";
import { type ServerEntry, serversKeys } from "./schema.ts";
import { describeValue, pathText, quoted } from "./shown.ts";
import { validate } from "./validate.ts";

/**
 * The text of a config file with one more server. Comments and the form of everything else stay.
 *
 * The server goes where the file has its servers already, else under a new `mcpServers`. An empty text is a new file.
 *
 * @throws {GatewayError} `usage` — the name is taken or not usable, or the entry is wrong.
 * @throws {GatewayError} `invalid_config` — the text cannot be read, has a key twice, or has no place for servers.
 */
export function addServer(text: string, file: string, name: string, entry: ServerEntry): string {
  const { body, mark, servers } = readServers(text, file);
  const key = servers.find(({ names }) => names.includes(name))?.key;
  if (key !== undefined) {
    throw new GatewayError("usage", `${basename(file)} has a server ${quoted(name)} already; remove it first`);
  }
  checkEntry(name, entry);
  const target = servers[0]?.key ?? "mcpServers";
  return mark + edited(file, (format) => format.withMember(body, [target, name], entry));
}

/**
 * The text of a config file without one server and the comments that belong to it. The rest stays as it is.
 *
 * @throws {GatewayError} `usage` — there is no such server, and the message names the one that was probably meant; or a profile shows it.
 * @throws {GatewayError} `invalid_config` — the text cannot be read, has a key twice, or other parts of a YAML text refer to the server.
 */
export function removeServer(text: string, file: string, name: string): string {
  const { body, mark, servers, content } = readServers(text, file);
  const key = servers.find(({ names }) => names.includes(name))?.key;
  const names = servers.flatMap((each) => each.names);
  if (key === undefined) throw unknownServer(file, name, names);
  checkUnused(name, content["profiles"], file);
  return mark + edited(file, (format) => format.withoutMember(body, [key, name]));
}

/** A profile that names a server which is not there would make the whole file wrong. */
function checkUnused(name: string, profiles: unknown, file: string): void {
  for (const [profile, value] of Object.entries(isRecord(profiles) ? profiles : {})) {
    const upstreams = isRecord(value) ? value["upstreams"] : undefined;
    if (!isRecord(upstreams) || !Object.hasOwn(upstreams, name)) continue;
    const where = pathText(["profiles", profile, "upstreams", name]);
    throw new GatewayError("usage", `${basename(file)} uses ${quoted(name)} at ${where}; take it out there first`);
  }
}

interface ServersIn {
  /** The text without its byte order mark. */
  readonly body: string;
  readonly mark: string;
  readonly content: Readonly<Record<string, unknown>>;
  readonly servers: readonly { readonly key: string; readonly names: readonly string[] }[];
}

function readServers(text: string, file: string): ServersIn {
  const body = text.replace(/^\uFEFF/, "");
  const path = resolve(file);
  const { content = {}, duplicateKeys } = readDocument({ file: path, cwd: dirname(path), text: body });
  const twice = duplicateKeys[0];
  if (twice !== undefined) throw unfit(file, `must have each key once, got ${pathText(twice.path)} twice`);
  if (!isRecord(content)) throw unfit(file, `must hold an object, got ${describeValue(content, [])}`);
  const servers = serversKeys
    .filter((key) => Object.hasOwn(content, key))
    .map((key) => {
      const entries = content[key];
      if (!isRecord(entries)) throw unfit(file, `must have an object at ${key}, got ${describeValue(entries, [key])}`);
      return { key, names: Object.keys(entries) };
    });
  return { body, mark: text.slice(0, text.length - body.length), servers, content };
}

function edited(file: string, edit: (format: ConfigFormat) => string): string {
  try {
    return edit(formatOf(file, dirname(file)));
  } catch (thrown) {
    const message = `${basename(file)} cannot be changed this way; its anchors and aliases may stand in the way`;
    throw new GatewayError("invalid_config", message, { data: { file }, cause: thrown });
  }
}

function unfit(file: string, clause: string): GatewayError {
  return new GatewayError("invalid_config", `${basename(file)} ${clause}`, { data: { file } });
}

function checkEntry(name: string, entry: ServerEntry): void {
  const validation = validate({ mcpServers: { [name]: entry } });
  if (validation.kind === "valid") return;
  throw new GatewayError("usage", validation.findings.map(({ message }) => message).join("\n"));
}

function unknownServer(file: string, name: string, names: readonly string[]): GatewayError {
  const meant = nearest(name, names);
  const known = names.length === 0 ? "it has none" : `its servers are ${names.map(quoted).join(", ")}`;
  const advice = meant === undefined ? known : `did you mean ${quoted(meant)}?`;
  return new GatewayError("usage", `${basename(file)} has no server ${quoted(name)}; ${advice}`);
}
