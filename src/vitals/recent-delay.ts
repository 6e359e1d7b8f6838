import { monitorEventLoopDelay } from "node:perf_hooks";

/** How late timers of this thread came since it was asked last. */
export interface RecentDelay {
  /** What 99 of 100 did not exceed, in ms; looking begins anew. */
  read(): number;
  /** Stops measuring. Safe to call twice. */
  close(): void;
}

/** How often it is looked, in ms: fifty times a second, in native code. */
const resolutionMs = 20;

/** Begins to measure how late timers come. */
export function recentDelay(): RecentDelay {
  const delay = monitorEventLoopDelay({ resolution: resolutionMs });
  delay.enable();
  return {
    read() {
      // What is measured is the whole length between two looks.
      const late = delay.percentile(99) / 1e6 - resolutionMs;
      delay.reset();
      return Math.max(late, 0);
    },
    close() {
      delay.disable();
    },
  };
}
