import { redactJson } from "../audit/redact.ts";
import type { Setting } from "../server/settings.ts";
import { readDocument } from "./format.ts";
import { parseConfig } from "./parse.ts";
import { textIn } from "./text-file.ts";
import { validate } from "./validate.ts";
import { isRecord, type Path, valueAt } from "./content.ts";
import { hasReferences } from "./reference.ts";
import { type ConfigDraft, isServersKey } from "./schema.ts";
import { maySecretBeAt, pathText } from "./shown.ts";

/**
 * Reads the settings of a file as it is now.
 *
 * @throws {GatewayError} `invalid_config` — it is not there, cannot be read or is wrong.
 */
export async function readSettings(file: string, env: NodeJS.ProcessEnv, cwd: string): Promise<Setting[]> {
  const text = (await textIn(file, cwd))?.replace(/^\uFEFF/, "") ?? "";
  const { content = {} } = readDocument({ file, cwd, text });
  const validation = validate(content);
  if (validation.kind === "valid") return settingsOf(content, validation.draft);
  // It says what is wrong, and where.
  parseConfig(text, file, env, cwd);
  return [];
}

/** The settings of somebody who has no file. */
export function usualSettings(): Setting[] {
  const validation = validate({});
  return validation.kind === "valid" ? settingsOf({}, validation.draft) : [];
}

/** Keys at the top that a running gateway takes up; the others wait for its next start. */
const live: ReadonlySet<unknown> = new Set([
  "mcpServers",
  "servers",
  "profiles",
  "search",
  "rateLimit",
  "alerts",
  "slo",
]);

/** What says nothing of a gateway. */
const ignored: ReadonlySet<string> = new Set(["$schema", "inputs"]);

/** What stands for a text that may be a secret. */
export const hidden = "…";

/**
 * Every setting of a file, with the defaults of what it does not say. References are shown as they are written, never what they stand for; a
 * text that stands where secrets do is hidden, unless it is nothing but references.
 *
 * @param written what the file says, or an empty object.
 * @param draft the same with defaults.
 */
export function settingsOf(written: unknown, draft: ConfigDraft): Setting[] {
  return Object.entries(draft).flatMap(([key, value]) => (ignored.has(key) ? [] : settingsAt([key], value, written)));
}

function settingsAt(path: Path, value: unknown, written: unknown): Setting[] {
  if (value === undefined) return [];
  if (isRecord(value) && !isReference(value) && Object.keys(value).length > 0)
    return Object.entries(value).flatMap(([key, inner]) => settingsAt([...path, key], inner, written));
  const isWritten = valueAt(written, path) !== undefined;
  const from = isWritten ? (holdsReference(value) ? "environment" : "file") : "default";
  return [
    {
      key: pathText(path),
      value: shown(path, value),
      from,
      applies: live.has(path[0]) ? "at once" : "at the next start",
    },
  ];
}

function shown(path: Path, value: unknown): unknown {
  if (isReference(value) || typeof value === "boolean") return value;
  if (Array.isArray(value)) return value.map((each, at) => shown([...path, at], each));
  if (isRecord(value))
    return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, shown([...path, key], inner)]));
  // What a connector or a tool is given may be a number that opens something.
  if (typeof value !== "string") return path.length > 3 && isPrivate(path) ? hidden : value;
  if (addressKeys.has(path.at(-1))) return shortAddress(value);
  return isPrivate(path) && !isOpen(path) ? withoutLiterals(value) : redacted(value);
}

function isPrivate(path: Path): boolean {
  return maySecretBeAt(path) || path.includes("arguments");
}

/** Texts of a server that people must see to know it, and in which a secret has a known form: what starts it. */
function isOpen(path: Path): boolean {
  return isServersKey(path[0]) && path.length === 3 && openKeys.has(path[2]);
}

const openKeys: ReadonlySet<unknown> = new Set(["command", "connector", "cwd"]);
const addressKeys: ReadonlySet<unknown> = new Set(["url", "endpoint"]);

/** Where something is; what comes after that in an address may be a key. */
function shortAddress(text: string): string {
  const address = URL.parse(text);
  if (address === null || address.host === "" || hasReferences(text)) return withoutLiterals(text);
  const { protocol, host, pathname, search } = address;
  return `${protocol}//${host}${pathname === "/" && search === "" ? "/" : `/${hidden}`}`;
}

/** What is written besides references is hidden. */
function withoutLiterals(text: string): string {
  const parts = text.split(/(\$\{[^}]*\})/);
  return parts.map((part, at) => (at % 2 === 1 ? reference(part) : part === "" ? "" : hidden)).join("");
}

/** A default in a reference may be a secret, too. */
function reference(text: string): string {
  return text.replace(/:-[^}]*/, `:-${hidden}`);
}

function redacted(text: string): string {
  const value: unknown = JSON.parse(redactJson(JSON.stringify(text)).text);
  return typeof value === "string" ? value : hidden;
}

function isReference(value: unknown): boolean {
  return isRecord(value) && Object.keys(value).length === 1 && typeof value["env"] === "string";
}

function holdsReference(value: unknown): boolean {
  if (typeof value === "string") return hasReferences(value);
  return isReference(value) || (Array.isArray(value) && value.some(holdsReference));
}
