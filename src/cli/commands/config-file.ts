import { readFile, rename, writeFile } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { loadConfig } from "../../config/load.ts";
import type { CommonOptions, Context } from "../context.ts";

/**
 * The configuration file to change: the named one, else the one in the working directory, else a new one there.
 *
 * @throws {GatewayError} `invalid_config` — the file that is there is wrong, and changing it could make that worse.
 */
export async function fileToChange({ env, cwd }: Context, { config }: CommonOptions): Promise<string> {
  if (config !== undefined) return resolve(cwd, config);
  const { source } = await loadConfig(undefined, env, cwd);
  return source.kind === "file" ? source.path : join(cwd, "switchyard.jsonc");
}

/** The text of a file; empty where there is none yet. */
export async function textOrNothing(file: string): Promise<string> {
  try {
    return await readFile(file, "utf8");
  } catch (thrown) {
    if (thrown instanceof Error && "code" in thrown && thrown.code === "ENOENT") return "";
    throw thrown;
  }
}

/** Replaces a file in one step, so that a gateway that watches it never reads half of it. */
export async function replaceFile(file: string, text: string): Promise<void> {
  const draft = join(dirname(file), `.${process.pid}.switchyard-draft`);
  await writeFile(draft, text.endsWith("\n") ? text : `${text}\n`);
  await rename(draft, file);
}
