import { resolve } from "node:path";
import type { OAuthSettings } from "../upstream/oauth/settings.ts";
import type { HttpTarget, SseTarget, StdioTarget, UpstreamOptions, WebSocketTarget } from "../upstream/options.ts";
import type { Path } from "./content.ts";
import { parseEnvFile, type ReadEnvFile } from "./env-file.ts";
import type { Finding } from "./problem.ts";
import { expand, type Expansion, type Surroundings } from "./reference.ts";
import type { ServerDraft } from "./schema.ts";
import { textKeyAt, textTrouble } from "./server-text.ts";
import { pathText } from "./shown.ts";

/** An upstream with its secrets in place. With findings it is not fit for use. */
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
  const { timeoutMs, startTimeoutMs, definitions } = draft;
  const target =
    draft.url === undefined ? stdioTarget(path, draft, around, resolver) : urlTarget(path, draft.url, draft, resolver);
  return { upstream: { name, target, timeoutMs, startTimeoutMs, definitions }, findings };
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
  const { args = [], env = {}, envFile, cwd, limits } = draft;
  const fromFile = envFile === undefined ? [] : resolver.envFile([...path, "envFile"], envFile);
  return {
    kind: "stdio",
    command: resolver.text([...path, "command"], draft.command ?? ""),
    args: args.map((argument, at) => resolver.text([...path, "args", at], argument)),
    env: Object.fromEntries([...fromFile, ...resolver.texts([...path, "env"], env)]),
    ...(cwd === undefined ? {} : { cwd: resolve(around.folder, resolver.text([...path, "cwd"], cwd)) }),
    ...(limits === undefined ? {} : { limits }),
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
