import { execFile } from "node:child_process";
import { closeSync, openSync, readFileSync, readSync, readdirSync } from "node:fs";
import { setTimeout as pause } from "node:timers/promises";
import { promisify } from "node:util";
import { type KernelUnits, type ProcessRow, psColumns, rowOfPs, rowOfStat, unitsIn } from "./process-row.ts";

/**
 * Every process that can be seen, in one pass. With `known`, those suffice where no process has begun since the pass before.
 *
 * @param known ids of the processes that matter.
 */
export type ReadProcesses = (known?: readonly number[]) => Promise<readonly ProcessRow[]>;

/** Processes that are read at once: about a third of a millisecond. What else there is to do then has as long at least. */
const atATime = 8;
const pauseMs = 1;
/** More than a line of `/proc/PID/stat` can have. */
const statBytes = 4096;
/** Longest that `ps` may take, in ms, and the most that it may say. */
const psTimeoutMs = 5000;
const psMaxBytes = 16 * 1024 * 1024;

/** How this machine's processes are read; undefined on Windows, where they are not. */
export function processReader(platform: NodeJS.Platform = process.platform): ReadProcesses | undefined {
  if (platform === "win32") return undefined;
  return platform === "linux" ? procReader() : readPs;
}

/** Reads `/proc`. Each file by itself is far faster synchronously, as the kernel makes it up in memory. */
function procReader(): ReadProcesses {
  let units: KernelUnits | undefined;
  let newest: string | undefined;
  const buffer = Buffer.alloc(statBytes);
  return async (known) => {
    units ??= unitsIn(readFileSync("/proc/self/auxv"));
    const before = newest;
    newest = newestProcess();
    const names = known !== undefined && newest === before ? known.map(String) : readdirSync("/proc");
    const rows: ProcessRow[] = [];
    let count = 0;
    for (const name of names) {
      if (!/^\d/.test(name)) continue;
      const row = readStat(name, buffer, units);
      if (row !== undefined) rows.push(row);
      count += 1;
      if (count % atATime === 0) await pause(pauseMs);
    }
    return rows;
  };
}

/**
 * Which process or thread began last: as long as that stays the same, there is none that was not there before.
 *
 * @see proc_loadavg(5), the fifth field.
 */
function newestProcess(): string | undefined {
  return readFileSync("/proc/loadavg", "latin1").split(" ")[4];
}

function readStat(pid: string, buffer: Buffer, units: KernelUnits): ProcessRow | undefined {
  let file: number | undefined;
  try {
    file = openSync(`/proc/${pid}/stat`, "r");
    return rowOfStat(buffer.toString("latin1", 0, readSync(file, buffer)), units);
  } catch {
    // It has ended since it was listed.
    return undefined;
  } finally {
    if (file !== undefined) closeSync(file);
  }
}

const run = promisify(execFile);

/** Asks `ps`, as POSIX has it. */
export async function readPs(): Promise<readonly ProcessRow[]> {
  const env = { PATH: process.env["PATH"] ?? "/bin:/usr/bin", LC_ALL: "C" };
  const options = { env, timeout: psTimeoutMs, maxBuffer: psMaxBytes };
  const { stdout } = await run("ps", ["-A", "-o", psColumns], options);
  return stdout.split("\n").flatMap((line) => rowOfPs(line) ?? []);
}
