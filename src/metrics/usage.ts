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

/** What was called how often and how it went, from what is counted. Costs some microseconds a tool. */
export function usageOf({ families }: Reported): Usage {
  const failures = new Map<string, number>();
  for (const { labels, holds } of seriesOf(families, "switchyard_calls_total")) {
    if (labels["outcome"] === "ok" || holds instanceof Histogram) continue;
    const key = keyOf(labels);
    failures.set(key, (failures.get(key) ?? 0) + holds.value);
  }
  const tools = seriesOf(families, "switchyard_call_duration_seconds").flatMap(({ labels, holds }): ToolUsage[] => {
    if (!(holds instanceof Histogram)) return [];
    const { upstream = "", tool = "" } = labels;
    return [
      {
        upstream,
        ...(tool !== "" && { tool }),
        calls: holds.count,
        failed: failures.get(keyOf(labels)) ?? 0,
        p50Ms: holds.quantile(0.5),
        p95Ms: holds.quantile(0.95),
        p99Ms: holds.quantile(0.99),
      },
    ];
  });
  const sum = (count: (usage: ToolUsage) => number): number => tools.reduce((total, each) => total + count(each), 0);
  return {
    calls: sum(({ calls }) => calls),
    failed: sum(({ failed }) => failed),
    tools: tools.toSorted((one, other) => other.calls - one.calls),
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
