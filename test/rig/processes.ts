import { type ChildProcess } from "node:child_process";
import { subscribe, unsubscribe } from "node:diagnostics_channel";
import { readFileSync } from "node:fs";

/** Whether a process runs. One that has ended but that nobody has collected yet does not. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch {
    return false;
  }
  return !isZombie(pid);
}

/** Linux only; elsewhere nothing is taken for a zombie. */
function isZombie(pid: number): boolean {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    return stat.slice(stat.lastIndexOf(")") + 2).startsWith("Z");
  } catch {
    return false;
  }
}

/** Takes note of every child that this process starts, whoever starts it. */
export class ChildWatch {
  readonly #children = new Set<ChildProcess>();
  readonly #take = (message: unknown): void => {
    if (isStart(message)) this.#children.add(message.process);
  };

  constructor() {
    subscribe("child_process", this.#take);
  }

  /** The ids of all that were started. */
  get pids(): number[] {
    return [...this.#children].flatMap(({ pid }) => (pid === undefined ? [] : [pid]));
  }

  /** Those that still run. */
  get alive(): number[] {
    return this.pids.filter(isAlive);
  }

  stop(): void {
    unsubscribe("child_process", this.#take);
  }
}

function isStart(message: unknown): message is { readonly process: ChildProcess } {
  return typeof message === "object" && message !== null && "process" in message;
}
