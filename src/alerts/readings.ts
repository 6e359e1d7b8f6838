import type { Counter, Family } from "../metrics/family.ts";
import type { Histogram } from "../metrics/histogram.ts";
import type { Measure } from "./alert-rule.ts";
import { MinuteCounts } from "./minute-counts.ts";
import { type ObjectiveUse, Slo } from "./slo.ts";
import type { SloOptions } from "./alert-options.ts";
import { Tally, judgedMinutes } from "./tally.ts";

/** How everything stands at a look. */
export interface Look {
  /** What is counted of calls since the start. */
  readonly families: readonly Family<Counter | Histogram>[];
  /** Servers, and why those are not connected that should be. */
  readonly upstreams: readonly { readonly name: string; readonly down: string | undefined }[];
  /** How long calls of a tool should take, in ms, by SERVER/TOOL, as connectors say of their own. */
  readonly within: ReadonlyMap<string, number>;
  readonly eventLoopMs: number;
  readonly memoryPercent: number;
  /** Undefined where nothing is kept, or not known yet. */
  readonly diskPercent: number | undefined;
  /** What was given up since the start. */
  readonly dropped: number;
}

/** What a measure is of; of the gateway itself without any. */
export interface Subject {
  readonly upstream?: string;
  readonly tool?: string;
}

/** What a measure shows of something. `why` is said with it. */
export interface Reading {
  readonly subject: Subject;
  readonly value: number;
  readonly why?: string;
}

/** Calls of the last minutes that a server must have for anything to follow from how they went. */
export const leastJudged = 20;

const minuteMs = 60_000;

/** Makes readings of looks, one after another: what lies between two is what happened. */
export class Readings {
  readonly #tally = new Tally();
  readonly #slo: Slo;
  readonly #dropped = new MinuteCounts();
  #droppedBefore = 0;
  #uses: readonly ObjectiveUse[] = [];
  #minute = 0;
  #look: Look | undefined;

  constructor(slo: SloOptions) {
    this.#slo = new Slo(slo);
  }

  /** From now on this is expected of tools. */
  change(slo: SloOptions): void {
    this.#slo.change(slo);
  }

  /** Takes up a look; `at` is monotonic time in ms. */
  take(look: Look, at: number): void {
    const minute = Math.floor(at / minuteMs);
    this.#tally.take(look.families, minute);
    this.#slo.take(this.#tally.tools, minute, look.within);
    this.#dropped.add(minute, { all: look.dropped - this.#droppedBefore, bad: 0 });
    this.#uses = this.#slo.uses(this.#tally.tools, minute);
    [this.#droppedBefore, this.#minute, this.#look] = [look.dropped, minute, look];
  }

  /** How every objective was met at the latest look. */
  get objectives(): readonly ObjectiveUse[] {
    return this.#uses;
  }

  /** What a measure showed at the latest look; of what it shows nothing, there is no reading. */
  of(measure: Measure): readonly Reading[] {
    const look = this.#look;
    if (look === undefined) return [];
    switch (measure) {
      case "upstream_down":
        return look.upstreams.map(({ name, down }) => downReading(name, down));
      case "error_percent":
        return look.upstreams.flatMap(({ name }) => this.#errorsOf(name));
      case "p99_ms":
        return look.upstreams.flatMap(({ name }) => this.#p99Of(name));
      case "event_loop_ms":
        return ofGateway(look.eventLoopMs);
      case "memory_percent":
        return ofGateway(look.memoryPercent);
      case "disk_percent":
        return ofGateway(look.diskPercent);
      case "dropped":
        return ofGateway(this.#dropped.sum(this.#minute, judgedMinutes).all);
      case "burn_1h":
        return burnReadings(this.#uses, ({ burn1h }) => burn1h);
      case "burn_6h":
        return burnReadings(this.#uses, ({ burn6h }) => burn6h);
    }
  }

  #errorsOf(upstream: string): Reading[] {
    const { all, bad } = this.#tally.callsOf(upstream, this.#minute);
    return all < leastJudged ? [] : [{ subject: { upstream }, value: (bad / all) * 100 }];
  }

  #p99Of(upstream: string): Reading[] {
    const durations = this.#tally.durationsOf(upstream);
    const value = durations?.quantile(0.99);
    return durations === undefined || value === undefined || durations.count < leastJudged
      ? []
      : [{ subject: { upstream }, value }];
  }
}

function ofGateway(value: number | undefined): Reading[] {
  return value === undefined ? [] : [{ subject: {}, value }];
}

function downReading(upstream: string, down: string | undefined): Reading {
  return down === undefined ? { subject: { upstream }, value: 0 } : { subject: { upstream }, value: 1, why: down };
}

/**
 * Of a tool with two objectives, the one that is missed faster. What only a connector says of itself wakes nobody: how quick what is behind it can be,
 * nobody here has measured.
 */
function burnReadings(
  uses: readonly ObjectiveUse[],
  burnOf: (use: ObjectiveUse) => number | undefined,
): readonly Reading[] {
  const found = new Map<string, Reading>();
  for (const use of uses) {
    const { upstream, tool, kind, from } = use;
    if (from === "connector") continue;
    const [value, key] = [burnOf(use), `${upstream}/${tool}`];
    if (value === undefined || value <= (found.get(key)?.value ?? -1)) continue;
    const why = kind === "success" ? "calls fail" : `calls take longer than ${String(use.withinMs)} ms`;
    found.set(key, { subject: { upstream, tool }, value, why });
  }
  return [...found.values()];
}
