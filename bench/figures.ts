/** The value below which this share of the sorted values lies. */
export function quantile(sorted: ArrayLike<number>, share: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}

/** A figure over all rounds. */
export interface Spread {
  readonly median: number;
  readonly min: number;
  readonly max: number;
}

export function spreadOf(values: readonly number[]): Spread {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = (sorted.length - 1) / 2;
  const low = sorted[Math.floor(middle)] ?? Number.NaN;
  const high = sorted[Math.ceil(middle)] ?? Number.NaN;
  return { median: (low + high) / 2, min: sorted[0] ?? Number.NaN, max: sorted.at(-1) ?? Number.NaN };
}

/** What is measured in one window. Times in ms, CPU time in µs. */
export const figureNames = ["callsPerSecond", "p50Ms", "p99Ms", "cpuUs"] as const;

export type Figures = Readonly<Record<(typeof figureNames)[number], number>>;

/** One window of one system. */
export interface Sample {
  readonly row: string;
  readonly concurrency: number;
  readonly system: string;
  readonly round: number;
  readonly figures: Figures;
}

/** A system's figures, each over all rounds. */
export type Summary = Readonly<Record<keyof Figures, Spread>>;

export function summaryOf(samples: readonly Sample[]): Summary {
  const over = (name: keyof Figures): Spread => spreadOf(samples.map(({ figures }) => figures[name]));
  return { callsPerSecond: over("callsPerSecond"), p50Ms: over("p50Ms"), p99Ms: over("p99Ms"), cpuUs: over("cpuUs") };
}

/** How often one system's figure is the other's. Taken round by round, so that what slowed a whole round is in neither. */
export function ratioOf(name: keyof Figures, above: readonly Sample[], below: readonly Sample[]): Spread {
  const ratios: number[] = [];
  for (const { round, figures } of above) {
    const other = below.find((sample) => sample.round === round);
    if (other !== undefined) ratios.push(figures[name] / other.figures[name]);
  }
  return spreadOf(ratios);
}
