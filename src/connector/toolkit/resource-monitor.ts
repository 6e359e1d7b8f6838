import { type Clock, systemClock } from "../../core/clock.ts";
import { type WorkLimits, type WorkUse, watchWork } from "../../vitals/work-monitor.ts";

/** What a monitor is made with. */
export interface ResourceMonitorOptions {
  /** Default: 240 s and 300 s, 60 % and 80 % of a thread, 768 MiB and 1024 MiB of heap. */
  readonly limits?: Partial<WorkLimits>;
  /** Told once for each soft limit that a piece of work passes: one sentence with the numbers. */
  readonly onWarning?: (text: string) => void;
  readonly clock?: Clock;
}

/** Keeps pieces of work of this process within limits, and knows what the last one used. See `watchWork` for what it cannot do. */
export class ResourceMonitor {
  readonly #options: ResourceMonitorOptions;
  #lastUse: WorkUse | undefined;

  constructor(options: ResourceMonitorOptions = {}) {
    this.#options = options;
  }

  /** What the work that ended last used at the most; undefined before any has ended well. */
  get lastUse(): WorkUse | undefined {
    return this.#lastUse;
  }

  /**
   * Runs a piece of work; its signal fires when it is to end, because it uses too much or because the given one has fired.
   *
   * @throws {GatewayError} `deadline_exceeded`, `upstream_over_limit`; what the work throws.
   */
  async run<T>(work: (signal: AbortSignal) => Promise<T>, signal?: AbortSignal): Promise<T> {
    const { clock = systemClock, ...rest } = this.#options;
    const within = (limit: AbortSignal): Promise<T> =>
      work(signal === undefined ? limit : AbortSignal.any([limit, signal]));
    const { value, use } = await watchWork(within, { clock, ...rest });
    this.#lastUse = use;
    return value;
  }
}
