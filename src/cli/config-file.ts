import { join, resolve } from "node:path";
import { findConfigFile, loadConfig } from "../config/load.ts";
import type { CommonOptions, Context } from "./context.ts";

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

/** The same, whatever is wrong with the file. */
export async function configFileOf({ cwd }: Context, { config }: CommonOptions): Promise<string> {
  return (await findConfigFile(config, cwd)) ?? join(cwd, newFileName);
}
