import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync, readdirSync } from "node:fs";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import type { UpstreamOptions } from "../../src/upstream/options.ts";

const script = fileURLToPath(new URL("fixtures/gateway.mjs", import.meta.url));

/** A gateway that runs as a process of its own; killed at the end, if it still runs. */
export interface Program extends AsyncDisposable {
  readonly process: ChildProcess;
  readonly pid: number;
  /** Where everything is offered. */
  readonly url: string;
  /** Resolves when it has ended, with its exit code; null where a signal ended it. */
  readonly exit: Promise<number | null>;
}

/** Starts a gateway in front of these upstreams; resolves when all of them are ready. */
export async function startProgram(upstreams: readonly UpstreamOptions[], maxOpenFiles?: number): Promise<Program> {
  const node = [process.execPath, script, JSON.stringify(upstreams)];
  const limited = ["-c", `ulimit -n ${maxOpenFiles ?? 0}; exec "$@"`, "sh", ...node];
  const [command = "", ...args] = maxOpenFiles === undefined ? node : ["/bin/sh", ...limited];
  const child = spawn(command, args, { stdio: ["ignore", "pipe", "ignore"] });
  const exit = once(child, "exit").then(([code]: readonly unknown[]) => (typeof code === "number" ? code : null));
  const lines = createInterface({ input: child.stdout });
  const url = await Promise.race([
    once(lines, "line").then(([line]: readonly unknown[]) => String(line)),
    exit.then((code) => {
      throw new Error(`the gateway ended with code ${code} before it was ready`);
    }),
  ]);
  return {
    process: child,
    pid: child.pid ?? 0,
    url,
    exit,
    async [Symbol.asyncDispose]() {
      child.kill("SIGKILL");
      await exit;
    },
  };
}

/** The processes whose parent this is. Linux only. */
export function childrenOf(pid: number): number[] {
  return readdirSync("/proc")
    .map(Number)
    .filter((each) => Number.isInteger(each) && parentOf(each) === pid);
}

function parentOf(pid: number): number | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    return Number(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[1]);
  } catch {
    // It has ended since it was listed.
    return undefined;
  }
}

/** The process ids that the fixture `forks` has noted. */
export function notedIn(file: string): number[] {
  return readFileSync(file, "utf8").trim().split("\n").map(Number);
}
