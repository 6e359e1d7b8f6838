import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { type Command, type Ended, inFolder, runCommand, startCommand } from "./command-line.ts";

/** Somebody's home and a project of theirs, in which they call `switchyard`. */
export interface Place {
  readonly home: string;
  readonly project: string;
  /** `switchyard.jsonc` in the project; not there at first. */
  readonly config: string;
  /** Writes a file, its folders included. */
  readonly write: (file: string, text: string) => Promise<void>;
  readonly run: (...args: readonly string[]) => Promise<Ended>;
  readonly start: (...args: readonly string[]) => Command;
}

/** Runs with a new empty home and an empty project, which are gone afterwards; `env` is added to the commands' environment. */
export async function inPlace(
  run: (place: Place) => Promise<void>,
  env: Readonly<Record<string, string>> = {},
): Promise<void> {
  await inFolder(async (folder) => {
    const [home, project] = [join(folder, "home"), join(folder, "project")];
    await mkdir(home);
    await mkdir(project);
    const theirs = { HOME: home, XDG_CONFIG_HOME: "", CLAUDE_CONFIG_DIR: "", CODEX_HOME: "", APPDATA: "", ...env };
    await run({
      home,
      project,
      config: join(project, "switchyard.jsonc"),
      write: async (file, text) => {
        await mkdir(dirname(file), { recursive: true });
        await writeFile(file, text);
      },
      run: (...args) => runCommand(args, project, theirs),
      start: (...args) => startCommand(args, project, theirs),
    });
  });
}
