import type { ErrorRow } from "./error-row.ts";

/** Ways in which work that outlives a call is refused: rows of the error table. */
export const jobErrors = {
  invalid_operations: {
    http: 400,
    rpc: 40005,
    severity: "LOW",
    category: "validation",
    retryable: false,
    suggestion: "Correct the line that the message names and submit the job again: nothing of it was begun.",
  },
  job_not_found: {
    http: 404,
    rpc: 40403,
    severity: "LOW",
    category: "validation",
    retryable: false,
    suggestion: "`switchyard jobs ls` lists the jobs. The oldest that are over are forgotten.",
  },
  job_conflict: {
    http: 409,
    rpc: 40903,
    severity: "LOW",
    category: "validation",
    retryable: false,
    suggestion: "Look at how the job stands with `switchyard jobs show ID`: what is over never changes.",
  },
  invalid_schedule: {
    http: 400,
    rpc: 40006,
    severity: "LOW",
    category: "validation",
    retryable: false,
    suggestion:
      "Correct what the message names; `switchyard schedules create FILE … --dry-run` shows the next times without keeping anything.",
  },
  schedule_not_found: {
    http: 404,
    rpc: 40404,
    severity: "LOW",
    category: "validation",
    retryable: false,
    suggestion: "`switchyard schedules ls` lists the schedules.",
  },
  schedule_ended: {
    http: 409,
    rpc: 40904,
    severity: "LOW",
    category: "validation",
    retryable: false,
    suggestion: "Make another schedule; `switchyard schedules run ID` makes one more job of this one.",
  },
  too_many_schedules: {
    http: 409,
    rpc: 40905,
    severity: "LOW",
    category: "validation",
    retryable: false,
    suggestion:
      "Remove a schedule that is not needed with `switchyard schedules remove ID`; those that have ended count.",
  },
  too_many_jobs: {
    http: 503,
    rpc: 50316,
    severity: "MEDIUM",
    category: "performance",
    retryable: true,
    suggestion: "Wait until other jobs are over, or cancel what is not needed.",
  },
} as const satisfies Record<string, ErrorRow>;
