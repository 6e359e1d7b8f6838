import { localPrincipal } from "../../src/access/principal.ts";
import { storedPrincipal } from "../../src/access/stored-principal.ts";
import { type JobRules, jobDefaults } from "../../src/jobs/job-options.ts";
import type { Job } from "../../src/jobs/job.ts";

/** A job of so many operations that waits to begin. */
export function queuedJob(total: number, rules: Partial<JobRules> = {}): Job {
  return {
    id: "j",
    owner: storedPrincipal(localPrincipal),
    rules: { ...jobDefaults, ...rules },
    state: { kind: "queued" },
    total,
    succeeded: 0,
    failed: 0,
    createdAt: 0,
    startedAt: undefined,
    endedAt: undefined,
    retryOf: undefined,
    schedule: undefined,
    isTried: false,
    source: undefined,
  };
}
