import type { EachWish } from "../each.ts";
import type { JobRules } from "../job-options.ts";
import type { Missed, Overlap, Schedule } from "./schedule.ts";
import { localText } from "./zone.ts";

/** A time that comes: as a moment (ISO 8601, UTC), and as clocks in the schedule's zone show it. */
export interface ShownTime {
  readonly at: string;
  readonly local: string;
}

/** A schedule as it is shown. */
export interface ShownSchedule {
  /** Absent where it is only looked at beforehand. */
  readonly scheduleId?: string | undefined;
  readonly name?: string | undefined;
  readonly status: Schedule["state"]["kind"];
  /** Why it is paused, where nobody asked for it. */
  readonly code?: string | undefined;
  readonly owner: string;
  readonly cron?: string;
  readonly rrule?: string;
  readonly start?: string;
  readonly zone: string;
  readonly missed: Missed;
  readonly overlap: Overlap;
  /** Operations of each job; absent where it reads them. */
  readonly operations?: number | undefined;
  /** The pages of which each job is made anew. */
  readonly each?: EachWish | undefined;
  readonly options: JobRules;
  readonly createdAt: string;
  readonly nextAt?: ShownTime | undefined;
  /** How many times wait until the job of an earlier one is over. */
  readonly waiting: number;
  readonly last?: { readonly jobId: string; readonly dueAt: string } | undefined;
  /** Why its latest job was not made. */
  readonly problem?: { readonly code: string; readonly message: string; readonly dueAt: string } | undefined;
}

/** One schedule with the times that come next. */
export interface ShownScheduleWithTimes extends ShownSchedule {
  readonly next: readonly ShownTime[];
}

/** A schedule, with `scheduleId` where it is kept. */
export function shownSchedule(schedule: Schedule, isKept = true): ShownSchedule {
  const { id, name, state, owner, timing, missed, overlap, total, each, rules, createdAt, nextAt } = schedule;
  const { waiting, last, problem } = schedule;
  const { zone } = timing;
  return {
    scheduleId: isKept ? id : undefined,
    name,
    status: state.kind,
    code: state.kind === "paused" ? state.code : undefined,
    owner: owner.id,
    ...(timing.kind === "cron" ? { cron: timing.pattern } : { rrule: timing.rule, start: timing.start }),
    zone,
    missed,
    overlap,
    ...(each === undefined ? { operations: total } : { each }),
    options: rules,
    createdAt: textOf(createdAt),
    nextAt: nextAt === undefined || state.kind !== "active" ? undefined : shownTime(nextAt, zone),
    waiting: waiting.length,
    last: last && { jobId: last.job, dueAt: textOf(last.dueAt) },
    problem: problem && { ...problem, dueAt: textOf(problem.dueAt) },
  };
}

/** A time that comes, in a zone. */
export function shownTime(ms: number, zone: string): ShownTime {
  return { at: textOf(ms), local: localText(ms, zone) };
}

function textOf(ms: number): string {
  return new Date(ms).toISOString();
}
