/** A call that is over, as far as it counts here. */
export interface EndedCall {
  readonly outcome: string;
  readonly durationMs: number;
  readonly cache: string;
}

/** What ended in five seconds. */
export interface Slice {
  /** When it began, wall time in ms. */
  readonly at: number;
  readonly calls: number;
  readonly failed: number;
  readonly hits: number;
  /** Undefined where nothing ended. In ms. */
  readonly p50: number | undefined;
  readonly p95: number | undefined;
  readonly p99: number | undefined;
}

/** Length of a slice in ms, and how many are held: five minutes. */
export const sliceMs = 5000;
const held = 60;

/** Durations that a slice holds; of more, a sample that is as good for a picture. */
const maxDurations = 1000;

interface Open {
  calls: number;
  failed: number;
  hits: number;
  readonly durations: number[];
}

/** Calls of the last minutes, as the page saw them end. */
export class Traffic {
  readonly #open = new Map<number, Open>();

  /** `endedAt` is wall time in ms. */
  add({ outcome, durationMs, cache }: EndedCall, endedAt: number): void {
    const at = startOf(endedAt);
    const slice = this.#open.get(at) ?? { calls: 0, failed: 0, hits: 0, durations: [] };
    this.#open.set(at, slice);
    slice.calls += 1;
    if (outcome === "error" || outcome === "tool_error") slice.failed += 1;
    if (cache === "hit" || cache === "stale" || cache === "joined") slice.hits += 1;
    if (slice.durations.length < maxDurations) slice.durations.push(durationMs);
    else slice.durations[slice.calls % maxDurations] = durationMs;
    for (const old of this.#open.keys()) {
      if (old <= at - held * sliceMs * 2) this.#open.delete(old);
    }
  }

  /** All of them up to now, oldest first, those included in which nothing ended. */
  slices(now: number): Slice[] {
    const last = startOf(now);
    return Array.from({ length: held }, (_, index) => {
      const at = last - (held - 1 - index) * sliceMs;
      const { calls, failed, hits, durations } = this.#open.get(at) ?? none;
      return { at, calls, failed, hits, ...quantilesOf(durations) };
    });
  }
}

const none: Open = { calls: 0, failed: 0, hits: 0, durations: [] };

function startOf(now: number): number {
  return Math.floor(now / sliceMs) * sliceMs;
}

/** The three that are shown. */
export function quantilesOf(durations: readonly number[]): Pick<Slice, "p50" | "p95" | "p99"> {
  const sorted = durations.toSorted((a, b) => a - b);
  const at = (share: number): number | undefined => sorted[Math.ceil(share * sorted.length) - 1];
  return { p50: at(0.5), p95: at(0.95), p99: at(0.99) };
}
