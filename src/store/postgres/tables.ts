/** The rows of the tables that `migrations.ts` makes. */
export interface Tables {
  readonly jobs: {
    readonly id: string;
    readonly owner: string;
    readonly status: string;
    readonly priority: number;
    readonly succeeded: number;
    readonly failed: number;
    readonly ended_at: number | null;
    /** The whole job as JSON. */
    readonly detail: string;
    /** Of a job whose owner only some gateways know: which ones. */
    readonly realm: string | null;
    /** Who has it, and until when. */
    readonly worker: string | null;
    readonly until: Date | null;
  };
  readonly job_operations: {
    readonly job: string;
    readonly number: number;
    readonly status: string;
    readonly attempts: number;
    readonly code: string | null;
    readonly operation: string;
    readonly answer: string | null;
  };
  /** Those that carry out jobs, or would. */
  readonly workers: {
    readonly worker: string;
    readonly realm: string;
    readonly until: Date;
  };
  readonly schedules: {
    readonly id: string;
    readonly owner: string;
    readonly realm: string | null;
    readonly status: string;
    readonly next_at: number | null;
    readonly is_waiting: boolean;
    readonly revision: number;
    readonly detail: string;
    readonly operations: string;
  };
}
