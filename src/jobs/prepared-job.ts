import type { Job, Operation } from "./job.ts";

/** A job whose operations were looked over, and that may be kept. */
export interface PreparedJob {
  readonly job: Job;
  readonly operations: readonly Operation[];
}
