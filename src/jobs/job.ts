import type { StoredPrincipal } from "../access/stored-principal.ts";
import type { JsonObject } from "../core/json.ts";
import type { Source } from "./each.ts";
import type { JobRules } from "./job-options.ts";
import { type JobState, isOver } from "./job-state.ts";
import type { OperationState } from "./operation-state.ts";

/** Work that outlives the call that asked for it. */
export interface Job {
  readonly id: string;
  readonly owner: StoredPrincipal;
  readonly rules: JobRules;
  readonly state: JobState;
  /** Operations in all, as far as they are read; with those that succeeded and failed, kept with each step rather than counted. */
  readonly total: number;
  readonly succeeded: number;
  readonly failed: number;
  /** Wall times in ms. */
  readonly createdAt: number;
  readonly startedAt: number | undefined;
  readonly endedAt: number | undefined;
  /** The job whose failed operations these are. */
  readonly retryOf: string | undefined;
  /** The schedule that made it, and for which time, in ms of wall time. */
  readonly schedule: { readonly id: string; readonly dueAt: number } | undefined;
  /** Whether the pause after the first operations is behind it. */
  readonly isTried: boolean;
  /** Where more operations come from, and how far that is read; undefined where all of them were given. */
  readonly source: Source | undefined;
}

/** One call that a job is to make. */
export interface Operation {
  /** Its place in the job, from 0: every one that it needs has a smaller one. */
  readonly number: number;
  /** What others in the job name it by; its line where it was given no name. */
  readonly id: string;
  /** As its owner names it, `upstream__tool`. */
  readonly tool: string;
  /** May hold references to results of others: see `reference.ts`. */
  readonly arguments: JsonObject;
  /** Goes to the upstream with each attempt. */
  readonly idempotencyKey: string | undefined;
  /** Numbers of those that must have succeeded before. */
  readonly needs: readonly number[];
  /** Whether its call may be made again when nobody knows what became of it. */
  readonly isRepeatable: boolean;
}

/** An operation and how it stands. */
export interface OperationRow {
  readonly operation: Operation;
  readonly state: OperationState;
  /** The tool's result or the error, as JSON; undefined while there is none. */
  readonly answer: string | undefined;
}

/** How many operations of a job stand how: the last five add up to the first. */
export interface Counts {
  readonly total: number;
  readonly waiting: number;
  readonly running: number;
  readonly succeeded: number;
  readonly failed: number;
  readonly cancelled: number;
}

/** The counts of a job of which so many operations are under way. */
export function countsOf({ state, total, succeeded, failed }: Job, underWay: number): Counts {
  const open = total - succeeded - failed;
  if (isOver(state)) return { total, waiting: 0, running: 0, succeeded, failed, cancelled: open };
  const running = Math.min(underWay, open);
  return { total, waiting: open - running, running, succeeded, failed, cancelled: 0 };
}
