import type { Threshold } from "./alert-state.ts";

/** What can be watched: what it is of, in which unit, and what to do where it is too much. */
export const measureTable = {
  upstream_down: {
    of: "upstream",
    unit: "",
    says: "1 while a server that should be connected is not",
    suggestion: "`switchyard status` says why and what to do; `switchyard logs NAME` what the server wrote.",
  },
  error_percent: {
    of: "upstream",
    unit: "%",
    says: "share of the calls to a server that failed, in the last 5 minutes",
    suggestion:
      "`switchyard audit list --outcome error` shows the calls; `switchyard logs NAME` what the server wrote.",
  },
  p99_ms: {
    of: "upstream",
    unit: "ms",
    says: "what 99 of 100 calls to a server did not exceed, in the last 5 minutes",
    suggestion:
      "The stages of a slow call say where its time went: the dashboard's Calls, or `switchyard audit show ID`.",
  },
  event_loop_ms: {
    of: "gateway",
    unit: "ms",
    says: "how late 1 of 100 timers of the gateway's thread came, since the last look",
    suggestion: "The gateway has more to do than one thread can: see `GET /api/usage` for what it is called for most.",
  },
  memory_percent: {
    of: "gateway",
    unit: "%",
    says: "memory of the gateway's process, of what it may have",
    suggestion: "Give it more memory, or keep less: `cache.maxBytes` and `sessions.max` in the configuration.",
  },
  disk_percent: {
    of: "gateway",
    unit: "%",
    says: "use of the disk where the gateway keeps its files",
    suggestion: "Free space, or keep the record of calls for a shorter time: `audit` in the configuration.",
  },
  dropped: {
    of: "gateway",
    unit: "",
    says: "rows of the record of calls and other writes that were given up, in the last 5 minutes",
    suggestion: "The disk is too slow for what is called, or cannot be written: `switchyard status` says which.",
  },
  burn_1h: {
    of: "tool",
    unit: "×",
    says: "how much faster than its objective allows a tool fails, over 1 hour and over 5 minutes: the lower of the two",
    suggestion:
      "Its objective will be missed soon. `GET /api/slo` shows the windows; the tool's calls show what fails.",
  },
  burn_6h: {
    of: "tool",
    unit: "×",
    says: "the same over 6 hours and over 30 minutes",
    suggestion: "Its objective will be missed in some days. `GET /api/slo` shows the windows.",
  },
} as const satisfies Record<
  string,
  {
    readonly of: "gateway" | "upstream" | "tool";
    readonly unit: string;
    readonly says: string;
    readonly suggestion: string;
  }
>;

/** The name of one thing that can be watched. */
export type Measure = keyof typeof measureTable;

/** Every measure. */
export const measures: readonly Measure[] = Object.keys(measureTable).filter(isMeasure);

function isMeasure(text: string): text is Measure {
  return Object.hasOwn(measureTable, text);
}

/** How bad it is. */
export const levels = ["warning", "critical"] as const;

export type Level = (typeof levels)[number];

/** When somebody is to be told of a measure. */
export interface AlertRule extends Threshold {
  readonly watch: Measure;
  /** Patterns of what it is for: names of servers, or SERVER/TOOL where the measure is of tools. Empty: all. */
  readonly of: readonly string[];
  readonly level: Level;
}

/** Rules by their names. */
export type AlertRules = Readonly<Record<string, AlertRule>>;

const minute = 60_000;
const everything: readonly string[] = [];

/**
 * What is watched where nobody says otherwise.
 *
 * @see Google, The Site Reliability Workbook, chapter 5, Alerting on SLOs, for the windows and factors of the two about burning.
 */
export const defaultRules = {
  upstream_down: rule("upstream_down", "critical", 0, 0, minute, 0),
  error_rate: rule("error_percent", "warning", 20, 10, 2 * minute, 2 * minute),
  slow_calls: rule("p99_ms", "warning", 10_000, 8000, 5 * minute, 2 * minute),
  busy_gateway: rule("event_loop_ms", "warning", 200, 100, minute, minute),
  memory: rule("memory_percent", "critical", 90, 85, minute, minute),
  disk: rule("disk_percent", "critical", 95, 93, minute, minute),
  dropped: rule("dropped", "critical", 0, 0, 0, 0),
  slo_fast_burn: rule("burn_1h", "critical", 14.4, 14.4, 0, minute),
  slo_slow_burn: rule("burn_6h", "warning", 6, 6, 0, minute),
} as const satisfies AlertRules;

function rule(watch: Measure, level: Level, above: number, clearAt: number, forMs: number, clearMs: number): AlertRule {
  return { watch, of: everything, level, above, clearAt, forMs, clearMs };
}
