import type { ProcessUsage } from "../upstream/child-watch.ts";
import type { ProcessRow } from "./process-row.ts";
import { isSame } from "./tree.ts";

/** A process tree as it was at one moment. */
export interface Look {
  /** Monotonic time in ms. */
  readonly at: number;
  readonly tree: ReadonlyMap<number, ProcessRow>;
}

/** What a tree used between two looks. */
export interface Measured extends Omit<ProcessUsage, "at"> {
  /** Processor time since the look before, in ms. */
  readonly cpuMs: number;
}

/** What the tree uses; a process that has come since the look before counts from its start, one that has ended does not count. */
export function usageBetween(before: Look, now: Look): Measured {
  let [cpuMs, residentBytes] = [0, 0];
  for (const row of now.tree.values()) {
    const earlier = before.tree.get(row.pid);
    cpuMs += row.cpuMs - (earlier !== undefined && isSame(earlier, row) ? earlier.cpuMs : 0);
    residentBytes += row.residentBytes;
  }
  const elapsedMs = Math.max(now.at - before.at, 1);
  const cpuPercent = Math.round((cpuMs / elapsedMs) * 1000) / 10;
  return { cpuMs, cpuPercent, residentBytes, processes: now.tree.size };
}
