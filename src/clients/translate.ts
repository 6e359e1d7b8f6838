import { isRecord } from "../config/content.ts";
import { knownKeysAt } from "../config/schema.ts";
import type { Client } from "./client.ts";

/** A server as a client says it, in the words of our own file; not yet checked. */
export interface Translation {
  readonly entry: Readonly<Record<string, unknown>>;
  /** What a person should know: what was left out, what became something else. */
  readonly notes: readonly string[];
}

type Fields = Readonly<Record<string, unknown>>;

/** A client's entry in the words of our own file. What we have no word for is left out, and named. */
export function translate(client: Client, raw: Fields): Translation {
  const { entry, dropped } = client.name === "codex" ? fromCodex(raw) : fromJson(raw);
  const variables = new Set<string>();
  const notes = dropped.length === 0 ? [] : [`${dropped.join(", ")} left out, since Switchyard has nothing like it`];
  const texts = mapped(entry, (text) => {
    if (!client.hasReferences) return text;
    return text.replaceAll(/\$\{input:([^}]*)\}/g, (_whole, id: string) => {
      const name = variableNamed(id);
      variables.add(name);
      return `\${${name}}`;
    });
  });
  for (const name of variables) notes.push(`a value that a person was asked for is now \${${name}}`);
  return { entry: withoutEmpty(texts), notes };
}

/** `my-api key` as an environment variable: `MY_API_KEY`. */
function variableNamed(id: string): string {
  const name = id.toUpperCase().replaceAll(/[^A-Z0-9]+/g, "_");
  return /^[A-Z_]/.test(name) ? name : `_${name}`;
}

interface Sorted {
  readonly entry: Fields;
  readonly dropped: readonly string[];
}

const ourKeys: ReadonlySet<string> = new Set(knownKeysAt(["mcpServers", "x"]));
const oauthKeys: ReadonlySet<string> = new Set(knownKeysAt(["mcpServers", "x", "oauth"]));
/** Keys that mean nothing to us, and of which nobody misses anything. */
const ignoredKeys: ReadonlySet<string> = new Set(["description", "autoApprove", "alwaysAllow", "dev", "gallery"]);

function fromJson(raw: Fields): Sorted {
  const entry: Record<string, unknown> = {};
  const dropped: string[] = [];
  for (const [key, value] of Object.entries(raw)) {
    if (key === "oauth" && isRecord(value)) {
      entry[key] = Object.fromEntries(Object.entries(value).filter(([inner]) => oauthKeys.has(inner)));
      dropped.push(...Object.keys(value).flatMap((inner) => (oauthKeys.has(inner) ? [] : [`oauth.${inner}`])));
    } else if (!ourKeys.has(key)) dropped.push(key);
    else if (key === "env" || key === "headers") entry[key] = textValues(value);
    else if (!ignoredKeys.has(key)) entry[key] = value;
  }
  return { entry, dropped };
}

/** Numbers and truth values, which people write and programs take, as text. */
function textValues(value: unknown): unknown {
  if (!isRecord(value)) return value;
  const texts = Object.entries(value).map(([name, each]) => {
    return [name, typeof each === "number" || typeof each === "boolean" ? String(each) : each] as const;
  });
  return Object.fromEntries(texts);
}

const codexKeys: ReadonlySet<string> = new Set(
  "command args cwd env env_vars url http_headers env_http_headers bearer_token_env_var enabled startup_timeout_sec startup_timeout_ms tool_timeout_sec".split(
    " ",
  ),
);

/** @see https://developers.openai.com/codex/config-reference, mcp_servers */
function fromCodex(raw: Fields): Sorted {
  const { command, args, cwd, url, bearer_token_env_var: bearer } = raw;
  const literal = mapped({ command, args, cwd, url }, plain);
  const env = { ...forwarded(raw["env_vars"]), ...asRecord(mapped(asRecord(textValues(raw["env"])), plain)) };
  const headers = {
    ...(typeof bearer === "string" ? { Authorization: `Bearer \${${bearer}}` } : {}),
    ...asRecord(mapped(asRecord(textValues(raw["http_headers"])), plain)),
    ...Object.fromEntries(
      Object.entries(asRecord(raw["env_http_headers"])).map(([name, from]) => [name, `\${${String(from)}}`]),
    ),
  };
  const startTimeoutMs = milliseconds(raw["startup_timeout_sec"], 1000) ?? milliseconds(raw["startup_timeout_ms"], 1);
  const timeoutMs = milliseconds(raw["tool_timeout_sec"], 1000);
  const entry = {
    ...Object.fromEntries(Object.entries(literal).filter(([, value]) => value !== undefined)),
    env,
    headers,
    ...(raw["enabled"] === false ? { disabled: true } : {}),
    ...(startTimeoutMs === undefined ? {} : { startTimeoutMs }),
    ...(timeoutMs === undefined ? {} : { timeoutMs }),
  };
  return { entry, dropped: Object.keys(raw).filter((key) => !codexKeys.has(key)) };
}

/** Codex knows no references: its `${` is our `$${`. */
function plain(text: string): string {
  return text.replaceAll("${", () => "$${");
}

/** Variables that the command inherits: names, or `{ name }`. One that is not set is empty. */
function forwarded(names: unknown): Fields {
  const list = Array.isArray(names) ? names.map((each: unknown) => (isRecord(each) ? each["name"] : each)) : [];
  return Object.fromEntries(list.filter((name) => typeof name === "string").map((name) => [name, `\${${name}:-}`]));
}

function milliseconds(value: unknown, unit: number): number | undefined {
  return typeof value === "number" && value > 0 ? Math.max(1, Math.round(value * unit)) : undefined;
}

function asRecord(value: unknown): Fields {
  return isRecord(value) ? value : {};
}

function mapped(fields: Fields, change: (text: string) => string): Fields {
  const changed = (value: unknown): unknown => {
    if (typeof value === "string") return change(value);
    if (Array.isArray(value)) return value.map(changed);
    return isRecord(value) ? mapped(value, change) : value;
  };
  return Object.fromEntries(Object.entries(fields).map(([key, value]) => [key, changed(value)]));
}

function withoutEmpty(fields: Fields): Fields {
  return Object.fromEntries(
    Object.entries(fields).filter(([key, value]) => !isEmpty(value) && !(key === "disabled" && value === false)),
  );
}

function isEmpty(value: unknown): boolean {
  return typeof value === "object" && value !== null && Object.keys(value).length === 0;
}
