import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** The command's script. */
export const main = fileURLToPath(new URL("../../src/cli/main.js", import.meta.url));

/** A command that runs, or has run; killed where it still runs when it is disposed of. */
export interface Command extends AsyncDisposable {
  readonly pid: number;
  stdout(): string;
  stderr(): string;
  /** Resolves when stdout or stderr has come to contain this. */
  says(text: string | RegExp): Promise<void>;
  kill(signal: NodeJS.Signals): void;
  /** Resolves with the exit status, or -1 where a signal ended it. */
  readonly exited: Promise<number>;
}

/** Starts `switchyard` with these arguments in this folder; with a limit, none of its files may grow beyond so many KiB. */
export function startCommand(
  args: readonly string[],
  cwd: string,
  env: Readonly<Record<string, string>> = {},
  { fileLimitKiB }: { readonly fileLimitKiB?: number } = {},
): Command {
  const all = [process.execPath, main, ...args];
  // Without the signal, what is too much fails as on a full disk; dash counts in blocks of 512 bytes.
  const limited = `trap "" XFSZ; ulimit -f ${2 * (fileLimitKiB ?? 0)}; exec "$@"`;
  const [file = "", ...rest] = fileLimitKiB === undefined ? all : ["/bin/sh", "-c", limited, "sh", ...all];
  const child = spawn(file, rest, { cwd, env: { ...process.env, ...env } });
  let out = "";
  let err = "";
  const heard = new Set<() => void>();
  const hear = (): void => {
    for (const listener of heard) listener();
  };
  child.stdout.on("data", (chunk: Buffer) => {
    out += chunk.toString();
    hear();
  });
  child.stderr.on("data", (chunk: Buffer) => {
    err += chunk.toString();
    hear();
  });
  const exited = once(child, "close").then(([code]) => (typeof code === "number" ? code : -1));
  return {
    pid: child.pid ?? 0,
    stdout: () => out,
    stderr: () => err,
    says: (text) => saysOf(() => out + err, text, heard, exited),
    kill: (signal) => {
      child.kill(signal);
    },
    exited,
    async [Symbol.asyncDispose]() {
      if (child.exitCode === null && child.signalCode === null) child.kill("SIGKILL");
      await exited;
    },
  };
}

async function saysOf(
  said: () => string,
  text: string | RegExp,
  heard: Set<() => void>,
  exited: Promise<number>,
): Promise<void> {
  const isSaid = (): boolean => (typeof text === "string" ? said().includes(text) : text.test(said()));
  if (isSaid()) return;
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const listener = (): void => {
    if (isSaid()) resolve();
  };
  heard.add(listener);
  void exited.then(() => {
    if (isSaid()) resolve();
    else reject(new Error(`it ended without saying ${String(text)}; it said: ${said()}`));
  });
  await promise.finally(() => heard.delete(listener));
}

/** What a command left. */
export interface Ended {
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs `switchyard` with these arguments to its end. */
export async function runCommand(
  args: readonly string[],
  cwd: string,
  env: Readonly<Record<string, string>> = {},
): Promise<Ended> {
  await using command = startCommand(args, cwd, env);
  const status = await command.exited;
  return { status, stdout: command.stdout(), stderr: command.stderr() };
}

/** Runs with a new empty folder, which is gone afterwards. */
export async function inFolder<T>(run: (folder: string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), "switchyard-"));
  try {
    return await run(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
