import { performance } from "node:perf_hooks";
import type { Clock } from "../core/clock.ts";

/** What the gateway's own process used between two looks. */
export interface OwnUse {
  /** Of one processor. */
  readonly cpuPercent: number;
  readonly residentBytes: number;
  readonly heapBytes: number;
  /** Share of the time in which its thread was busy, 0 to 1. */
  readonly busyRatio: number;
}

/** Looks at the own process; what is returned looks again, and says what was used since the look before. */
export function watchOwnUse(clock: Clock): () => OwnUse {
  let at = clock.monotonic();
  let cpu = process.cpuUsage();
  let loop = performance.eventLoopUtilization();
  return () => {
    const [now, cpuNow, loopNow] = [clock.monotonic(), process.cpuUsage(), performance.eventLoopUtilization()];
    const cpuMs = (cpuNow.user + cpuNow.system - cpu.user - cpu.system) / 1000;
    const { utilization } = performance.eventLoopUtilization(loopNow, loop);
    const { rss, heapUsed } = process.memoryUsage();
    const cpuPercent = Math.round((cpuMs / Math.max(now - at, 1)) * 1000) / 10;
    [at, cpu, loop] = [now, cpuNow, loopNow];
    return { cpuPercent, residentBytes: rss, heapBytes: heapUsed, busyRatio: Math.round(utilization * 1000) / 1000 };
  };
}
