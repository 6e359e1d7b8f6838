/** How long something usually takes, in ms: half of all, and 95 of 100, took at most so long. */
export interface UsualDuration {
  readonly p50Ms: number;
  readonly p95Ms: number;
}

/** Durations that are remembered of one thing, and how many of them say something. */
const remembered = 64;
const enough = 5;

/** Things that are remembered; beyond, the one that was first seen is forgotten. */
const maxThings = 2000;

interface Samples {
  readonly ms: Float64Array;
  /** How many were taken in all. */
  count: number;
}

/** Remembers how long things took lately. A sample costs two looks in a map; what is usual is worked out when it is asked for. */
export class Durations {
  readonly #byThing = new Map<string, Samples>();

  /** Takes note that it took so long. */
  add(thing: string, ms: number): void {
    const samples = this.#byThing.get(thing) ?? this.#begin(thing);
    samples.ms[samples.count % remembered] = ms;
    samples.count += 1;
  }

  /** What is usual; undefined while that cannot be told. */
  usual(thing: string): UsualDuration | undefined {
    const samples = this.#byThing.get(thing);
    if (samples === undefined || samples.count < enough) return undefined;
    const sorted = samples.ms.slice(0, samples.count).toSorted();
    const at = (share: number): number => sorted[Math.ceil(sorted.length * share) - 1] ?? 0;
    return { p50Ms: at(0.5), p95Ms: at(0.95) };
  }

  #begin(thing: string): Samples {
    for (const first of this.#byThing.keys()) {
      if (this.#byThing.size < maxThings) break;
      this.#byThing.delete(first);
    }
    const samples = { ms: new Float64Array(remembered), count: 0 };
    this.#byThing.set(thing, samples);
    return samples;
  }
}

/** What somebody who waits should know, for people: no promise, but what happened so far. */
export function waitText(elapsedMs: number, usual: UsualDuration | undefined): string {
  const begun = `still working after ${rounded(elapsedMs)}`;
  if (usual === undefined) return begun;
  const [low, high] = [rounded(usual.p50Ms), rounded(usual.p95Ms)];
  const range = low === high ? low : `${low} to ${high}`;
  return elapsedMs > usual.p95Ms ? `${begun}; longer than usual (${range})` : `${begun}; usually takes ${range}`;
}

function rounded(ms: number): string {
  if (ms < 1000) return "under 1 s";
  if (ms < 120_000) return `${Math.round(ms / 1000)} s`;
  return `${Math.round(ms / 60_000)} min`;
}
