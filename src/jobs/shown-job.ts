import type { JobProgress } from "../events/fact.ts";
import type { EachWish, Source, SourceProblem } from "./each.ts";
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
  /** The schedule that made it, and for which time. */
  readonly schedule?: string | undefined;
  readonly dueAt?: string | undefined;
  /** Where its operations come from, where they are read from a tool. */
  readonly each?: ShownSource | undefined;
}

/** How far a job's operations are read. */
export interface ShownSource {
  readonly tool: string;
  /** What else was wished, where one job is shown to a person. */
  readonly wish?: EachWish | undefined;
  /** Pages whose operations are kept. */
  readonly pages: number;
  /** Whether these are all, or all that can be read. */
  readonly isRead: boolean;
  /** What the latest page said in words. */
  readonly said?: string | undefined;
  /** Why the rest was not read. */
  readonly problem?: SourceProblem | undefined;
}

/** A job with its counts, at a wall time in ms. */
export function shownJob(job: Job, counts: Counts, now: number): ShownJob {
  const { id, state, owner, rules, createdAt, startedAt, endedAt, retryOf, schedule, source } = job;
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
    schedule: schedule?.id,
    dueAt: schedule && textOf(schedule.dueAt),
    each: source && shownSource(source),
  };
}

function shownSource({ wish, pages, isRead, said, problem }: Source): ShownSource {
  return { tool: wish.tool, pages, isRead, said, problem };
}

function textOf(ms: number): string {
  return new Date(ms).toISOString();
}

/** What became of one operation, as a line of JSON without its end. */
export function resultLine({ operation, state, answer }: OperationRow): string {
  const { number, id, tool } = operation;
  const head = {
    number,
    id,
    tool,
    status: statusOf(state),
    attempts: state.attempts,
    ...(state.kind === "failed" && { code: state.code }),
  };
  if (answer === undefined) return JSON.stringify(head);
  const isError = state.kind === "failed" && state.code !== "tool_error";
  return `${JSON.stringify(head).slice(0, -1)},"${isError ? "error" : "result"}":${answer}}`;
}

/** What {@link resultRow} writes, as the first line of a table. */
export const resultHead = "number,id,tool,status,attempts,code,answer";

/**
 * The same as a row of a table without its end: what the tool answered, or the error, is JSON in the last cell.
 *
 * @see RFC 4180.
 */
export function resultRow({ operation, state, answer = "" }: OperationRow): string {
  const { number, id, tool } = operation;
  const code = state.kind === "failed" ? state.code : "";
  return [String(number), id, tool, statusOf(state), String(state.attempts), code, answer].map(cell).join(",");
}

function cell(text: string): string {
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

function statusOf({ kind }: OperationRow["state"]): "succeeded" | "failed" | "cancelled" {
  return kind === "succeeded" || kind === "failed" ? kind : "cancelled";
}
