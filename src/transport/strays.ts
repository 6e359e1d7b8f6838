import { readFileSync, readdirSync } from "node:fs";
import { setImmediate as turn } from "node:timers/promises";

/** The variable by which a child's processes are known, wherever they went: they inherit it. */
export const markVariable = "SWITCHYARD_CHILD";

/** Processes that are looked at before others get a turn: about half a millisecond. */
const atATime = 20;
/** Looks, each after the processes that the one before found were killed: one that forks as fast as that is given up. */
const maxLooks = 5;

/**
 * Kills every process whose environment has this mark: those of a child that left its process group and its session. One that has thrown its
 * environment away is not found. Linux only; elsewhere nothing is found. Never rejects.
 */
export async function endStrays(mark: string): Promise<void> {
  if (process.platform !== "linux") return;
  for (let looks = 0; looks < maxLooks; looks += 1) {
    const pids = await straysOf(mark);
    for (const pid of pids) killQuietly(pid);
    if (pids.length === 0) return;
  }
}

async function straysOf(mark: string): Promise<number[]> {
  const wanted = Buffer.from(`\0${markVariable}=${mark}\0`);
  const found: number[] = [];
  let count = 0;
  for (const name of namesIn("/proc")) {
    if (!/^\d/.test(name)) continue;
    if (hasMark(name, wanted)) found.push(Number(name));
    count += 1;
    if (count % atATime === 0) await turn();
  }
  return found;
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    // No /proc, or no more files to be had: what is in the group has been ended all the same.
    return [];
  }
}

function hasMark(pid: string, wanted: Buffer): boolean {
  try {
    const environment = readFileSync(`/proc/${pid}/environ`);
    return environment.includes(wanted) || environment.indexOf(wanted.subarray(1)) === 0;
  } catch {
    // It has ended since it was listed, or belongs to somebody else.
    return false;
  }
}

/** Ends a process outright; nothing where there is none, or none of ours. */
export function killQuietly(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch {
    // It has ended already, or belongs to somebody else by now.
  }
}
