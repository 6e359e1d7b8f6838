import { GatewayError } from "../core/errors.ts";
import type { Warning } from "../upstream/child-watch.ts";
import type { ProcessLimits } from "../upstream/limits.ts";
import type { Measured } from "./look.ts";
import { type Trend, trendOf, trendWindows } from "./trend.ts";
import type { ClosedWindow } from "./windows.ts";

type Measure = keyof ProcessLimits;

/** What a child was told of already, so that it is not told again. */
export interface Told {
  /** Above their soft limits, and not clearly below them since. */
  readonly over: ReadonlySet<Measure>;
  /** Found growing; told once in the life of a child. */
  readonly growing: ReadonlySet<Measure>;
}

export const toldNothing: Told = { over: new Set(), growing: new Set() };

/** What follows from what was measured. */
export interface Verdict {
  readonly told: Told;
  readonly warnings: readonly Warning[];
  /** Why the child must be ended. */
  readonly problem: GatewayError | undefined;
}

/** A value this far below its soft limit, as a share of it, is below it again: one that hovers there is told of once. */
const clearlyBelow = 0.9;
const mib = 1024 * 1024;

interface Kind {
  /** What is compared with the limits; undefined where there is nothing to compare yet. */
  readonly value: (measured: Measured, window: ClosedWindow | undefined) => number | undefined;
  readonly text: (value: number) => string;
}

const kinds = {
  memoryMiB: {
    value: ({ residentBytes }) => residentBytes / mib,
    text: (value) => `occupy ${whole(value)} MiB of memory`,
  },
  // The average of a minute: working hard for a moment is what processors are for.
  cpuPercent: {
    value: (_measured, window) => window?.cpuPercent,
    text: (value) => `took ${whole(value)} % of one processor over a minute`,
  },
  processes: { value: ({ processes }) => processes, text: (value) => `number ${whole(value)}` },
} as const satisfies Record<Measure, Kind>;

const measures: readonly Measure[] = ["memoryMiB", "cpuPercent", "processes"];

/** Memory and processes that would have to be gained before growing is worth a word. */
const leastRise = { memoryMiB: 32 * mib, processes: 10 } as const;

/**
 * Judges what was measured by the limits. Pure. `window` is the one that this measurement ended, if it ended one; `windows` are all that
 * are over.
 */
export function judge(
  told: Told,
  limits: ProcessLimits,
  measured: Measured,
  window: ClosedWindow | undefined,
  windows: readonly ClosedWindow[],
): Verdict {
  const over = new Set(told.over);
  const warnings: Warning[] = [];
  let problem: GatewayError | undefined;
  for (const measure of measures) {
    const { soft, hard } = limits[measure];
    const kind: Kind = kinds[measure];
    const value = kind.value(measured, window);
    if (value === undefined) continue;
    if (hard !== undefined && value > hard) problem ??= tooMuch(measure, kind.text(value), value, hard);
    if (soft === undefined) continue;
    if (value <= soft * clearlyBelow) over.delete(measure);
    if (value <= soft || over.has(measure)) continue;
    over.add(measure);
    warnings.push({
      kind: "over_limit",
      text: `its processes ${kind.text(value)}, above the soft limit of ${soft} (limits.${measure}.soft)`,
    });
  }
  const growing = window === undefined ? [] : growth(told, windows);
  const toldGrowing = new Set([...told.growing, ...growing.map(({ measure }) => measure)]);
  return {
    told: { over, growing: toldGrowing },
    warnings: [...warnings, ...growing.map(({ text }) => ({ kind: "growing" as const, text }))],
    problem,
  };
}

function tooMuch(measure: Measure, text: string, value: number, limit: number): GatewayError {
  const message = `The upstream was ended because its processes ${text}, above the limit of ${limit} (limits.${measure}.hard)`;
  return new GatewayError("upstream_over_limit", message, {
    data: { stage: "exit", measure, value: Math.round(value), limit },
  });
}

function growth(
  told: Told,
  windows: readonly ClosedWindow[],
): { readonly measure: keyof typeof leastRise; readonly text: string }[] {
  const bytes = trendOf(
    windows.map(({ leastBytes }) => leastBytes),
    leastRise.memoryMiB,
  );
  const processes = trendOf(
    windows.map(({ leastProcesses }) => leastProcesses),
    leastRise.processes,
  );
  return [
    ...grown(told, "memoryMiB", bytes, (trend) => `the memory of its processes ${fromTo(trend, mib)} MiB`),
    ...grown(told, "processes", processes, (trend) => `the number of its processes ${fromTo(trend, 1)}`),
  ];
}

function grown<Name extends Measure>(
  told: Told,
  measure: Name,
  trend: Trend | undefined,
  text: (trend: Trend) => string,
): { readonly measure: Name; readonly text: string }[] {
  return trend === undefined || told.growing.has(measure) ? [] : [{ measure, text: text(trend) }];
}

function fromTo({ from, to }: Trend, unit: number): string {
  return `kept growing for ${trendWindows} minutes, from ${whole(from / unit)} to ${whole(to / unit)}`;
}

function whole(value: number): string {
  return String(Math.round(value));
}
