import type { Counter, Family } from "../metrics/family.ts";
import { Histogram } from "../metrics/histogram.ts";
import { verdictOn } from "./failing.ts";
import { MinuteCounts } from "./minute-counts.ts";

/** Calls of one tool, minute by minute, and how long all of them took since the start. */
export interface ToolCalls {
  readonly upstream: string;
  readonly tool: string;
  readonly counts: MinuteCounts;
  durations: Histogram | undefined;
}

/** Minutes over which a server is judged. */
export const judgedMinutes = 5;

/** Calls of one server. */
interface UpstreamCalls {
  readonly counts: MinuteCounts;
  /** How long its calls had taken at the end of each of the last minutes; the latest last. */
  looks: { readonly minute: number; readonly durations: Histogram }[];
}

/** A counter, how far it was, and where it goes. */
interface Read {
  readonly counter: Counter;
  readonly isBad: boolean;
  readonly into: readonly MinuteCounts[];
  last: number;
}

type Families = readonly Family<Counter | Histogram>[];

/**
 * What was called, by minutes, from the counters that are there anyway: nothing is done for a call, all at a look. Bounded as the metrics are,
 * whose last series takes what no series is left for.
 */
export class Tally {
  readonly #read = new Map<Counter, Read | undefined>();
  readonly #tools = new Map<string, ToolCalls>();
  readonly #upstreams = new Map<string, UpstreamCalls>();

  /** Takes up what was counted since the look before. */
  take(families: Families, minute: number): void {
    for (const { labels, holds } of seriesOf(families, "switchyard_calls_total")) {
      if (holds instanceof Histogram) continue;
      if (!this.#read.has(holds)) this.#read.set(holds, this.#readerOf(labels, holds));
      const read = this.#read.get(holds);
      if (read === undefined || holds.value === read.last) continue;
      const all = holds.value - read.last;
      read.last = holds.value;
      for (const counts of read.into) counts.add(minute, { all, bad: read.isBad ? all : 0 });
    }
    this.#takeDurations(families, minute);
  }

  get tools(): Iterable<ToolCalls> {
    return this.#tools.values();
  }

  /** What a server was called in the last minutes. */
  callsOf(upstream: string, minute: number): { readonly all: number; readonly bad: number } {
    return this.#upstreams.get(upstream)?.counts.sum(minute, judgedMinutes) ?? { all: 0, bad: 0 };
  }

  /** How long its calls took in the last minutes. */
  durationsOf(upstream: string): Histogram | undefined {
    const looks = this.#upstreams.get(upstream)?.looks ?? [];
    const [first, last] = [looks[0], looks.at(-1)];
    return first === undefined || last === undefined || first === last
      ? undefined
      : last.durations.since(first.durations);
  }

  #readerOf(labels: Readonly<Record<string, string>>, counter: Counter): Read | undefined {
    const { upstream = "", tool = "", outcome = "", code = "" } = labels;
    const verdict = verdictOn(outcome, code);
    if (upstream === "" || verdict === "nothing") return undefined;
    const into = [this.#upstreamOf(upstream).counts];
    if (tool !== "") into.push(this.#toolOf(upstream, tool).counts);
    return { counter, isBad: verdict === "bad", into, last: 0 };
  }

  #takeDurations(families: Families, minute: number): void {
    const sums = new Map<string, Histogram>();
    for (const { labels, holds } of seriesOf(families, "switchyard_call_duration_seconds")) {
      const { upstream = "", tool = "" } = labels;
      if (!(holds instanceof Histogram) || upstream === "") continue;
      if (tool !== "") this.#toolOf(upstream, tool).durations = holds;
      let sum = sums.get(upstream);
      if (sum === undefined) sums.set(upstream, (sum = new Histogram()));
      sum.take(holds);
    }
    for (const [upstream, durations] of sums) {
      const calls = this.#upstreamOf(upstream);
      if (calls.looks.length === 0) calls.looks.push({ minute: minute - 1, durations: new Histogram() });
      const kept = calls.looks.filter((look) => look.minute > minute - judgedMinutes - 1 && look.minute !== minute);
      calls.looks = [...kept, { minute, durations }];
    }
  }

  #upstreamOf(name: string): UpstreamCalls {
    const known = this.#upstreams.get(name);
    if (known !== undefined) return known;
    const made: UpstreamCalls = { counts: new MinuteCounts(), looks: [] };
    this.#upstreams.set(name, made);
    return made;
  }

  #toolOf(upstream: string, tool: string): ToolCalls {
    const key = `${upstream}/${tool}`;
    const known = this.#tools.get(key);
    if (known !== undefined) return known;
    const made: ToolCalls = { upstream, tool, counts: new MinuteCounts(), durations: undefined };
    this.#tools.set(key, made);
    return made;
  }
}

function seriesOf(families: Families, name: string): ReturnType<Family<Counter | Histogram>["series"]> {
  return families.find((family) => family.name === name)?.series() ?? [];
}
