import { isIP } from "node:net";
import { z } from "zod";
import { sessionDefaults } from "../gateway/session-options.ts";
import { listenDefaults } from "../server/listen-options.ts";
import { definitionPolicies, upstreamDefaults } from "../upstream/options.ts";
import { type Limit, limitDefaults } from "../upstream/limits.ts";
import type { Path } from "./content.ts";
import { alertsKey, knownAlertKeysAt, knownSloKeysAt, sloKey } from "./schema-alerts.ts";
import { authKey, behindProxies, knownAuthKeysAt } from "./schema-auth.ts";
import { cacheKey, knownCacheKeysAt } from "./schema-cache.ts";
import {
  knownPolicyKeysAt,
  knownRateLimitKeysAt,
  policyShape,
  rateLimitKey,
  serverPolicyShape,
  toolsKey,
} from "./schema-policy.ts";
import { auditKey, knownAuditKeysAt } from "./schema-audit.ts";
import { otelKey } from "./schema-otel.ts";
import { knownStoreKeysAt, storeKey } from "./schema-store.ts";
import { knownCatalogKeysAt, profilesKey, searchKey } from "./schema-catalog.ts";
import { jobsKey, knownJobsKeys } from "./schema-jobs.ts";
import { isObject, wholeNumber } from "./schema-parts.ts";
import { knownWebhookKeysAt, webhooksKey } from "./schema-webhooks.ts";
import { runningKeysOf, runningShape } from "./schema-running.ts";

/** The keys that may hold the servers: the spelling of Claude Desktop and Cursor, and that of VS Code. */
export const serversKeys = ["mcpServers", "servers"] as const;

/** Values of a server's `type` that mean Streamable HTTP. */
export const httpTypes = ["http", "streamable-http", "streamableHttp"] as const;

/** Values of a server's `type` that mean WebSocket. */
export const webSocketTypes = ["ws", "websocket"] as const;

/** Values of a server's `type` that fit a server at a url. */
export const urlTypes = [...httpTypes, "sse", ...webSocketTypes] as const;

/** Folder for the gateway's own files where the configuration names none. */
export const defaultDataDir = ".switchyard";

const references = "May hold ${NAME}, ${NAME:-default}, ${env:NAME}, ${workspaceFolder} and ${userHome}.";

function filledText(description: string, error = "must be a string that is not empty") {
  return z.string({ error }).min(1, { error }).optional().meta({ description });
}

function textList(description: string) {
  return z.array(z.string({ error: "must be a string" }), { error: "must be a list of strings" }).meta({ description });
}

function ignored(description: string) {
  return z
    .unknown()
    .optional()
    .meta({ description: `${description} Accepted and ignored.` });
}

const variableError = "must be the name of an environment variable: letters, digits and _, no digit first";

const envReference = z.strictObject(
  {
    env: z
      .string({ error: variableError })
      .regex(/^[A-Za-z_]\w*$/, { error: variableError })
      .meta({ description: "Name of the environment variable that holds the value. Letters, digits and _." }),
  },
  isObject,
);

const secretText = z.union([z.string(), envReference], { error: 'must be a string or { "env": "NAME" }' });

function secretTexts(description: string) {
  return z
    .record(z.string(), secretText, { error: "must be an object whose values are strings" })
    .optional()
    .meta({ description: `${description} Values: strings, or { "env": "NAME" }. ${references} Default {}.` });
}

function secret(description: string) {
  return secretText.optional().meta({ description: `${description} A string, or { "env": "NAME" }. ${references}` });
}

const oauth = z.strictObject(
  {
    clientId: secret(
      "Client that somebody registered by hand at the server's authorization server. Default: found or registered by itself.",
    ),
    clientSecret: secret("Secret of that client. Default: none."),
    scopes: textList("Scopes that every login asks for. Default: those that the server names.").optional(),
    clientMetadataUrl: secret(
      "Address (https) of a client ID metadata document that describes this gateway, for authorization servers that take one. Default: none.",
    ),
  },
  { error: "must be an object, or false" },
);

function limit(max: number, description: string, usual: Limit) {
  const error = `must be a whole number from 1 to ${max}`;
  const bound = (what: string, fallback: number | undefined) =>
    z
      .int({ error })
      .min(1, { error })
      .max(max, { error })
      .optional()
      .meta({ description: `${what} A whole number from 1 to ${max}. Default ${fallback ?? "none"}.` });
  return z
    .strictObject(
      {
        soft: bound("Above it there is a warning.", usual.soft),
        hard: bound("Above it the processes are ended and the server is started anew.", usual.hard),
      },
      isObject,
    )
    .optional()
    .meta({
      description: `${description} An object with soft, a warning, and hard, the end: whole numbers from 1 to ${max}. Default ${usualText(usual)}.`,
    });
}

