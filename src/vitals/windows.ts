import type { Measured } from "./look.ts";
import { trendWindows, windowMs } from "./trend.ts";

/** What was measured in one minute. */
export interface Window {
  /** Monotonic time in ms. */
  readonly from: number;
  readonly cpuMs: number;
  readonly leastBytes: number;
  readonly leastProcesses: number;
}

/** A window that is over, with the processor time of its whole length. */
export interface ClosedWindow extends Window {
  /** In percent of one processor. */
  readonly cpuPercent: number;
}

/** The window that is open, and the last that are over, oldest first. */
export interface Windows {
  readonly open: Window;
  readonly closed: readonly ClosedWindow[];
}

/** What a child begins with. */
export function noWindows(at: number): Windows {
  return { open: emptyWindow(at), closed: [] };
}

/** Takes up what was measured; a window that is a minute old is over with it. Pure. */
export function withMeasured({ open, closed }: Windows, at: number, measured: Measured): Windows {
  const window: Window = {
    from: open.from,
    cpuMs: open.cpuMs + measured.cpuMs,
    leastBytes: Math.min(open.leastBytes, measured.residentBytes),
    leastProcesses: Math.min(open.leastProcesses, measured.processes),
  };
  const lengthMs = at - open.from;
  if (lengthMs < windowMs) return { open: window, closed };
  const over = { ...window, cpuPercent: Math.round((window.cpuMs / lengthMs) * 1000) / 10 };
  return { open: emptyWindow(at), closed: [...closed, over].slice(-trendWindows) };
}

function emptyWindow(from: number): Window {
  return { from, cpuMs: 0, leastBytes: Number.POSITIVE_INFINITY, leastProcesses: Number.POSITIVE_INFINITY };
}
