import { posix, win32 } from "node:path";

/** What decides where programs keep their files. Nothing here is looked up: tests name any machine. */
export interface Machine {
  readonly platform: NodeJS.Platform;
  readonly env: NodeJS.ProcessEnv;
  /** Home folder of the person. */
  readonly home: string;
  /** Folder of the project: where the command was called. */
  readonly cwd: string;
}

/** Joins as the machine's system does. */
export function joined({ platform }: Machine, ...parts: readonly string[]): string {
  return (platform === "win32" ? win32 : posix).join(...parts);
}

/** Where desktop programs keep their settings: `%APPDATA%`, `~/Library/Application Support`, `$XDG_CONFIG_HOME` or `~/.config`. */
export function settingsFolder(machine: Machine): string {
  const { platform, env, home } = machine;
  if (platform === "win32") return filled(env["APPDATA"]) ?? joined(machine, home, "AppData", "Roaming");
  if (platform === "darwin") return joined(machine, home, "Library", "Application Support");
  return filled(env["XDG_CONFIG_HOME"]) ?? joined(machine, home, ".config");
}

/** A folder that a variable may name; else the one in the home folder. */
export function namedFolder(machine: Machine, variable: string, ...inHome: readonly string[]): string {
  return filled(machine.env[variable]) ?? joined(machine, machine.home, ...inHome);
}

function filled(text: string | undefined): string | undefined {
  return text === "" ? undefined : text;
}