function usualText({ soft, hard }: Limit): string {
  return soft === undefined && hard === undefined ? "{}" : `{ "soft": ${soft}, "hard": ${hard} }`;
}

const limits = z.strictObject(
  {
    memoryMiB: limit(1_048_576, "Resident memory of all its processes together, in MiB.", limitDefaults.memoryMiB),
    cpuPercent: limit(
      102_400,
      "Processor time of all its processes over a minute, in percent of one processor.",
      limitDefaults.cpuPercent,
    ),
    processes: limit(1_000_000, "How many processes it may be.", limitDefaults.processes),
  },
  isObject,
);

const typeError = 'must be "stdio", "http", "streamable-http", "streamableHttp", "sse", "ws" or "websocket"';

const serverShape = {
  type: z
    .enum(["stdio", ...urlTypes], { error: typeError })
    .optional()
    .meta({
      description:
        "Transport: stdio; http, streamable-http or streamableHttp (Streamable HTTP, and HTTP+SSE where the server knows nothing newer); sse (HTTP+SSE); ws or websocket (WebSocket). Default: stdio with a command, WebSocket with a url of ws or wss, Streamable HTTP with any other.",
    }),
  command: filledText(`Program to start as an MCP server on stdio. ${references} Either this, url or connector.`),
  args: textList(`Arguments of the command. ${references} Default [].`).optional(),
  env: secretTexts("Environment variables of the command, besides the few that it inherits."),
  envFile: filledText(
    `File with KEY=VALUE lines for the command's environment; env wins over it. ${references} Relative to the folder of this file.`,
  ),
  cwd: filledText(
    `Working directory of the command. ${references} Relative to the folder of this file. Default: the gateway's own.`,
  ),
  url: filledText(
    `URL of an MCP server: http or https, or ws or wss for WebSocket. ${references} Either this, command or connector.`,
  ),
  connector: filledText(
    "Connector to run as a server: one that comes with the gateway, an installed package, or a file (./weather.ts) relative to the folder of this file. Either this, command or url.",
  ),
  config: z
    .record(z.string(), z.unknown(), { error: "must be an object" })
    .optional()
    .meta({ description: `What the connector is told, as it says itself. Its texts: ${references} Default {}.` }),
  isolate: z.boolean({ error: "must be true or false" }).default(false).meta({
    description:
      "Whether the connector runs in a process of its own, which limits can hold in bounds and whose end is nobody else's. Default false.",
  }),
  headers: secretTexts("Headers sent with every request to the url; over WebSocket, with the handshake."),
  oauth: z
    .union([z.literal(false), oauth], { error: "must be an object, or false" })
    .optional()
    .meta({
      description:
        "How the gateway logs in where the server asks for that (OAuth 2.1); false: never. headers with an Authorization mean false. Default {}.",
    }),
  disabled: z.boolean({ error: "must be true or false" }).default(false).meta({
    description:
      "Whether to leave this server alone: it is not started, and its tools are not listed. `switchyard disable` and `enable` write it. Default false.",
  }),
  ...policyShape,
  ...serverPolicyShape,
  tools: toolsKey,
  startTimeoutMs: wholeNumber(
    1,
    3_600_000,
    upstreamDefaults.startTimeoutMs,
    "Longest time from start to ready, in ms.",
  ),
  definitions: z
    .enum(definitionPolicies, { error: 'must be "follow" or "pin"' })
    .default(upstreamDefaults.definitions)
    .meta({
      description:
        "What becomes of tools, prompts and resources that the server describes otherwise than before: follow offers them as they are now; pin trusts what the server lists first, and holds back what changes or is new until `switchyard approve`. Default follow.",
    }),
  ...runningShape,
  limits: limits.optional().meta({
    description:
      "How much the command, and everything that it starts, may use; not on Windows. Default: 256 processes, and no other limit.",
  }),
  description: ignored("What the server is for."),
  autoApprove: ignored("Tools that another program calls without asking."),
  alwaysAllow: ignored("Tools that another program calls without asking."),
  dev: ignored("Development mode in VS Code."),
  gallery: ignored("Where VS Code found the server."),
};

const noList = { type: "array", maxItems: 0 } as const;
const noObject = { type: "object", maxProperties: 0 } as const;
const stdioOnly = {
  args: noList,
  env: noObject,
  envFile: false,
  cwd: false,
  restart: false,
  limits: noObject,
} as const;

