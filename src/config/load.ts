import { readFile, stat } from "node:fs/promises";
import { resolve } from "node:path";
import { GatewayError } from "../core/errors.ts";
import { type Config, emptyConfig } from "./config.ts";
import { checkSize, configFileNames, formatOf } from "./format.ts";
import { parseConfig } from "./parse.ts";
import { shownFile } from "./problem.ts";

/**
 * The configuration in the file at `path`, or, without a path, in the one that `cwd` holds under a usual name.
 *
 * Without either it is the defaults and no upstreams.
 *
 * @throws {GatewayError} `invalid_config` — the file is missing, unreadable or wrong, or `cwd` holds two.
 */
export async function loadConfig(path: string | undefined, env: NodeJS.ProcessEnv, cwd: string): Promise<Config> {
  const file = await findConfigFile(path, cwd);
  if (file === undefined) return emptyConfig(cwd);
  formatOf(file, cwd);
  return parseConfig(await textOf(file, cwd), file, env, cwd);
}

/**
 * The absolute path of the config file: the named one, whether it is there or not, else the one that `cwd` holds under a usual name.
 *
 * @throws {GatewayError} `invalid_config` — `cwd` holds two.
 */
export async function findConfigFile(path: string | undefined, cwd: string): Promise<string | undefined> {
  return path === undefined ? fileIn(cwd) : resolve(cwd, path);
}

async function fileIn(cwd: string): Promise<string | undefined> {
  const found: string[] = [];
  for (const name of configFileNames) {
    const file = resolve(cwd, name);
    if (await exists(file)) found.push(file);
  }
  if (found.length > 1) {
    const names = found.map((file) => shownFile(file, cwd)).join(" and ");
    throw new GatewayError("invalid_config", `There must be only one configuration in ${cwd}, found ${names}`, {
      data: { files: found },
    });
  }
  return found[0];
}

async function exists(file: string): Promise<boolean> {
  try {
    await stat(file);
    return true;
  } catch (thrown) {
    if (codeOf(thrown) === "ENOENT") return false;
    throw unreadable(file, file, thrown);
  }
}

async function textOf(file: string, cwd: string): Promise<string> {
  let bytes: Uint8Array;
  try {
    checkSize((await stat(file)).size, file, cwd);
    bytes = await readFile(file);
  } catch (thrown) {
    if (thrown instanceof GatewayError) throw thrown;
    throw unreadable(file, shownFile(file, cwd), thrown);
  }
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch (thrown) {
    const message = `${shownFile(file, cwd)} must be text in UTF-8, got other bytes`;
    throw new GatewayError("invalid_config", message, { data: { file }, cause: thrown });
  }
}

function unreadable(file: string, shown: string, thrown: unknown): GatewayError {
  const code = codeOf(thrown);
  const message =
    code === "ENOENT"
      ? `There is no configuration file ${shown}`
      : code === "EISDIR"
        ? `The configuration ${shown} must be a file, got a folder`
        : `The configuration ${shown} cannot be read (${String(code)})`;
  return new GatewayError("invalid_config", message, { data: { file }, cause: thrown });
}

function codeOf(thrown: unknown): unknown {
  return thrown instanceof Error && "code" in thrown ? thrown.code : undefined;
}
