import { basename, dirname, resolve } from "node:path";
import { GatewayError } from "../core/errors.ts";
import { isRecord, isTooDeep, maxDepth, valueAt } from "./content.ts";
import type { ConfigFormat } from "./document.ts";
import { formatOf, readDocument } from "./format.ts";
import { nearest } from "./nearest.ts";
import { type ServerEntry, serversKeys } from "./schema.ts";
import { describeValue, pathText, quoted } from "./shown.ts";
import { validate, type Validation } from "./validate.ts";

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
  if (key === undefined) throw unknownServer(file, name, servers);
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

/** What a config file says that matters to whoever changes it; nothing else of it need be right. */
export interface Outline {
  /** The entries, by name, as they stand in the file. */
  readonly servers: ReadonlyMap<string, unknown>;
  /** What it says of where to listen and of the gateway's own folder; `undefined` where it says nothing. */
  readonly host: unknown;
  readonly port: unknown;
  readonly dataDir: unknown;
}

/**
 * The outline of a config file's text. An empty text has no servers.
 *
 * @throws {GatewayError} `invalid_config` — the text cannot be read, has a key twice, or has no place for servers.
 */
export function outlineOf(text: string, file: string): Outline {
  const { content, servers } = readServers(text, file);
  const entries = servers.flatMap(({ key, names }) =>
    names.map((name) => [name, valueAt(content, [key, name])] as const),
  );
  return {
    servers: new Map(entries),
    host: valueAt(content, ["listen", "host"]),
    port: valueAt(content, ["listen", "port"]),
    dataDir: valueAt(content, ["dataDir"]),
  };
}

/** An entry that a server may have, or what is wrong with it. */
export type CheckedEntry =
  | { readonly kind: "valid"; readonly entry: ServerEntry }
  | { readonly kind: "invalid"; readonly troubles: readonly string[] };

/** Checks an entry from elsewhere as if it stood in a file under this name. References are not resolved. */
export function checkedEntry(name: string, entry: unknown): CheckedEntry {
  // Before anything looks at all of it: what looks goes as deep as it is.
  if (isTooDeep(entry)) {
    return { kind: "invalid", troubles: [`the entry must not nest lists and objects more than ${maxDepth} deep`] };
  }
  const validation = validate({ mcpServers: { [name]: entry } });
  if (isEntry(entry, validation)) return { kind: "valid", entry };
  return {
    kind: "invalid",
    troubles: validation.kind === "valid" ? [] : validation.findings.map(({ message }) => message),
  };
}

/** What was found valid is an entry: the schema says so at run time. */
function isEntry(_entry: unknown, validation: Validation): _entry is ServerEntry {
  return validation.kind === "valid";
}

/** The servers that a text has, and what is needed to change one of them. */
export interface ServersIn {
  readonly content: Readonly<Record<string, unknown>>;
  /** The text without its byte order mark. */
  readonly body: string;
  readonly mark: string;
  readonly servers: readonly { readonly key: string; readonly names: readonly string[] }[];
}

/**
 * Finds the servers of a config file's text.
 *
 * @throws {GatewayError} `invalid_config` — the text cannot be read, has a key twice, or has no place for servers.
 */
export function readServers(text: string, file: string): ServersIn {
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
  return { content, body, mark: text.slice(0, text.length - body.length), servers };
}

/** What `edit` makes of it, where the file's form allows that. */
export function edited(file: string, edit: (format: ConfigFormat) => string): string {
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

/**
 * The entry, where a server may have it under this name.
 *
 * @throws {GatewayError} `usage` — with one line a problem, and `data.problems`.
 */
export function checkEntry(name: string, entry: unknown): ServerEntry {
  const checked = checkedEntry(name, entry);
  if (checked.kind === "valid") return checked.entry;
  throw new GatewayError("usage", checked.troubles.join("\n"), {
    data: { problems: checked.troubles, suggestion: "docs/config.md describes the keys of a server." },
  });
}

/** The error for a name that no server of the file has, with the one that was probably meant. */
export function unknownServer(file: string, name: string, servers: ServersIn["servers"]): GatewayError {
  const names = servers.flatMap((each) => each.names);
  const meant = nearest(name, names);
  const known = names.length === 0 ? "it has none" : `its servers are ${names.map(quoted).join(", ")}`;
  const advice = meant === undefined ? known : `did you mean ${quoted(meant)}?`;
  return new GatewayError("usage", `${basename(file)} has no server ${quoted(name)}; ${advice}`);
}
