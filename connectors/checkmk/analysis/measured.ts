import type { Batch, Monitoring } from "../monitoring.ts";

/** What one kind of question cost. Times in ms; undefined where none was answered yet. */
export interface Measured {
  readonly name: string;
  readonly calls: number;
  readonly failures: number;
  readonly meanMs: number | undefined;
  readonly minMs: number | undefined;
  readonly maxMs: number | undefined;
  /** Of the last hundred: the time that 95 % of them did not exceed. */
  readonly p95Ms: number | undefined;
}

const kept = 100;

interface Tally {
  calls: number;
  failures: number;
  totalMs: number;
  minMs: number;
  maxMs: number;
  readonly last: number[];
}

/** Counts and times questions by their names. Memory follows the number of names, not of questions. */
export class Meter {
  readonly #tallies = new Map<string, Tally>();
  readonly #now: () => number;

  /** `now` in ms, from any beginning. */
  constructor(now: () => number) {
    this.#now = now;
  }

  /** Runs something and takes down how long it took; one that was given up does not count as failed. */
  async run<T>(name: string, signal: AbortSignal, ask: () => Promise<T>): Promise<T> {
    const began = this.#now();
    try {
      const answer = await ask();
      this.#take(name, this.#now() - began);
      return answer;
    } catch (thrown) {
      if (!signal.aborted) this.#tallyOf(name).failures += 1;
      throw thrown;
    }
  }

  /** By name. */
  get measured(): readonly Measured[] {
    return [...this.#tallies]
      .map(([name, tally]) => shown(name, tally))
      .toSorted((one, other) => one.name.localeCompare(other.name));
  }

  #take(name: string, ms: number): void {
    const tally = this.#tallyOf(name);
    tally.calls += 1;
    tally.totalMs += ms;
    tally.minMs = Math.min(tally.minMs, ms);
    tally.maxMs = Math.max(tally.maxMs, ms);
    tally.last.push(ms);
    if (tally.last.length > kept) tally.last.shift();
  }

  #tallyOf(name: string): Tally {
    const found = this.#tallies.get(name);
    if (found !== undefined) return found;
    const tally: Tally = { calls: 0, failures: 0, totalMs: 0, minMs: Number.POSITIVE_INFINITY, maxMs: 0, last: [] };
    this.#tallies.set(name, tally);
    return tally;
  }
}

function shown(name: string, { calls, failures, totalMs, minMs, maxMs, last }: Tally): Measured {
  const sorted = last.toSorted((one, other) => one - other);
  return {
    name,
    calls,
    failures,
    meanMs: calls === 0 ? undefined : totalMs / calls,
    minMs: calls === 0 ? undefined : minMs,
    maxMs: calls === 0 ? undefined : maxMs,
    p95Ms: sorted[Math.max(0, Math.ceil(sorted.length * 0.95) - 1)],
  };
}

/** The same monitoring, every question of which is counted and timed; of streams, each batch. */
export function measured(monitoring: Monitoring, meter: Meter): Monitoring {
  return {
    hosts: (filter, span, signal) => meter.run("hosts", signal, () => monitoring.hosts(filter, span, signal)),
    services: (filter, span, signal) => meter.run("services", signal, () => monitoring.services(filter, span, signal)),
    serviceDetails: (filter, signal) =>
      meter.run("service_details", signal, () => monitoring.serviceDetails(filter, signal)),
    statistics: (filter, signal) => meter.run("statistics", signal, () => monitoring.statistics(filter, signal)),
    comments: (filter, signal) => meter.run("comments", signal, () => monitoring.comments(filter, signal)),
    downtimes: (filter, signal) => meter.run("downtimes", signal, () => monitoring.downtimes(filter, signal)),
    log: (filter, limit, signal) => meter.run("log", signal, () => monitoring.log(filter, limit, signal)),
    sites: (signal) => meter.run("sites", signal, () => monitoring.sites(signal)),
    eachHostBatch: (filter, options) =>
      eachMeasured(monitoring.eachHostBatch(filter, options), (ask) => meter.run("host_batch", options.signal, ask)),
    eachServiceBatch: (filter, options) =>
      eachMeasured(monitoring.eachServiceBatch(filter, options), (ask) =>
        meter.run("service_batch", options.signal, ask),
      ),
    eachServiceText: (filter, form, options) =>
      eachMeasured(monitoring.eachServiceText(filter, form, options), (ask) =>
        meter.run("service_batch", options.signal, ask),
      ),
  };
}

async function* eachMeasured<Row>(
  batches: AsyncIterable<Batch<Row>>,
  timed: (ask: () => Promise<IteratorResult<Batch<Row>>>) => Promise<IteratorResult<Batch<Row>>>,
): AsyncGenerator<Batch<Row>> {
  const iterator = batches[Symbol.asyncIterator]();
  try {
    for (;;) {
      const { done, value } = await timed(() => iterator.next());
      if (done === true) return;
      yield value;
    }
  } finally {
    await iterator.return?.();
  }
}
