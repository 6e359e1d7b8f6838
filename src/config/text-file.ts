import { readFileSync, renameSync } from "node:fs";
import { copyFile, mkdir, readFile, realpath, rm, stat, writeFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { shownFile } from "./problem.ts";
import { GatewayError } from "../core/errors.ts";

/** Largest file of another program that is read, in bytes. Some keep their whole history in the file with their servers. */
const maxBytes = 67_108_864;

/**
 * The text of a file with its byte order mark, if it has one; `undefined` where there is no file.
 *
 * @throws {GatewayError} `invalid_config` — it cannot be read, is larger than 64 MiB, or is not UTF-8.
 */
export async function textIn(file: string, cwd: string): Promise<string | undefined> {
  const bytes = await bytesIn(file, cwd);
  if (bytes === undefined) return undefined;
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch (thrown) {
    throw unusable(file, `${shownFile(file, cwd)} must be text in UTF-8, got other bytes`, thrown);
  }
}

async function bytesIn(file: string, cwd: string): Promise<Uint8Array | undefined> {
  try {
    const { size } = await stat(file);
    if (size <= maxBytes) return await readFile(file);
  } catch (thrown) {
    const code = codeOf(thrown);
    if (code === "ENOENT" || code === "ENOTDIR") return undefined;
    const why = code === "EISDIR" ? "it is a folder" : String(code);
    throw unusable(file, `${shownFile(file, cwd)} cannot be read: ${why}`, thrown);
  }
  throw unusable(file, `${shownFile(file, cwd)} must be a file of at most ${maxBytes} bytes`);
}

function unusable(file: string, message: string, cause?: unknown): GatewayError {
  const suggestion = "Correct the file or its permissions, or name another one.";
  return new GatewayError("invalid_config", message, { data: { file, suggestion }, cause });
}

/**
 * Replaces what is in a file in one step, so that a program that watches it never reads half of it. A link stays a link, and the file keeps
 * its mode. A file that is not there yet is made, folders included.
 *
 * @param mode of a new file, before the process's own mask.
 * @throws {GatewayError} `invalid_config` — it cannot be written.
 */
export async function replaceFile(file: string, text: string, mode = 0o666): Promise<void> {
  try {
    await writeWhole(await targetOf(file), text, mode);
  } catch (thrown) {
    throw unusable(file, `${file} cannot be written: ${String(codeOf(thrown))}`, thrown);
  }
}

/**
 * Replaces what is in a file as {@link replaceFile} does, but only where it still is `expected`, `undefined` for no file. False where it is
 * not: somebody else has written it, and nothing was changed.
 *
 * @param mode of a new file, before the process's own mask.
 * @throws {GatewayError} `invalid_config` — it cannot be written.
 */
export async function swapFile(
  file: string,
  expected: string | undefined,
  text: string,
  mode = 0o666,
): Promise<boolean> {
  try {
    return await writeWhole(await targetOf(file), text, mode, (target) => textNow(target) === expected);
  } catch (thrown) {
    throw unusable(file, `${file} cannot be written: ${String(codeOf(thrown))}`, thrown);
  }
}

function textNow(file: string): string | undefined {
  try {
    return readFileSync(file, "utf8");
  } catch (thrown) {
    if (codeOf(thrown) === "ENOENT") return undefined;
    throw thrown;
  }
}

/** False where `isWanted`, which is asked right before the file is replaced, says no. */
async function writeWhole(
  file: string,
  text: string,
  mode: number,
  isWanted: (file: string) => boolean = () => true,
): Promise<boolean> {
  await mkdir(dirname(file), { recursive: true });
  const draft = join(dirname(file), `.${basename(file)}.${process.pid}.draft`);
  try {
    await writeFile(draft, text, { mode: (await modeOf(file)) ?? mode });
    // Both in one go, so that nothing of this process, and next to nothing of others, comes between.
    const isStillWanted = isWanted(file);
    if (isStillWanted) renameSync(draft, file);
    else await rm(draft, { force: true });
    return isStillWanted;
  } catch (thrown) {
    await rm(draft, { force: true });
    throw thrown;
  }
}

/** The file behind a link; the name itself where nothing is there. */
async function targetOf(file: string): Promise<string> {
  try {
    return await realpath(file);
  } catch (thrown) {
    if (codeOf(thrown) === "ENOENT") return file;
    throw thrown;
  }
}

async function modeOf(file: string): Promise<number | undefined> {
  try {
    return (await stat(file)).mode & 0o777;
  } catch (thrown) {
    if (codeOf(thrown) === "ENOENT") return undefined;
    throw thrown;
  }
}

/** Copies a file to a name beside it; with the same mode, as it may hold secrets. Resolves with that name. */
export async function copyBeside(file: string, suffix: string): Promise<string> {
  const copy = `${file}${suffix}`;
  await copyFile(file, copy);
  return copy;
}

function codeOf(thrown: unknown): unknown {
  return thrown instanceof Error && "code" in thrown ? thrown.code : undefined;
}
