import { resolve } from "node:path";
import { childProgram, connectorsApart } from "../connector/child-program.ts";
import type { OAuthSettings } from "../upstream/oauth/settings.ts";
import {
  type HttpTarget,
  type SseTarget,
  type StdioTarget,
  type UpstreamOptions,
  type UpstreamTarget,
  type WebSocketTarget,
  upstreamDefaults,
} from "../upstream/options.ts";
import type { Problem } from "../upstream/state.ts";
import { isRecord, type Path } from "./content.ts";
import { parseEnvFile, type ReadEnvFile } from "./env-file.ts";
import type { Finding } from "./problem.ts";
import { expand, type Expansion, type Surroundings } from "./reference.ts";
import type { ServerDraft } from "./schema.ts";
import { textKeyAt, textTrouble } from "./server-text.ts";
import { pathText } from "./shown.ts";

/** An upstream with its secrets in place. With findings it has an obstacle, as it cannot be started. */
export interface ResolvedUpstream {
  readonly upstream: UpstreamOptions;
  readonly findings: readonly Finding[];
}

type SecretText = string | { readonly env: string };

interface Resolver {
  readonly text: (path: Path, value: SecretText) => string;
  readonly texts: (path: Path, values: Readonly<Record<string, SecretText>>) => readonly (readonly [string, string])[];
  readonly envFile: (path: Path, file: string) => readonly (readonly [string, string])[];
}

/** Resolves every reference of one valid server, and checks what came out of them. */
export function resolveUpstream(
  path: Path,
  name: string,
  draft: ServerDraft,
  around: Surroundings,
  readEnvFile: ReadEnvFile,
): ResolvedUpstream {
  const findings: Finding[] = [];
  const resolver = resolverFor(draft.type, around, readEnvFile, (at, trouble, variable) => {
    const finding = { path: at, message: `${pathText(at)} ${trouble}` };
    findings.push(variable === undefined ? finding : { ...finding, variable });
  });
  const target = targetOf(path, draft, around, resolver);
  const upstream = {
    name,
    target,
    ...behaviour(draft),
    ...(findings.length > 0 && { obstacle: obstacleOf(name, findings) }),
  };
  return { upstream, findings };
}

function targetOf(path: Path, draft: ServerDraft, around: Surroundings, resolver: Resolver): UpstreamTarget {
  const { url, connector, config = {} } = draft;
  if (url !== undefined) return urlTarget(path, url, draft, resolver);
  if (connector === undefined) return stdioTarget(path, draft, around, resolver);
  const resolved = Object.entries(config).map(([key, value]) => [
    key,
    resolvedValue([...path, "config", key], value, resolver),
  ]);
  const told = Object.fromEntries(resolved);
  if (!draft.isolate && !connectorsApart.has(connector))
    return { kind: "connector", connector, folder: around.folder, config: told };
  const { limits, restart } = draft;
  return {
    kind: "stdio",
    ...childProgram(connector, around.folder, told),
    ...(limits && { limits }),
    ...(restart && { restart }),
  };
}

/** A value with the references in its texts resolved. */
function resolvedValue(path: Path, value: unknown, resolver: Resolver): unknown {
  if (typeof value === "string") return resolver.text(path, value);
  if (Array.isArray(value)) return value.map((item, at) => resolvedValue([...path, at], item, resolver));
  if (!isRecord(value)) return value;
  const entries = Object.entries(value);
  const [only] = entries;
  if (entries.length === 1 && only?.[0] === "env" && typeof only[1] === "string") {
    return resolver.text(path, { env: only[1] });
  }
  return Object.fromEntries(entries.map(([key, inner]) => [key, resolvedValue([...path, key], inner, resolver)]));
}

/** What of an upstream is neither a reference nor where it is. */
function behaviour(draft: ServerDraft): Omit<UpstreamOptions, "name" | "target"> {
  const { startTimeoutMs, definitions, disabled, lazy, idleMs, health, breaker, disabledTools } = draft;
  return {
    timeoutMs: upstreamDefaults.timeoutMs,
    startTimeoutMs,
    definitions,
    ...(disabled && { isDisabled: true }),
    ...(lazy && { isLazy: true }),
    ...(idleMs > 0 && { idleMs }),
    ...(health && { health }),
    ...(breaker && { breaker }),
    ...(disabledTools && { disabledTools }),
  };
}

