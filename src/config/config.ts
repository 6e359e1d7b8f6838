import { resolve } from "node:path";
import type { GatewayError } from "../core/errors.ts";
import { type CacheOptions, cacheOptionDefaults } from "../cache/cache-options.ts";
import { type AlertOptions, alertDefaults } from "../alerts/alert-options.ts";
import { type AuthOptions, authDefaults } from "../access/options.ts";
import { type AuditOptions, auditDefaults } from "../audit/audit-options.ts";
import { type JobsOptions, jobsDefaults } from "../jobs/jobs-options.ts";
import { type CatalogOptions, catalogDefaults } from "../gateway/catalog-options.ts";
import { sessionDefaults, type SessionOptions } from "../gateway/session-options.ts";
import { listenDefaults, type ListenOptions } from "../server/listen-options.ts";
import type { WrittenPolicies } from "../policy/call-policy.ts";
import type { UpstreamOptions } from "../upstream/options.ts";
import type { WebhookOptions } from "../webhooks/webhook-options.ts";
import { defaultDataDir } from "./schema.ts";

/** Where a configuration came from. */
export type ConfigSource =
  | { readonly kind: "none" }
  | {
      readonly kind: "file";
      /** Absolute. */
      readonly path: string;
    };

/** Everything the gateway is told: validated, every default filled in, every secret resolved. Not to be logged. */
export interface Config {
  readonly source: ConfigSource;
  /** In the order of the file; also those that it disables, and those whose references lead nowhere (`obstacle`). */
  readonly upstreams: readonly UpstreamOptions[];
  /** `invalid_config` for what enabled servers refer to and is not there, each with line and column; undefined where nothing lacks. */
  readonly unresolved: GatewayError | undefined;
  /** How what they offer is shown. */
  readonly catalog: CatalogOptions;
  /** What goes for the calls to them, by their names. */
  readonly policies: WrittenPolicies;
  readonly listen: ListenOptions;
  readonly auth: AuthOptions;
  readonly sessions: SessionOptions;
  /** How much is kept of results. */
  readonly cache: CacheOptions;
  /** What of calls goes on record. */
  readonly audit: AuditOptions;
  /** What there is of jobs. */
  readonly jobs: JobsOptions;
  /** The PostgreSQL of jobs and schedules; undefined where they are kept in `dataDir`. Its URL may hold a password. */
  readonly store?: { readonly url: string } | undefined;
  /** What is watched, and what is expected of tools. */
  readonly alerts: AlertOptions;
  /** Where traces go; undefined where the file does not say. */
  readonly otel?: { readonly endpoint: string } | undefined;
  /** Where what happens is sent to. */
  readonly webhooks: readonly WebhookOptions[];
  /** Folder for the gateway's own files. Absolute; need not exist. */
  readonly dataDir: string;
}

/** The configuration of somebody who has no file: defaults, and no upstreams. */
export function emptyConfig(cwd: string): Config {
  return {
    source: { kind: "none" },
    upstreams: [],
    unresolved: undefined,
    catalog: catalogDefaults,
    policies: {},
    listen: listenDefaults,
    auth: authDefaults,
    sessions: sessionDefaults,
    cache: cacheOptionDefaults,
    audit: auditDefaults,
    jobs: jobsDefaults,
    alerts: alertDefaults,
    webhooks: [],
    dataDir: resolve(cwd, defaultDataDir),
  };
}

/** The servers that the configuration does not disable. */
export function enabledUpstreams({ upstreams }: Pick<Config, "upstreams">): UpstreamOptions[] {
  return upstreams.filter(({ isDisabled }) => isDisabled !== true);
}
