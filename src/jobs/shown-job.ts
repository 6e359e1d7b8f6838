import type { JobProgress } from "../events/fact.ts";
import type { Counts, Job, OperationRow } from "./job.ts";
import type { JobRules } from "./job-options.ts";
import { progressOf } from "./progress.ts";

/** A job as it is shown. */
export interface ShownJob {
  readonly jobId: string;
  readonly status: Job["state"]["kind"];
  /** Why it failed, where it did. */
  readonly code?: string;
  readonly owner: string;
  readonly counts: Counts;
  readonly progress: JobProgress;
  readonly options: JobRules;
  /** ISO 8601. */
  readonly createdAt: string;
  readonly startedAt?: string | undefined;
  readonly endedAt?: string | undefined;
  readonly retryOf?: string | undefined;
}

/** A job with its counts, at a wall time in ms. */
export function shownJob(job: Job, counts: Counts, now: number): ShownJob {
  const { id, state, owner, rules, createdAt, startedAt, endedAt, retryOf } = job;
  return {
    jobId: id,
    status: state.kind,
    ...(state.kind === "failed" ? { code: state.code } : {}),
    owner: owner.id,
    counts,
    progress: progressOf(job, counts, now),
    options: rules,
    createdAt: textOf(createdAt),
    startedAt: startedAt === undefined ? undefined : textOf(startedAt),
    endedAt: endedAt === undefined ? undefined : textOf(endedAt),
    retryOf,
  };
}

function textOf(ms: number): string {
  return new Date(ms).toISOString();
}

/** What became of one operation, as a line of JSON without its end. */
export function resultLine({ operation, state, answer }: OperationRow): string {
  const { number, id, tool } = operation;
  const status = state.kind === "succeeded" || state.kind === "failed" ? state.kind : "cancelled";
  const head = {
    number,
    id,
    tool,
    status,
    attempts: state.attempts,
    ...(state.kind === "failed" && { code: state.code }),
  };
  if (answer === undefined) return JSON.stringify(head);
  const isError = state.kind === "failed" && state.code !== "tool_error";
  return `${JSON.stringify(head).slice(0, -1)},"${isError ? "error" : "result"}":${answer}}`;
}
