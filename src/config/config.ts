import { resolve } from "node:path";
import { type CatalogOptions, catalogDefaults } from "../gateway/catalog-options.ts";
import { sessionDefaults, type SessionOptions } from "../gateway/session-options.ts";
import { listenDefaults, type ListenOptions } from "../server/listen-options.ts";
import type { UpstreamOptions } from "../upstream/options.ts";
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
  /** The enabled ones, in the order of the file. */
  readonly upstreams: readonly UpstreamOptions[];
  /** Names of those that the file disables, in its order. Their references are not resolved. */
  readonly disabledUpstreams: readonly string[];
  /** How what they offer is shown. */
  readonly catalog: CatalogOptions;
  readonly listen: ListenOptions;
  readonly sessions: SessionOptions;
  /** Folder for the gateway's own files. Absolute; need not exist. */
  readonly dataDir: string;
}

/** The configuration of somebody who has no file: defaults, and no upstreams. */
export function emptyConfig(cwd: string): Config {
  return {
    source: { kind: "none" },
    upstreams: [],
    disabledUpstreams: [],
    catalog: catalogDefaults,
    listen: listenDefaults,
    sessions: sessionDefaults,
    dataDir: resolve(cwd, defaultDataDir),
  };
}
