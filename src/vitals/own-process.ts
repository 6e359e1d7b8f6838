import { type EventLoopUtilization, monitorEventLoopDelay, performance } from "node:perf_hooks";
import type { Clock } from "../core/clock.ts";
import type { Sample } from "../metrics/report.ts";

/** How often it is looked how late a timer comes, in ms: fifty times a second, in native code. */
const resolutionMs = 20;

const quantiles = [0.5, 0.95, 0.99] as const;

/** What the gateway's own process uses, and how late its thread is. */
export class OwnProcess {
  readonly #delay = monitorEventLoopDelay({ resolution: resolutionMs });
  readonly #startedAt: number;
  #before: EventLoopUtilization = performance.eventLoopUtilization();

  /** Begins to measure how late timers come. */
  constructor(clock: Clock) {
    this.#startedAt = clock.now() - process.uptime() * 1000;
    this.#delay.enable();
  }

  samples(): Sample[] {
    const { user, system } = process.cpuUsage();
    const { rss, heapUsed } = process.memoryUsage();
    const now = performance.eventLoopUtilization();
    const { utilization } = performance.eventLoopUtilization(now, this.#before);
    this.#before = now;
    return [
      { name: "process_cpu_seconds_total", value: (user + system) / 1e6 },
      { name: "process_resident_memory_bytes", value: rss },
      { name: "process_heap_bytes", value: heapUsed },
      { name: "process_start_time_seconds", value: this.#startedAt / 1000 },
      { name: "switchyard_event_loop_busy_ratio", value: utilization },
      ...quantiles.map((quantile): Sample => {
        const value = this.#lateness(quantile);
        return { name: "switchyard_event_loop_delay_seconds", labels: { quantile: String(quantile) }, value };
      }),
    ];
  }

  /** What is measured is the whole length between two looks. */
  #lateness(quantile: number): number {
    const ms = this.#delay.percentile(quantile * 100) / 1e6 - resolutionMs;
    return Math.max(ms, 0) / 1000;
  }

  /** Stops measuring. Safe to call twice. */
  close(): void {
    this.#delay.disable();
  }
}
