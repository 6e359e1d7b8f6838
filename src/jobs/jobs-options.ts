/** What a gateway has of jobs. */
export interface JobsOptions {
  /** Jobs that are over and kept, the latest, with what became of their operations. 0 to 10 000. */
  readonly keep: number;
  /** Whether `/mcp` has the tools `jobs_submit`, `jobs_status`, `jobs_wait`, `jobs_results`, `jobs_list` and `jobs_cancel`. */
  readonly tools: boolean;
}

export const jobsDefaults = { keep: 100, tools: false } as const satisfies JobsOptions;
