import { z } from "zod";
import { jobsDefaults } from "../jobs/jobs-options.ts";
import { isObject, wholeNumber } from "./schema-parts.ts";

const jobs = z.strictObject(
  {
    keep: wholeNumber(
      0,
      10_000,
      jobsDefaults.keep,
      "Jobs that are over and kept, the latest, with what became of their operations.",
    ),
    tools: z.boolean({ error: "must be true or false" }).default(jobsDefaults.tools).meta({
      description:
        "Whether /mcp has jobs_submit, jobs_status, jobs_wait, jobs_results, jobs_list and jobs_cancel, so that agents can have many calls made. Default false.",
    }),
  },
  isObject,
);

/** The key of the file that says what there is of jobs. */
export const jobsKey = jobs.prefault({}).meta({ description: "Work that outlives a call. Default {}." });

/** The keys that it may have. */
export const knownJobsKeys: readonly string[] = Object.keys(jobs.shape);
