import { constants } from "node:fs";
import { access, stat } from "node:fs/promises";
import { posix, win32 } from "node:path";

/** Where a command is looked for. */
export interface CommandPlace {
  readonly platform: NodeJS.Platform;
  /** `PATH`. */
  readonly path: string;
  /** `PATHEXT`; Windows alone has it. */
  readonly pathExt: string | undefined;
  /** Folder from which a command with a path in it starts. */
  readonly cwd: string;
}

/** The files that could be meant by a command, in the order in which the system tries them. */
export function candidates(command: string, { platform, path, pathExt, cwd }: CommandPlace): readonly string[] {
  const system = platform === "win32" ? win32 : posix;
  const hasPath = command.includes("/") || (platform === "win32" && command.includes("\\"));
  const folders = hasPath ? [cwd] : path.split(system.delimiter).filter((folder) => folder !== "");
  const files = folders.map((folder) => system.resolve(cwd, folder, command));
  if (platform !== "win32") return files;
  const endings = [...(pathExt ?? ".COM;.EXE;.BAT;.CMD").toLowerCase().split(";"), ""];
  return files.flatMap((file) => endings.map((ending) => file + ending));
}

/** The file that a command starts; `undefined` where there is none that may be run. */
export async function findCommand(command: string, place: CommandPlace): Promise<string | undefined> {
  for (const file of candidates(command, place)) {
    if (await isRunnable(file)) return file;
  }
  return undefined;
}

async function isRunnable(file: string): Promise<boolean> {
  try {
    await access(file, constants.X_OK);
    return (await stat(file)).isFile();
  } catch {
    return false;
  }
}