function obstacleOf(name: string, findings: readonly Finding[]): Problem {
  const variables = [...new Set(findings.flatMap(({ variable }) => variable ?? []))];
  return {
    stage: "configuration",
    code: "upstream_misconfigured",
    message: findings.map(({ message }) => message).join("; "),
    suggestion:
      variables.length === 0
        ? `Correct the configuration of "${name}"; it is then started.`
        : `Set ${variables.join(" and ")} where the gateway is started, and start it again; or change what "${name}" refers to in the configuration, and it is started at once.`,
  };
}

function urlTarget(
  path: Path,
  written: string,
  { type, headers = {}, oauth }: ServerDraft,
  resolver: Resolver,
): HttpTarget | SseTarget | WebSocketTarget {
  const url = resolver.text([...path, "url"], written);
  const reached = {
    url,
    headers: Object.fromEntries(resolver.texts([...path, "headers"], headers)),
    ...(oauth === undefined ? {} : { oauth: oauth && oauthSettings([...path, "oauth"], oauth, resolver) }),
  };
  if (type === "sse") return { kind: "sse", ...reached };
  return { kind: /^wss?:/i.test(url) ? "ws" : "http", ...reached };
}

function oauthSettings(
  path: Path,
  { scopes, ...texts }: Exclude<NonNullable<ServerDraft["oauth"]>, false>,
  resolver: Resolver,
): OAuthSettings {
  const written = Object.entries(texts).flatMap(([key, text]) => (text === undefined ? [] : [[key, text] as const]));
  return {
    ...Object.fromEntries(resolver.texts(path, Object.fromEntries(written))),
    ...(scopes === undefined
      ? {}
      : { scopes: scopes.map((scope, at) => resolver.text([...path, "scopes", at], scope)) }),
  };
}

function stdioTarget(path: Path, draft: ServerDraft, around: Surroundings, resolver: Resolver): StdioTarget {
  const { args = [], env = {}, envFile, cwd, limits, restart } = draft;
  const fromFile = envFile === undefined ? [] : resolver.envFile([...path, "envFile"], envFile);
  return {
    kind: "stdio",
    command: resolver.text([...path, "command"], draft.command ?? ""),
    args: args.map((argument, at) => resolver.text([...path, "args", at], argument)),
    env: Object.fromEntries([...fromFile, ...resolver.texts([...path, "env"], env)]),
    ...(cwd === undefined ? {} : { cwd: resolve(around.folder, resolver.text([...path, "cwd"], cwd)) }),
    ...(limits === undefined ? {} : { limits }),
    ...(restart === undefined ? {} : { restart }),
  };
}

function resolverFor(
  type: ServerDraft["type"],
  around: Surroundings,
  readEnvFile: ReadEnvFile,
  report: (path: Path, trouble: string, variable?: string) => void,
): Resolver {
  function text(path: Path, value: SecretText): string {
    const { text: expanded, missing } = expansionOf(value, around);
    for (const name of missing) report(path, `needs the environment variable ${name}, which is not set`, name);
    const trouble = missing.length === 0 ? textTrouble(textKeyAt(path), expanded, type) : undefined;
    if (trouble !== undefined) report(path, `${trouble} (after its references are resolved)`);
    return expanded;
  }

  return {
    text,
    texts: (path, values) => Object.entries(values).map(([name, value]) => [name, text([...path, name], value)]),
    envFile(path, file) {
      const located = text(path, file);
      if (expand(file, around).missing.length > 0) return [];
      try {
        return parseEnvFile(readEnvFile(resolve(around.folder, located)));
      } catch (thrown) {
        report(path, `must be a file that can be read: ${reasonOf(thrown)}`);
        return [];
      }
    },
  };
}

function expansionOf(value: SecretText, around: Surroundings): Expansion {
  if (typeof value === "string") return expand(value, around);
  const held = around.env[value.env];
  return held === undefined ? { text: "", missing: [value.env] } : { text: held, missing: [] };
}

/** Says why without the path, which may have come from a variable. */
function reasonOf(thrown: unknown): string {
  if (thrown instanceof RangeError) return `it ${thrown.message}`;
  const code = thrown instanceof Error && "code" in thrown ? thrown.code : undefined;
  return code === "ENOENT"
    ? "there is none (relative to the configuration's folder)"
    : `reading failed (${String(code)})`;
}
