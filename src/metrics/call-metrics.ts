import { maxSeries, metricTable } from "./definitions.ts";
import { Counter, Family } from "./family.ts";
import { Histogram } from "./histogram.ts";
import type { Sample } from "./report.ts";

/** What is counted of a call that ended. Times are monotonic, in ms. */
export interface CallFigures {
  readonly method: string;
  /** Undefined where it went to none. */
  readonly upstream: string | undefined;
  /** Undefined where it is no tool call. */
  readonly tool: string | undefined;
  /** `ok`, or how it failed. */
  readonly outcome: string;
  /** What failed: a code of Switchyard's, or the cause that an upstream's words tell. */
  readonly code: string | undefined;
  /** The stages in the order in which they were reached, and when each was. */
  readonly stages: readonly string[];
  readonly times: readonly number[];
  readonly endedAt: number;
  readonly attempts: number;
  /** Undefined where the request's own size is not known. */
  readonly bytesIn: number | undefined;
  readonly bytesOut: number;
  /** What the cache did; undefined where it had nothing to do with the call. */
  readonly cache?: string | undefined;
}

/** Where calls of one tool are counted: found once, so that a call costs no look by labels. */
interface ToolSeries {
  readonly duration: Histogram;
  readonly ok: Counter;
  readonly attempts: Counter;
  readonly bytesIn: Counter;
  readonly bytesOut: Counter;
}

/** Tools whose series are kept at hand. What is beyond is found anew each time. */
const maxKept = 10_000;

/** Counts calls. One call costs about a microsecond. */
export class CallMetrics {
  readonly calls = counters("switchyard_calls_total");
  readonly durations = histograms("switchyard_call_duration_seconds");
  readonly stages = histograms("switchyard_stage_duration_seconds");
  readonly attempts = counters("switchyard_attempts_total");
  readonly requestBytes = counters("switchyard_request_bytes_total");
  readonly answerBytes = counters("switchyard_answer_bytes_total");
  readonly cacheLookups = counters("switchyard_cache_lookups_total");
  readonly #byUpstream = new Map<string, Map<string, ToolSeries>>();
  readonly #byStage = new Map<string, Histogram>();
  #kept = 0;

  /** Every metric that is counted here. */
  get families(): readonly Family<Counter | Histogram>[] {
    const { calls, durations, stages, attempts, requestBytes, answerBytes, cacheLookups } = this;
    return [calls, durations, stages, attempts, requestBytes, answerBytes, cacheLookups];
  }

  /** How many series each has. */
  sizes(): Sample[] {
    return this.families.map(({ name, size }) => ({
      name: "switchyard_metric_series",
      labels: { metric: name },
      value: size,
    }));
  }

  /** Takes a call that ended into account. */
  ended(figures: CallFigures): void {
    const { upstream = "", tool = "", method, outcome, code = "", stages, times, endedAt, cache } = figures;
    const series = this.#seriesOf(upstream, tool, method);
    const startedAt = times[0] ?? endedAt;
    series.duration.observe(endedAt - startedAt);
    if (outcome === "ok") series.ok.value += 1;
    else this.calls.of(upstream, tool, method, outcome, code).value += 1;
    series.attempts.value += figures.attempts;
    series.bytesIn.value += figures.bytesIn ?? 0;
    series.bytesOut.value += figures.bytesOut;
    if (cache !== undefined) this.cacheLookups.of(upstream, cache).value += 1;
    let index = 0;
    for (const stage of stages) {
      const from = times[index] ?? endedAt;
      index += 1;
      this.#stageOf(stage).observe((times[index] ?? endedAt) - from);
    }
  }

  #seriesOf(upstream: string, tool: string, method: string): ToolSeries {
    const key = tool === "" ? method : tool;
    let tools = this.#byUpstream.get(upstream);
    const known = tools?.get(key);
    if (known !== undefined) return known;
    const series = {
      duration: this.durations.of(upstream, tool),
      ok: this.calls.of(upstream, tool, method, "ok", ""),
      attempts: this.attempts.of(upstream),
      bytesIn: this.requestBytes.of(upstream),
      bytesOut: this.answerBytes.of(upstream),
    };
    if (this.#kept >= maxKept) return series;
    this.#kept += 1;
    if (tools === undefined) {
      tools = new Map();
      this.#byUpstream.set(upstream, tools);
    }
    tools.set(key, series);
    return series;
  }

  #stageOf(stage: string): Histogram {
    let histogram = this.#byStage.get(stage);
    if (histogram === undefined) {
      histogram = this.stages.of(stage);
      this.#byStage.set(stage, histogram);
    }
    return histogram;
  }
}

type NameOf<Type extends string> = {
  [Name in keyof typeof metricTable]: (typeof metricTable)[Name]["type"] extends Type ? Name : never;
}[keyof typeof metricTable];

function counters(name: NameOf<"counter">): Family<Counter> {
  return new Family(name, metricTable[name], () => new Counter(), maxSeries.counter);
}

function histograms(name: NameOf<"histogram">): Family<Histogram> {
  return new Family(name, metricTable[name], () => new Histogram(), maxSeries.histogram);
}
