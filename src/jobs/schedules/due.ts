import type { Schedule } from "./schedule.ts";
import type { NextAfter } from "./timing.ts";

/** A time is missed where nobody looked at it for so long, in ms. */
const missedAfterMs = 60_000;
/** Times of one schedule that wait for their jobs, at the most. */
export const maxWaiting = 100;

/** What there is to do about a schedule at a moment. */
export interface Due {
  /** The schedule, its times that have come among those that wait. */
  readonly schedule: Schedule;
  /** The first of those that are left out, as nobody looked at them in time or too many wait. */
  readonly skipped: number | undefined;
}

/** Looks at the times of an active schedule that have come. Pure. Works out at most {@link maxWaiting} times. */
export function lookedAt(schedule: Schedule, nextAfter: NextAfter, now: number): Due {
  const { nextAt, waiting } = schedule;
  if (nextAt === undefined || nextAt > now) return { schedule, skipped: undefined };
  const come = taken(schedule, nextAt, nextAfter, now);
  const all = [...waiting, ...come.times];
  const tooMany = all[maxWaiting];
  return {
    schedule: { ...schedule, nextAt: nextAfter(now), waiting: all.slice(0, maxWaiting) },
    skipped: come.skipped ?? tooMany,
  };
}

interface Taken {
  readonly times: readonly number[];
  readonly skipped: number | undefined;
}

function taken({ missed }: Schedule, first: number, nextAfter: NextAfter, now: number): Taken {
  const onTime = now - missedAfterMs;
  switch (missed) {
    case "once":
      return { times: [first], skipped: undefined };
    case "skip": {
      if (first > onTime) return { times: [first], skipped: undefined };
      const later = nextAfter(onTime);
      return { times: later !== undefined && later <= now ? [later] : [], skipped: first };
    }
    case "all": {
      const times: number[] = [];
      let at: number | undefined = first;
      for (; at !== undefined && at <= now; at = nextAfter(at)) {
        if (times.length === maxWaiting) return { times, skipped: at };
        times.push(at);
      }
      return { times, skipped: undefined };
    }
  }
}

/** Which of those that wait have their jobs made now, and which never will. */
export interface Choice {
  readonly begin: number | undefined;
  readonly left: readonly number[];
  /** The first of those that are left out, as a job is not over. */
  readonly skipped: number | undefined;
}

/** Chooses what to do about those that wait; `isBusy` is whether the job of an earlier time is not over. Pure. */
export function chosen({ overlap, waiting }: Schedule, isBusy: boolean): Choice {
  const [first, ...rest] = waiting;
  switch (overlap) {
    case "parallel":
      return { begin: first, left: rest, skipped: undefined };
    case "queue":
      return isBusy
        ? { begin: undefined, left: waiting, skipped: undefined }
        : { begin: first, left: rest, skipped: undefined };
    case "skip":
      return isBusy ? { begin: undefined, left: [], skipped: first } : { begin: first, left: [], skipped: rest[0] };
  }
}
