import { closeSync, openSync, readFileSync, readSync, readdirSync } from "node:fs";
import { setTimeout as pause } from "node:timers/promises";

/** The variable by which a child's processes are known, wherever they went: they inherit it. */
export const markVariable = "SWITCHYARD_CHILD";

/** Processes that are looked at at once: some tenths of a millisecond, where their environments are looked at too. Calls then have as long at least. */
const atATime = 8;
const pauseMs = 1;
/** Looks, with a pause of 1, 2, 4, … ms after each that found something, half a second in all: one that forks as fast as that is given up. */
const maxLooks = 10;

/**
 * Kills every process whose environment has this mark, those of a child that left its process group and its session, and resolves when
 * none of them runs any more. One that has thrown its environment away is not found. Linux only; elsewhere nothing is found. Never rejects.
 *
 * @param since when the child began, as {@link beginOf} says: what began earlier is none of its.
 */
export async function endStrays(mark: string, since = 0): Promise<void> {
  if (process.platform !== "linux") return;
  for (let looks = 0; looks < maxLooks; looks += 1) {
    if (!(await findsStrays(mark, since))) return;
    await pause(2 ** looks);
  }
}

/** When a process began, in ticks since the machine did; 0 where that is not told. */
export function beginOf(pid: number): number {
  return standingOf(String(pid))?.begunAt ?? 0;
}

/** Kills what has the mark. True where there was such a process, or one of which it cannot be said yet. */
async function findsStrays(mark: string, since: number): Promise<boolean> {
  const wanted = Buffer.from(`\0${markVariable}=${mark}\0`);
  let hasFound = false;
  let count = 0;
  for (const pid of namesIn("/proc")) {
    const standing = /^\d/.test(pid) ? standingOf(pid) : undefined;
    // To show an environment takes the kernel ten times as long.
    if (standing !== undefined && standing.begunAt >= since) {
      const environment = bytesOf(`/proc/${pid}/environ`);
      if (has(environment, wanted)) {
        killQuietly(Number(pid));
        hasFound = true;
      } else if (environment.length === 0 && isBetween(pid, standing)) hasFound = true;
    }
    count += 1;
    if (count % atATime === 0) await pause(pauseMs);
  }
  return hasFound;
}

/** What `/proc/PID/stat` says of a process. */
interface Standing {
  readonly state: string;
  readonly group: string;
  readonly begunAt: number;
}

/** Undefined where the process has ended. */
function standingOf(pid: string): Standing | undefined {
  const stat = lineOf(`/proc/${pid}/stat`);
  if (stat === "") return undefined;
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ", 20);
  return { state: fields[0] ?? "", group: fields[2] ?? "", begunAt: Number(fields[19]) };
}

function has(environment: Buffer, wanted: Buffer): boolean {
  return environment.includes(wanted) || environment.indexOf(wanted.subarray(1)) === 0;
}

/**
 * Whether a process without an environment is about to get one or has just lost it: while it loads its program and while it ends, it has
 * no arguments either. The kernel's own threads, which have none for good, are in no process group.
 *
 * @see proc_pid_environ(5), proc_pid_cmdline(5), proc_pid_stat(5).
 */
function isBetween(pid: string, { state, group }: Standing): boolean {
  return state !== "Z" && state !== "X" && group !== "0" && bytesOf(`/proc/${pid}/cmdline`).length === 0;
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    // No /proc, or no more files to be had: what is in the group has been ended all the same.
    return [];
  }
}

/** More than a line of `/proc/PID/stat` can have. */
const line = Buffer.alloc(4096);

/** A line of a file that the kernel makes up; half the price of a file of unknown size. Empty where there is none. */
function lineOf(file: string): string {
  let opened: number | undefined;
  try {
    opened = openSync(file, "r");
    return line.toString("latin1", 0, readSync(opened, line));
  } catch {
    return "";
  } finally {
    if (opened !== undefined) closeSync(opened);
  }
}

/** Nothing where the process has ended since it was listed, is ending, or belongs to somebody else. */
function bytesOf(file: string): Buffer {
  try {
    return readFileSync(file);
  } catch {
    return nothing;
  }
}

const nothing = Buffer.alloc(0);

/** Ends a process outright; nothing where there is none, or none of ours. What is no number of one process would reach a whole group, ours for 0. */
export function killQuietly(pid: number): void {
  if (!(pid > 0)) return;
  try {
    process.kill(pid, "SIGKILL");
  } catch {
    // It has ended already, or belongs to somebody else by now.
  }
}
