import { rm } from "node:fs/promises";
import { replaceFile, textIn } from "../config/text-file.ts";

/** Beside the configuration: what it was before the last import, or that it was not there. */
const suffix = ".before-import";
const absentSuffix = ".before-import-absent";
/** A backup may hold secrets. */
const mode = 0o600;

/** Keeps what the file is, `undefined` for no file, in place of an older backup. Resolves with the backup's name, where there was something to keep. */
export async function keepBefore(file: string, text: string | undefined): Promise<string | undefined> {
  const [kept, other] = text === undefined ? [absentSuffix, suffix] : [suffix, absentSuffix];
  await replaceFile(`${file}${kept}`, text ?? "", mode);
  await rm(`${file}${other}`, { force: true });
  return text === undefined ? undefined : `${file}${suffix}`;
}

/**
 * Makes the file what it was before the last import, byte for byte, and keeps what it was until now: done twice, it changes nothing.
 * Resolves with what became of the file; `undefined` where there is no backup.
 */
export async function rollBack(file: string, cwd: string): Promise<"restored" | "removed" | undefined> {
  const [text, absent] = [await textIn(`${file}${suffix}`, cwd), await textIn(`${file}${absentSuffix}`, cwd)];
  if (text === undefined && absent === undefined) return undefined;
  const now = await textIn(file, cwd);
  if (text === undefined) await rm(file, { force: true });
  else await replaceFile(file, text, mode);
  await keepBefore(file, now);
  return text === undefined ? "removed" : "restored";
}
