import { GatewayError } from "../core/errors.ts";
import type { OwnTask, OwnTasks } from "../gateway/tasks/own-tasks.ts";
import type { TaskStatus } from "../protocol/tasks.ts";
import type { Jobs } from "./jobs.ts";
import type { ShownJob } from "./shown-job.ts";

/** How often it makes sense to look, in ms: progress is told as often. */
const pollIntervalMs = 1000;
/** Longest time that a result is waited for in one piece, in ms; then it is waited for again. */
const waitMs = 3_600_000;

/** A job that is paused goes on when somebody resumes it. */
const statuses = {
  queued: "working",
  running: "working",
  paused: "working",
  completed: "completed",
  failed: "failed",
  cancelled: "cancelled",
} as const satisfies Record<ShownJob["status"], TaskStatus>;

/** Every job as a task, under its own id: for its owner, whichever session asks, also after a restart. */
export function jobTasks(jobs: () => Jobs): OwnTasks {
  return {
    async find(principal, id) {
      const job = await jobs().show(principal, id).catch(unlessMissing);
      // What operators may see of others' jobs is no task of theirs.
      return job?.owner === principal.id ? taskOf(job) : undefined;
    },
    async ended(principal, id, signal) {
      for (;;) {
        const job = await jobs().wait(principal, id, { ms: waitMs, signal, tell: () => undefined });
        if (statuses[job.status] !== "working") return taskOf(job);
      }
    },
    cancel: async (principal, id) => taskOf(await jobs().act(principal, id, "cancel")),
    latest: async (principal, max) => (await jobs().list(principal, { max })).toReversed().map(taskOf),
  };
}

/** A job as a task. It is kept until it is one of too many that are over. */
export function taskOf(job: ShownJob): OwnTask {
  const { jobId, status, progress, createdAt, startedAt, endedAt } = job;
  return {
    state: {
      taskId: jobId,
      status: statuses[status],
      statusMessage: progress.message,
      createdAt,
      lastUpdatedAt: endedAt ?? startedAt ?? createdAt,
      ttlMs: null,
      pollIntervalMs,
    },
    content: { ...job },
  };
}

function unlessMissing(thrown: unknown): undefined {
  if (thrown instanceof GatewayError && thrown.code === "job_not_found") return undefined;
  throw thrown;
}
