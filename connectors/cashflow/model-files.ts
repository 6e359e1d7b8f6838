import { type Dirent, constants } from "node:fs";
import { open, readdir, realpath } from "node:fs/promises";
import { join, relative, sep } from "node:path";
import type { Finding } from "./findings.ts";

/** What a folder may hold at most. */
export interface FileLimits {
  /** Largest file, in bytes. Default 1 MiB. */
  readonly maxFileBytes?: number;
  /** Most files. Default 10,000. */
  readonly maxFiles?: number;
  /** Deepest folder. Default 8. */
  readonly maxDepth?: number;
}

export const fileLimitDefaults = {
  maxFileBytes: 1024 * 1024,
  maxFiles: 10_000,
  maxDepth: 8,
} as const satisfies Required<FileLimits>;

/** One file of a model's folder. */
export interface SourceFile {
  /** Path inside the folder, with `/`. */
  readonly name: string;
  readonly text: string;
}

/**
 * The YAML files of a folder, in the order of their names. What cannot be read is a finding, never a throw: links that lead out of the
 * folder, files that are too large, not UTF-8, no files at all, or gone between being listed and being read. Names that begin with a dot
 * are passed over.
 *
 * @throws the folder's own error where it cannot be listed, and the signal's reason.
 */
export async function readModelFiles(
  folder: string,
  options: FileLimits = {},
  signal?: AbortSignal,
): Promise<{ readonly files: readonly SourceFile[]; readonly findings: readonly Finding[] }> {
  const { maxFileBytes } = { ...fileLimitDefaults, ...options };
  const { root, names, findings } = await listModelFiles(folder, options);
  const found = [...findings];
  const files: SourceFile[] = [];
  for (const name of names) {
    signal?.throwIfAborted();
    const result = await readInside(root, name, maxFileBytes);
    if (typeof result === "string") files.push({ name, text: result });
    else found.push(result);
  }
  return { files, findings: found };
}

/**
 * The names of a folder's YAML files, and what is wrong with where they lie. `root` is the folder itself, every link followed.
 *
 * @throws the folder's own error where it cannot be listed.
 */
export async function listModelFiles(
  folder: string,
  options: FileLimits = {},
): Promise<{ readonly root: string; readonly names: readonly string[]; readonly findings: readonly Finding[] }> {
  const limits = { ...fileLimitDefaults, ...options };
  const root = await realpath(folder);
  const findings: Finding[] = [];
  return { root, names: await listFiles(root, limits, findings), findings };
}

/** Whether the name of a file or folder is passed over. */
export function isPassedOver(name: string): boolean {
  return name.startsWith(".") || name === "node_modules";
}

/** Whether a file of this name is a part of a model. */
export function isModelFile(name: string): boolean {
  return /\.ya?ml$/i.test(name);
}

async function listFiles(root: string, limits: Required<FileLimits>, findings: Finding[]): Promise<string[]> {
  const names: string[] = [];
  const walk = async (folder: string, depth: number): Promise<void> => {
    for (const entry of (await entriesOf(folder)).toSorted((a, b) => (a.name < b.name ? -1 : 1))) {
      if (isPassedOver(entry.name)) continue;
      const path = join(folder, entry.name);
      const name = relative(root, path).split(sep).join("/");
      if (entry.isDirectory()) {
        if (depth < limits.maxDepth) await walk(path, depth + 1);
        else
          findings.push(
            refusal(name, "folder_depth", `${name} lies deeper than ${limits.maxDepth} folders.`, "Move it up."),
          );
      } else if (isModelFile(entry.name)) {
        if (names.length >= limits.maxFiles) {
          findings.push(
            refusal(
              name,
              "file_count",
              `There are more than ${limits.maxFiles} files.`,
              "Put several entities into one file.",
            ),
          );
          return;
        }
        names.push(name);
      }
    }
  };
  await walk(root, 0);
  return names;
}

async function entriesOf(folder: string): Promise<Dirent[]> {
  return readdir(folder, { withFileTypes: true });
}

/** The text of a file inside `root`, or why not. */
export async function readInside(root: string, name: string, maxBytes: number): Promise<string | Finding> {
  try {
    const path = await realpath(join(root, name));
    if (!path.startsWith(root + sep)) {
      return refusal(
        name,
        "file_outside",
        `${name} is a link that leads out of the folder.`,
        "Copy the file into the folder.",
      );
    }
    // Not blocking: a named pipe would hold the opening until somebody writes.
    await using file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
    const { size, isFile } = await file.stat().then((stat) => ({ size: stat.size, isFile: stat.isFile() }));
    if (!isFile) return refusal(name, "file_kind", `${name} is no regular file.`, "Write the entities into a file.");
    if (size > maxBytes) {
      return refusal(
        name,
        "file_size",
        `${name} has ${size} bytes, more than ${maxBytes}.`,
        "Divide it into several files.",
      );
    }
    return new TextDecoder("utf-8", { fatal: true }).decode(await file.readFile());
  } catch (error) {
    return unreadable(name, error);
  }
}

function unreadable(name: string, error: unknown): Finding {
  const code = error instanceof Error && "code" in error ? String(error.code) : "";
  if (code === "ENOENT") {
    const message = `${name} is no longer there, or is a link to nothing.`;
    return { ...refusal(name, "file_vanished", message, "Load the model again."), severity: "warning" };
  }
  if (code === "ERR_ENCODING_INVALID_ENCODED_DATA") {
    return refusal(name, "file_encoding", `${name} is not UTF-8.`, "Save it as UTF-8.");
  }
  return refusal(
    name,
    "file_unreadable",
    `${name} cannot be read: ${code === "" ? String(error) : code}.`,
    "Check its permissions.",
  );
}

function refusal(file: string, rule: string, message: string, suggestion: string): Finding {
  return { file, line: 1, column: 1, severity: "error", rule, message, suggestion };
}
