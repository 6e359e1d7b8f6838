import type { LogEntry } from "../monitoring.ts";

/** Whether alerts become more. */
export type Direction = "worse" | "better" | "steady";

/** What a host's log says of how it goes. */
export interface Trend {
  /** From and up to when the log was read, in ms since 1970. */
  readonly since: number;
  readonly until: number;
  /** Hard alerts that began a problem, in the earlier half of the time and in the later one. */
  readonly earlier: number;
  readonly later: number;
  readonly direction: Direction;
  /** What has had problems again and again, most often first; undefined stands for the host itself. */
  readonly recurring: readonly { readonly service: string | undefined; readonly times: number }[];
}

/** From so many problems on, something is said to come again and again. */
const recurringFrom = 3;

/** What becomes more or less is a change only where it is so many alerts at least, and half as many again. */
const leastChange = 2;

/** The trend of a host by the alerts of its log, between two moments in ms since 1970. */
export function trendOf(log: readonly LogEntry[], since: number, until: number): Trend {
  const middle = (since + until) / 2;
  const problems = log.filter(
    ({ at, kind, state, stateType }) =>
      at >= since &&
      at <= until &&
      kind === "alert" &&
      stateType === "hard" &&
      state !== undefined &&
      state !== "OK" &&
      state !== "UP",
  );
  const later = problems.filter(({ at }) => at >= middle).length;
  const earlier = problems.length - later;
  const times = new Map<string | undefined, number>();
  for (const { description } of problems) times.set(description, (times.get(description) ?? 0) + 1);
  return {
    since,
    until,
    earlier,
    later,
    direction: directionOf(earlier, later),
    recurring: [...times]
      .filter(([, count]) => count >= recurringFrom)
      .map(([service, count]) => ({ service, times: count }))
      .toSorted((one, other) => other.times - one.times || (one.service ?? "").localeCompare(other.service ?? "")),
  };
}

function directionOf(earlier: number, later: number): Direction {
  if (later - earlier >= leastChange && later >= earlier * 1.5) return "worse";
  return earlier - later >= leastChange && earlier >= later * 1.5 ? "better" : "steady";
}
