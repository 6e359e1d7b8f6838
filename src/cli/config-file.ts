import { dirname, join, resolve } from "node:path";
import { outlineOf } from "../config/edit.ts";
import { findConfigFile, loadConfig } from "../config/load.ts";
import { defaultDataDir } from "../config/schema.ts";
import { listenDefaults } from "../server/listen-options.ts";
import type { CommonOptions, Context } from "./context.ts";
import { findRunning } from "./running.ts";
import { textIn } from "../config/text-file.ts";

const newFileName = "switchyard.jsonc";

/**
 * The configuration file to change: the named one, else the one in the working directory, else a new one there.
 *
 * @throws {GatewayError} `invalid_config` — the file that is there is wrong, and changing it could make that worse.
 */
export async function fileToChange({ env, cwd }: Context, { config }: CommonOptions): Promise<string> {
  if (config !== undefined) return resolve(cwd, config);
  const { source } = await loadConfig(undefined, env, cwd);
  return source.kind === "file" ? source.path : join(cwd, newFileName);
}

/** The configuration file to work with, whatever is wrong with it. */
export async function configFileOf({ cwd }: Context, { config }: CommonOptions): Promise<string> {
  return (await findConfigFile(config, cwd)) ?? join(cwd, newFileName);
}

/** A configuration of which not everything need be right: variables that it refers to may be missing. */
export interface OutlinedConfig {
  /** Absolute. */
  readonly file: string;
  /** Absent where there is no file yet. */
  readonly text: string | undefined;
  /** Its entries, by name. */
  readonly servers: ReadonlyMap<string, unknown>;
  /** Where a gateway of it listens; where it says nothing usable, the default. */
  readonly listen: { readonly host: string; readonly port: number };
  /** The gateway of it that runs. */
  readonly running: string | undefined;
}

/**
 * Reads of the configuration what the commands need that deal with MCP clients' files.
 *
 * @throws {GatewayError} `invalid_config` — it cannot be read, or has no place for servers.
 */
export async function outlineConfig(context: Context, options: CommonOptions): Promise<OutlinedConfig> {
  const file = await configFileOf(context, options);
  const text = await textIn(file, context.cwd);
  const { servers, host, port, dataDir } = outlineOf(text ?? "", file);
  const folder = resolve(dirname(file), typeof dataDir === "string" ? dataDir : defaultDataDir);
  const listen = {
    host: typeof host === "string" ? host : listenDefaults.host,
    port: typeof port === "number" ? port : listenDefaults.port,
  };
  return { file, text, servers, listen, running: (await findRunning(folder))?.url };
}
