import { type Missed, type Overlap, missedWays, overlapWays } from "./schedule.ts";
import { type Timing, shown, wrong } from "./timing.ts";
import { isZone, localText } from "./zone.ts";

/** How somebody wants a schedule to be, in their words. */
export interface ScheduleWish {
  readonly name?: string;
  /** When: one of the two. */
  readonly cron?: string;
  readonly rrule?: string;
  /** The local time at which the rule begins, `2026-01-31T09:00`. Default: when the schedule is made. */
  readonly start?: string;
  /** IANA name of the time zone. Default UTC. */
  readonly zone?: string;
  /** Default `skip`. */
  readonly missed?: string;
  /** Default `skip`. */
  readonly overlap?: string;
}

/** The names of all of it. */
export const wishNames = ["name", "cron", "rrule", "start", "zone", "missed", "overlap"] as const;

const maxName = 200;

/** What of a schedule its maker says. */
export interface ScheduleWays {
  readonly name: string | undefined;
  readonly timing: Timing;
  readonly missed: Missed;
  readonly overlap: Overlap;
}

/** @throws {GatewayError} `invalid_schedule`. */
export function waysIn(wish: ScheduleWish, now: number): ScheduleWays {
  const { name, missed: missedText = "skip", overlap: overlapText = "skip" } = wish;
  if (name !== undefined && (name === "" || name.length > maxName)) {
    throw wrong(`name must be text of 1 to ${maxName} characters`);
  }
  const missed = missedWays.find((way) => way === missedText);
  if (missed === undefined) throw wrong(`missed must be one of ${missedWays.join(", ")}, got ${shown(missedText)}`);
  const overlap = overlapWays.find((way) => way === overlapText);
  if (overlap === undefined) {
    throw wrong(`overlap must be one of ${overlapWays.join(", ")}, got ${shown(overlapText)}`);
  }
  if (missed === "all" && overlap === "skip") {
    throw wrong("missed all needs overlap queue or parallel: jobs that were missed come at once");
  }
  return { name, timing: timingIn(wish, now), missed, overlap };
}

function timingIn({ cron, rrule, start, zone = "UTC" }: ScheduleWish, now: number): Timing {
  if ((cron === undefined) === (rrule === undefined)) throw wrong("Either cron or rrule says when");
  if (cron !== undefined) {
    if (start !== undefined) throw wrong("start goes with rrule");
    return { kind: "cron", pattern: cron, zone };
  }
  const usual = isZone(zone) ? localText(now, zone).slice(0, "2026-01-31T09:00".length) : "";
  return { kind: "rrule", rule: rrule ?? "", start: start ?? usual, zone };
}
