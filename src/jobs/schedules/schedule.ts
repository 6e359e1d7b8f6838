import type { StoredPrincipal } from "../../access/stored-principal.ts";
import type { JobRules } from "../job-options.ts";
import type { EachWish } from "../each.ts";
import type { Timing } from "./timing.ts";

/**
 * How a schedule stands.
 *
 * - `active`: makes jobs at its times.
 * - `paused`: makes none until it is resumed; times that pass meanwhile are not missed. `code` says why, where nobody asked for it: with
 *   `unauthenticated` its owner may not come in any more.
 * - `ended`: its rule has no further time. It never changes.
 */
export type ScheduleState =
  | { readonly kind: "active" }
  | { readonly kind: "paused"; readonly code?: "unauthenticated" }
  | { readonly kind: "ended" };

/** What is done about times at which no gateway ran. */
export const missedWays = ["skip", "once", "all"] as const;
export type Missed = (typeof missedWays)[number];

/** What is done where the job of an earlier time is not over. */
export const overlapWays = ["skip", "queue", "parallel"] as const;
export type Overlap = (typeof overlapWays)[number];

/** What makes a job of the same operations again and again, or of what a tool answers page by page then. Operations are kept beside it. */
export interface Schedule {
  readonly id: string;
  readonly owner: StoredPrincipal;
  readonly name: string | undefined;
  readonly timing: Timing;
  readonly missed: Missed;
  readonly overlap: Overlap;
  /** Of the jobs that it makes. */
  readonly rules: JobRules;
  readonly state: ScheduleState;
  /** Operations of each job; 0 where it reads them. */
  readonly total: number;
  /** The pages of which each job is made anew, in the place of operations. */
  readonly each: EachWish | undefined;
  /** Wall times in ms, as are those below. */
  readonly createdAt: number;
  /** The next time, which was not looked at yet; undefined where there is none. */
  readonly nextAt: number | undefined;
  /** Times that were looked at, and whose jobs are still to be made; the earliest first. */
  readonly waiting: readonly number[];
  /** The job that it made last, and for which time. */
  readonly last: { readonly job: string; readonly dueAt: number } | undefined;
  /** Why its latest job was not made; undefined where it was. */
  readonly problem: { readonly code: string; readonly message: string; readonly dueAt: number } | undefined;
  /** Counts its changes. */
  readonly revision: number;
}
