import { homedir } from "node:os";
import { dirname, resolve } from "node:path";
import type { ListenOptions } from "../server/listen-options.ts";
import { authOptions } from "./auth.ts";
import { catalogOptions } from "./catalog.ts";
import type { Config } from "./config.ts";
import type { ConfigDocument } from "./document.ts";
import { readEnvFile, type ReadEnvFile } from "./env-file.ts";
import { readDocument } from "./format.ts";
import { writtenPolicies } from "./policies.ts";
import { configError, type Finding, type Trouble } from "./problem.ts";
import type { Surroundings } from "./reference.ts";
import { resolveUpstream } from "./resolve.ts";
import type { ConfigDraft } from "./schema.ts";
import { alertOptions } from "./alerts.ts";
import { cacheOptions } from "./schema-cache.ts";
import { storeOptions } from "./schema-store.ts";
import { webhookOptions } from "./schema-webhooks.ts";
import { pathText } from "./shown.ts";
import { validate } from "./validate.ts";

/**
 * The configuration that a text says. Pure but for an `envFile`, which `readEnv` reads.
 *
 * Everything wrong with the text is found at once; only when nothing is are the references resolved. What they lack concerns one server
 * each: the configuration says so, and the others can run. Errors hold no value that may be a secret.
 *
 * @param file where the text came from: its ending says how it is written, relative paths start from its folder.
 * @param env what `${NAME}` stands for.
 * @throws {GatewayError} `invalid_config` — with one line a problem, and `data.problems`.
 */
export function parseConfig(
  text: string,
  file: string,
  env: NodeJS.ProcessEnv,
  cwd: string,
  readEnv: ReadEnvFile = readEnvFile,
): Config {
  const path = resolve(cwd, file);
  const config = { file: path, cwd, text: text.replace(/^\uFEFF/, "") };
  const document = readDocument(config);
  const validation = validate(document.content);
  const findings = validation.kind === "valid" ? [] : validation.findings;
  const troubles = [...duplicates(document), ...located(document, findings)];
  if (validation.kind === "invalid" || troubles.length > 0) throw configError(config, troubles);
  const around = { env, folder: dirname(path), home: env["HOME"] ?? env["USERPROFILE"] ?? homedir() };
  const { store, findings: lost } = storeOptions(validation.draft.store, around);
  // Jobs that went elsewhere than they should would not be missed before they are looked for.
  if (lost.length > 0) throw configError(config, located(document, lost));
  const { findings: unresolved, ...resolved } = resolveDraft(validation.draft, document, around, readEnv);
  return {
    source: { kind: "file", path },
    ...resolved,
    ...(store && { store }),
    unresolved: unresolved.length === 0 ? undefined : configError(config, located(document, unresolved)),
  };
}

function located(document: ConfigDocument, findings: readonly Finding[]): readonly Trouble[] {
  return findings.map((finding) => Object.assign({ offset: document.offsetOf(finding.path) }, finding));
}

function duplicates(document: ConfigDocument): readonly Trouble[] {
  return document.duplicateKeys.map(({ path, offset }) => ({
    path,
    offset,
    message: `${pathText(path)} stands here a second time; keep one`,
  }));
}

interface ResolvedDraft extends Omit<Config, "source" | "unresolved" | "store"> {
  readonly findings: readonly Finding[];
}

function resolveDraft(
  draft: ConfigDraft,
  document: ConfigDocument,
  around: Surroundings,
  readEnv: ReadEnvFile,
): ResolvedDraft {
  const key = draft.servers === undefined ? "mcpServers" : "servers";
  // Objects list keys that look like numbers first; the file's order is the one people see.
  const servers = Object.entries(draft[key] ?? {})
    .map(([name, server]) => ({ name, server, offset: document.offsetOf([key, name]) }))
    .toSorted((left, right) => left.offset - right.offset);
  const resolved = servers.map(({ name, server }) => resolveUpstream([key, name], name, server, around, readEnv));
  const { webhooks, findings } = webhookOptions(draft.webhooks, around.env);
  return {
    upstreams: resolved.map(({ upstream }) => upstream),
    findings: [...resolved.flatMap((each) => (each.upstream.isDisabled === true ? [] : each.findings)), ...findings],
    webhooks,
    policies: writtenPolicies(servers, draft.rateLimit),
    catalog: catalogOptions(draft, (path) => document.offsetOf(path)),
    listen: listenOptions(draft.listen),
    auth: authOptions(draft),
    sessions: draft.sessions,
    cache: cacheOptions(draft.cache),
    audit: draft.audit,
    jobs: draft.jobs,
    alerts: alertOptions(draft),
    ...(draft.otel && { otel: draft.otel }),
    dataDir: resolve(around.folder, draft.dataDir),
  };
}

/** Names and origins as browsers send them: in lower case, without a port that the scheme implies. */
function listenOptions(listen: ConfigDraft["listen"]): ListenOptions {
  return {
    ...listen,
    publicUrl: listen.publicUrl,
    allowedHosts: listen.allowedHosts.map((host) => host.toLowerCase()),
    allowedOrigins: listen.allowedOrigins.map((origin) => {
      const parsed = URL.parse(origin)?.origin;
      return parsed === undefined || parsed === "null" ? origin.toLowerCase() : parsed;
    }),
  };
}
