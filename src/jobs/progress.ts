import type { JobProgress } from "../events/fact.ts";
import { isOver } from "./job-state.ts";
import type { Counts, Job } from "./job.ts";

/** One that waits again, as it was paused, has begun all the same. */
const statuses = {
  queued: "RUNNING",
  running: "RUNNING",
  paused: "RUNNING",
  completed: "COMPLETED",
  failed: "FAILED",
  cancelled: "CANCELLED",
} as const satisfies Record<Job["state"]["kind"], JobProgress["status"]>;

/** How far a job with these counts is, at a wall time in ms. Never goes back. */
export function progressOf({ state, startedAt, endedAt, source }: Job, counts: Counts, now: number): JobProgress {
  const { total, succeeded, failed, cancelled } = counts;
  const ended = succeeded + failed;
  const step = ended + cancelled;
  const tookMs = startedAt === undefined ? 0 : Math.max(1, (endedAt ?? now) - startedAt);
  const isOpen = source?.isRead === false && !isOver(state);
  const isMoving = ended > 0 && tookMs > 0;
  return {
    status: startedAt === undefined && !isOver(state) ? "STARTED" : statuses[state.kind],
    // Whole only at the end: what is shown as all must be all. Of what is not known yet there is no share.
    percent: isOpen ? 0 : total === 0 ? 100 : Math.floor((step * 1000) / total) / 10,
    step,
    total,
    message: messageOf(state.kind, counts, source?.isRead === false),
    ...(isMoving && { perSecond: Math.round((ended * 10_000) / tookMs) / 10 }),
    ...(isMoving &&
      !isOpen &&
      state.kind === "running" && { remainingMs: Math.round((tookMs / ended) * (total - ended)) }),
  };
}

function messageOf(
  kind: Job["state"]["kind"],
  { total, waiting, succeeded, failed, cancelled }: Counts,
  isUnread: boolean,
): string {
  const left = cancelled > 0 ? `, ${cancelled} cancelled` : "";
  const rest = kind === "paused" && waiting > 0 ? `; ${waiting} begin when it is resumed` : "";
  return `${succeeded} succeeded, ${failed} failed${left}, of ${total}${isUnread ? " so far" : ""}${rest}`;
}
