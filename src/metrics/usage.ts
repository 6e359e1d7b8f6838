import type { Counter, Family, Series } from "./family.ts";
import { Histogram } from "./histogram.ts";
import type { Reported } from "./report.ts";

/** Calls of one tool since the gateway's start. Times in ms, rounded up by 12.5 % at most; absent before the first call. */
export interface ToolUsage {
  readonly upstream: string;
  /** Absent for calls that are no tool calls. */
  readonly tool?: string;
  readonly calls: number;
  readonly failed: number;
  readonly p50Ms: number | undefined;
  readonly p95Ms: number | undefined;
  readonly p99Ms: number | undefined;
}

/** All calls since the gateway's start. */
export interface Usage {
  readonly calls: number;
  readonly failed: number;
  /** Those made most often first. */
  readonly tools: readonly ToolUsage[];
}

/**
 * What was called how often and how it went, from what is counted; of the tools those called most often, at most `most`. Costs some
 * microseconds for each of these.
 */
export function usageOf({ families }: Reported, most = Number.POSITIVE_INFINITY): Usage {
  const failures = new Map<string, number>();
  let failed = 0;
  for (const { labels, holds } of seriesOf(families, "switchyard_calls_total")) {
    if (labels["outcome"] === "ok" || holds instanceof Histogram) continue;
    const key = keyOf(labels);
    failures.set(key, (failures.get(key) ?? 0) + holds.value);
    failed += holds.value;
  }
  const timed = seriesOf(families, "switchyard_call_duration_seconds").flatMap(({ labels, holds }) =>
    holds instanceof Histogram ? [{ labels, holds }] : [],
  );
  const calls = timed.reduce((sum, { holds }) => sum + holds.count, 0);
  const shown = timed.toSorted((one, other) => other.holds.count - one.holds.count).slice(0, most);
  const tools = shown.map(({ labels, holds }) => usageOfOne(labels, holds, failures.get(keyOf(labels)) ?? 0));
  return { calls, failed, tools };
}

function usageOfOne(
  { upstream = "", tool = "" }: Readonly<Record<string, string>>,
  holds: Histogram,
  failed: number,
): ToolUsage {
  return {
    upstream,
    ...(tool !== "" && { tool }),
    calls: holds.count,
    failed,
    p50Ms: holds.quantile(0.5),
    p95Ms: holds.quantile(0.95),
    p99Ms: holds.quantile(0.99),
  };
}

function seriesOf(
  families: readonly Family<Counter | Histogram>[],
  name: string,
): readonly Series<Counter | Histogram>[] {
  return families.find((family) => family.name === name)?.series() ?? [];
}

function keyOf({ upstream = "", tool = "" }: Readonly<Record<string, string>>): string {
  return `${upstream}\u0000${tool}`;
}
