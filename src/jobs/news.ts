import type { FactSink } from "../events/fact.ts";
import { type JobState, isOver } from "./job-state.ts";
import { type Job, countsOf } from "./job.ts";
import type { Run } from "./run.ts";
import { progressOf } from "./progress.ts";

/** Shortest time between two facts about the progress of one job, in ms. */
const betweenMs = 1000;

const ends = {
  completed: "job.completed",
  failed: "job.failed",
  cancelled: "job.cancelled",
} as const satisfies Partial<Record<JobState["kind"], string>>;

/**
 * Tells of a job that has changed, once that is durable: that it has begun, how far it is, at most once a second, and at its end what became
 * of it, always and once. `run` is what carries it out; undefined where nothing does.
 */
export function tell(events: FactSink | undefined, before: Job, after: Job, run: Run | undefined, now: number): void {
  const { state } = after;
  if (events === undefined || isOver(before.state)) return;
  const type = typeOf(before, after, run, now);
  if (type === undefined) return;
  if (run !== undefined) run.toldAt = now;
  const counts = countsOf(after, run?.underWay.size ?? 0);
  events.append({
    type,
    job: after.id,
    owner: after.owner.id,
    ...(state.kind === "failed" ? { code: state.code } : {}),
    ...progressOf(after, counts, now),
  });
}

function typeOf(before: Job, after: Job, run: Run | undefined, now: number) {
  const { kind } = after.state;
  if (kind === "completed" || kind === "failed" || kind === "cancelled") return ends[kind];
  if (before.startedAt === undefined && after.startedAt !== undefined) return "job.started";
  const hasChanged = before.state.kind !== kind || before.succeeded + before.failed !== after.succeeded + after.failed;
  const isDue = before.state.kind !== kind || now - (run?.toldAt ?? 0) >= betweenMs;
  return hasChanged && isDue ? "job.progressed" : undefined;
}