const serverEntry = z.strictObject(serverShape, isObject).meta({
  id: "server",
  description: "One MCP server: a command to start, a url to reach, or a connector to run.",
  oneOf: [
    {
      type: "object",
      required: ["command"],
      properties: {
        command: true,
        url: false,
        connector: false,
        config: noObject,
        isolate: { enum: [false] },
        headers: noObject,
        oauth: { enum: [false] },
        type: { enum: ["stdio"] },
      },
    },
    {
      type: "object",
      required: ["url"],
      properties: {
        url: true,
        command: false,
        connector: false,
        config: noObject,
        isolate: { enum: [false] },
        ...stdioOnly,
        type: { enum: [...urlTypes] },
      },
    },
    {
      type: "object",
      required: ["connector"],
      properties: {
        connector: true,
        command: false,
        url: false,
        args: noList,
        env: noObject,
        envFile: false,
        cwd: false,
        headers: noObject,
        oauth: { enum: [false] },
        type: false,
      },
    },
  ],
});

/** What a server's name must match: `name__tool` must then split in one way only. */
export const serverName = /^(?!.*__)(?!.*_$)[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/;

function servers(description: string) {
  return z
    .record(z.string(), serverEntry, { error: "must be an object that gives each server a name" })
    .optional()
    .meta({ description, propertyNames: { type: "string", pattern: serverName.source } });
}

function isHost(text: string): boolean {
  return isIP(text) !== 0 || /^(?!.*\.\.)[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?$/.test(text);
}

const hostError = "must be a host name or an IP address, without scheme or port";
const originError = 'must be the origin of a web page, such as "https://app.example.com"';

const listen = z.strictObject(
  {
    host: z
      .string({ error: hostError })
      .refine(isHost, { error: hostError })
      .default(listenDefaults.host)
      .meta({
        description: `Address to bind: a host name or an IP address. Others than loopback addresses need auth. Default ${listenDefaults.host}.`,
      }),
    port: wholeNumber(0, 65_535, listenDefaults.port, "TCP port to listen on; 0 takes any free one."),
    allowedHosts: z
      .array(z.string({ error: hostError }).refine(isHost, { error: hostError }), {
        error: "must be a list of host names",
      })
      .default([...listenDefaults.allowedHosts])
      .meta({ description: "Host names, without port, accepted in the Host header besides loopback. Default []." }),
    allowedOrigins: z
      .array(
        z
          .string({ error: originError })
          .regex(/^[A-Za-z][A-Za-z0-9+.-]*:\/\/(\[[0-9A-Fa-f:.]+\]|[\w.-]+)(:\d{1,5})?$/, {
            error: originError,
          }),
        { error: "must be a list of origins" },
      )
      .default([...listenDefaults.allowedOrigins])
      .meta({
        description: "Origins (https://app.example.com) of web pages that may call, besides loopback. Default [].",
      }),
    ...behindProxies,
  },
  isObject,
);

const sessions = z.strictObject(
  {
    max: wholeNumber(1, 1_000_000, sessionDefaults.max, "Sessions that may be open at once."),
    idleMs: wholeNumber(1_000, 2_592_000_000, sessionDefaults.idleMs, "A session unused for this long, in ms, ends."),
  },
  isObject,
);

const dataDirError = "must be the path of a folder, not empty and without ${…}";

const fileShape = {
  $schema: z
    .string({ error: "must be a string" })
    .optional()
    .meta({ description: "URL or path of this schema, for editors. Ignored." }),
  mcpServers: servers("MCP servers behind the gateway, by name, as Claude Desktop and Cursor write them. Default {}."),
  servers: servers("The same as mcpServers, as VS Code writes it; a file has only one of the two. Default {}."),
  inputs: z
    .array(z.unknown(), { error: "must be a list" })
    .optional()
    .meta({ description: "Questions that VS Code asks a person. Accepted and ignored; ${input:…} is refused." }),
  profiles: profilesKey,
  search: searchKey("Whether /mcp has search_tools: off, beside or instead, or an object."),
  rateLimit: rateLimitKey,
  listen: listen.prefault({}).meta({ description: "Where the gateway listens, and to whom it answers. Default {}." }),
  auth: authKey,
  sessions: sessions.prefault({}).meta({ description: "Bounds on the sessions of downstreams. Default {}." }),
  cache: cacheKey,
  audit: auditKey,
  jobs: jobsKey,
  store: storeKey,
  alerts: alertsKey,
  slo: sloKey,
  otel: otelKey,
  webhooks: webhooksKey,
  dataDir: z
    .string({ error: dataDirError })
    .regex(/^(?!.*\$\{)./, { error: dataDirError })
    .default(defaultDataDir)
    .meta({
      description: `Folder for the gateway's own files, relative to the folder of this file. Default ${defaultDataDir}.`,
    }),
};

const configFile = z.strictObject(fileShape, isObject).meta({
  title: "Switchyard configuration",
  description: "What Switchyard reads from switchyard.jsonc, .json, .yaml or .yml. Every key is optional.",
  not: { type: "object", required: [...serversKeys], properties: { mcpServers: true, servers: true } },
});

/** A whole valid file, defaults filled in, references not yet resolved. */
export type ConfigDraft = z.output<typeof configFile>;

/** One valid server, defaults filled in, references not yet resolved. */
export type ServerDraft = z.output<typeof serverEntry>;

/** One server as a config file says it. */
export type ServerEntry = Readonly<z.input<typeof serverEntry>>;

/** One thing that is wrong with the structure of a file. */
export type SchemaIssue =
  | { readonly kind: "unknown_key"; readonly path: Path; readonly key: string }
  | { readonly kind: "wrong_value"; readonly path: Path; readonly must: string };

/** The outcome of checking the structure. Rules that span keys are in `rules.ts`. */
export type SchemaResult =
  | { readonly kind: "valid"; readonly draft: ConfigDraft }
  | { readonly kind: "invalid"; readonly issues: readonly SchemaIssue[] };

/** Checks the structure of parsed data and fills in defaults. No issue repeats a value. */
export function checkSchema(content: unknown): SchemaResult {
  const result = configFile.safeParse(content);
  if (result.success) return { kind: "valid", draft: result.data };
  return { kind: "invalid", issues: result.error.issues.flatMap(schemaIssues) };
}

function schemaIssues(issue: z.core.$ZodIssue): readonly SchemaIssue[] {
  const path = issue.path.map((key) => (typeof key === "symbol" ? String(key) : key));
  // Of several forms, the one that is meant is wrong further in.
  const meant = issue.code === "invalid_union" ? issue.errors.find(isFurtherIn) : undefined;
  if (meant !== undefined) return meant.flatMap((inner) => schemaIssues({ ...inner, path: [...path, ...inner.path] }));
  if (issue.code !== "unrecognized_keys") return [{ kind: "wrong_value", path, must: issue.message }];
  return issue.keys.map((key) => ({ kind: "unknown_key", path: [...path, key], key }));
}

function isFurtherIn(issues: readonly z.core.$ZodIssue[]): boolean {
  return issues.length > 0 && issues.every(({ path }) => path.length > 0);
}

/** Whether a top-level key holds the servers. */
export function isServersKey(key: unknown): key is (typeof serversKeys)[number] {
  return key === "mcpServers" || key === "servers";
}

/** The keys that the object at `path` may have; none for one whose keys are free. */
export function knownKeysAt(path: Path): readonly string[] {
  if (path.length === 0) return Object.keys(fileShape);
  if (path[0] === "listen") return Object.keys(listen.shape);
  if (path[0] === "sessions") return Object.keys(sessions.shape);
  if (path[0] === "auth") return knownAuthKeysAt(path);
  if (path[0] === "rateLimit") return knownRateLimitKeysAt(path.slice(1));
  if (path[0] === "audit") return knownAuditKeysAt(path);
  if (path[0] === "jobs") return path.length === 1 ? knownJobsKeys : [];
  if (path[0] === "alerts") return knownAlertKeysAt(path);
  if (path[0] === "slo") return knownSloKeysAt(path);
  if (path[0] === "otel") return ["endpoint"];
  if (path[0] === "store") return knownStoreKeysAt(path);
  if (path[0] === "webhooks") return knownWebhookKeysAt(path);
  if (path[0] === "profiles" || path[0] === "search") return knownCatalogKeysAt(path);
  if (path[0] === "cache") return knownCacheKeysAt(path);
  if (path.length === 2) return Object.keys(serverShape);
  if (path[2] !== undefined && policyKeys.has(path[2])) return knownPolicyKeysAt(path.slice(2));
  if (path.length === 3)
    return path[2] === "oauth" ? Object.keys(oauth.shape) : [...limitKeysAt(path), ...runningKeysOf(path[2])];
  if (path[2] === "limits") return limitKeysAt(path);
  return path.length === 4 ? Object.keys(envReference.shape) : [];
}

const policyKeys: ReadonlySet<string | number> = new Set([
  "tools",
  ...Object.keys(policyShape),
  ...Object.keys(serverPolicyShape),
]);

function limitKeysAt(path: Path): readonly string[] {
  if (path[2] !== "limits") return [];
  return path.length === 3 ? Object.keys(limits.shape) : ["soft", "hard"];
}

/**
 * JSON Schema (draft 2020-12) of a config file, for editors and other checkers.
 *
 * Says less than the loader checks: what ${…} names, the forms of URLs and headers, keys written twice, which of two limits is higher.
 */
export function configJsonSchema(): object {
  return z.toJSONSchema(configFile, { io: "input", target: "draft-2020-12" });
}
