import { performance } from "node:perf_hooks";
import type { Clock } from "../core/clock.ts";
import { GatewayError } from "../core/errors.ts";
import type { Limit } from "../upstream/limits.ts";

/** How much a piece of work in this process may use. */
export interface WorkLimits {
  /** How long it may take, in ms. */
  readonly timeMs: Limit;
  /** How much of its thread's time was busy, over ten seconds, in percent; whatever kept it busy. */
  readonly busyPercent: Limit;
  /** How much larger the heap is than when it began, in MiB; whatever filled it. */
  readonly heapMiB: Limit;
}

/** What holds where nothing is said. */
export const workLimitDefaults = {
  timeMs: { soft: 240_000, hard: 300_000 },
  busyPercent: { soft: 60, hard: 80 },
  heapMiB: { soft: 768, hard: 1024 },
} as const satisfies WorkLimits;

/** What a piece of work used at the most while it ran. */
export interface WorkUse {
  readonly elapsedMs: number;
  readonly peakBusyPercent: number;
  readonly peakHeapMiB: number;
  /** What was warned of, and what ended it. */
  readonly warned: readonly (keyof WorkLimits)[];
  readonly exceeded: keyof WorkLimits | undefined;
}

/** What this thread and its heap have used so far; the process's own where it is left out. */
export interface ReadWork {
  /** Time in ms in which the thread was busy since its start. */
  readonly busyMs: () => number;
  readonly heapBytes: () => number;
}

/** What a monitor is made with. */
export interface WorkMonitorOptions {
  readonly clock: Clock;
  readonly limits?: Partial<WorkLimits>;
  readonly read?: ReadWork;
  /** Told once for each soft limit that is passed: one sentence with the numbers. */
  readonly onWarning?: (text: string) => void;
}

const lookMs = 1000;
/** Looks that an average of how busy the thread is takes in. */
const busyLooks = 10;
const mib = 1024 * 1024;

const ownWork: ReadWork = {
  busyMs: () => performance.eventLoopUtilization().active,
  heapBytes: () => process.memoryUsage().heapUsed,
};

/**
 * Watches a piece of work in this process and ends it where it uses too much, for connectors whose work is not in a process of its own.
 *
 * What it cannot do: tell one piece of work from another, as a thread and its heap are shared by all that runs in it, so that with several under way each
 * answers for all; look while code runs that does not wait, so that such code is found out after it; and end what does not heed the signal. For
 * what may run away, start a server with a command: its processes are measured and ended from outside.
 *
 * @throws {GatewayError} `deadline_exceeded` — it took too long; `upstream_over_limit` — the thread was too busy or the heap grew too far; `data`
 *   has the limit and what was used. At once, also where the work does not heed the signal and goes on.
 */
export async function watchWork<T>(
  work: (signal: AbortSignal) => Promise<T>,
  options: WorkMonitorOptions,
): Promise<{ readonly value: T; readonly use: WorkUse }> {
  const { clock } = options;
  const controller = new AbortController();
  const watch = new WorkWatch(options, (problem) => {
    controller.abort(problem);
  });
  const stop = clock.every(lookMs, () => {
    watch.look();
  });
  try {
    const ended = Promise.withResolvers<never>();
    controller.signal.addEventListener("abort", () => {
      ended.reject(controller.signal.reason);
    });
    const value = await Promise.race([work(controller.signal), ended.promise]);
    return { value, use: watch.use };
  } finally {
    stop();
  }
}

interface Look {
  readonly at: number;
  readonly busyMs: number;
}

class WorkWatch {
  readonly #clock: Clock;
  readonly #limits: WorkLimits;
  readonly #read: ReadWork;
  readonly #onWarning: (text: string) => void;
  readonly #end: (problem: GatewayError) => void;
  readonly #beganAt: number;
  readonly #heapBefore: number;
  readonly #warned = new Set<keyof WorkLimits>();
  #looks: Look[];
  #peakBusyPercent = 0;
  #peakHeapMiB = 0;
  #exceeded: keyof WorkLimits | undefined;

  constructor({ clock, limits, read = ownWork, onWarning }: WorkMonitorOptions, end: (problem: GatewayError) => void) {
    this.#clock = clock;
    this.#limits = { ...workLimitDefaults, ...limits };
    this.#read = read;
    this.#onWarning = onWarning ?? (() => undefined);
    this.#end = end;
    this.#beganAt = clock.monotonic();
    this.#heapBefore = read.heapBytes();
    this.#looks = [{ at: this.#beganAt, busyMs: read.busyMs() }];
  }

  get use(): WorkUse {
    return {
      elapsedMs: this.#clock.monotonic() - this.#beganAt,
      peakBusyPercent: this.#peakBusyPercent,
      peakHeapMiB: this.#peakHeapMiB,
      warned: [...this.#warned],
      exceeded: this.#exceeded,
    };
  }

  look(): void {
    const heapMiB = Math.max(0, (this.#read.heapBytes() - this.#heapBefore) / mib);
    const busyPercent = this.#busyPercent();
    this.#peakHeapMiB = Math.max(this.#peakHeapMiB, heapMiB);
    this.#peakBusyPercent = Math.max(this.#peakBusyPercent, busyPercent ?? 0);
    this.#judge("timeMs", this.#clock.monotonic() - this.#beganAt, "takes", "ms");
    this.#judge("heapMiB", heapMiB, "made the heap larger by", "MiB");
    if (busyPercent !== undefined) this.#judge("busyPercent", busyPercent, "kept its thread busy for", "% of its time");
  }

  /** Over the last ten seconds; undefined before they are over, as working hard for a moment is what a thread is for. */
  #busyPercent(): number | undefined {
    const now = { at: this.#clock.monotonic(), busyMs: this.#read.busyMs() };
    this.#looks = [...this.#looks, now].slice(-busyLooks - 1);
    const [first] = this.#looks;
    if (first === undefined || this.#looks.length <= busyLooks) return undefined;
    return ((now.busyMs - first.busyMs) / Math.max(now.at - first.at, 1)) * 100;
  }

  #judge(measure: keyof WorkLimits, value: number, verb: string, unit: string): void {
    const { soft, hard } = this.#limits[measure];
    const text = `The work ${verb} ${Math.round(value)} ${unit}`;
    if (hard !== undefined && value > hard && this.#exceeded === undefined) {
      this.#exceeded = measure;
      const code = measure === "timeMs" ? "deadline_exceeded" : "upstream_over_limit";
      const { peakBusyPercent, peakHeapMiB, elapsedMs } = this.use;
      const peaks = { elapsedMs, peakBusyPercent: Math.round(peakBusyPercent), peakHeapMiB: Math.round(peakHeapMiB) };
      const data = { measure, value: Math.round(value), limit: hard, ...peaks, suggestion: "Ask for less at once." };
      this.#end(new GatewayError(code, `${text}, above the limit of ${hard}`, { data }));
    } else if (soft !== undefined && value > soft && !this.#warned.has(measure)) {
      this.#warned.add(measure);
      this.#onWarning(`${text}, above the soft limit of ${soft}`);
    }
  }
}
