import type { JobState } from "./job-state.ts";
import type { Job, Operation, OperationRow } from "./job.ts";
import type { OperationState } from "./operation-state.ts";

/** How one operation stands from now on. */
export interface OperationChange {
  readonly job: string;
  readonly number: number;
  readonly state: OperationState;
  readonly answer: string | undefined;
}

/** A job from now on, and how it stood for who changes it: where it stands otherwise by now, nothing is changed. */
export interface JobChange {
  readonly was: JobState["kind"];
  readonly job: Job;
}

/** What changes in one step: all of it or nothing. */
export interface JobChanges {
  readonly jobs: readonly JobChange[];
  readonly operations: readonly OperationChange[];
  /** Further operations of one of these jobs, which wait. */
  readonly added?: { readonly job: string; readonly operations: readonly Operation[] };
}

/** Which jobs a worker wants. */
export interface Wanted {
  /** Wall time in ms. Stores that are shared by machines go by their own. */
  readonly now: number;
  /** How long they are its own from now on. */
  readonly ms: number;
  /** Taken at the most, beside those that it has. */
  readonly more: number;
  /** They are from among the first so many of those that it has or may have. */
  readonly among: number;
}

/** Which operations of a job are wanted, in the order of their numbers. */
export interface OperationPage {
  /** From this number on. */
  readonly from: number;
  readonly max: number;
  /** `open` are those that have not ended. Default: every one. */
  readonly only?: "open" | "ended" | "failed";
}

/**
 * Where jobs are kept. What a method resolves with is durable. Several workers, of one process or of many, may carry out the jobs of one store: each job
 * is for some time one worker's own, who alone changes its operations and counts; how a job stands, everybody may change.
 *
 * All methods reject with {@link GatewayError} `store_unavailable`.
 */
export interface JobStore {
  /** Shortest time from one turn to the next, in ms: more is written at a time then, where a write costs the same however little it is. */
  readonly turnMs: number;
  /**
   * Keeps what a worker has for some time more, and gives it others that are due and that no worker has: those with the highest priority
   * first, then the oldest. None where it has its share of those that are due.
   */
  take(worker: string, wanted: Wanted): Promise<Taken>;
  /** Leaves a job, or all that the worker has, to others at once. */
  release(worker: string, job?: string): Promise<void>;
  /** Keeps a new job and its operations, all or nothing. Of many it takes several turns, in which others have theirs. */
  create(job: Job, operations: readonly Operation[]): Promise<void>;
  /**
   * Keeps what the worker did. A job that is over is nobody's any more.
   *
   * @throws {GatewayError} `job_conflict` — one of the jobs is not its own any more, or stands otherwise; nothing was changed.
   */
  save(worker: string, changes: JobChanges): Promise<void>;
  /** Changes how a job stands, whoever has it: nothing comes between reading and writing. Undefined where there is none; rejects with what `change` throws. */
  change(id: string, change: (job: Job) => Job): Promise<ChangedJob | undefined>;
  job(id: string): Promise<Job | undefined>;
  /** The latest first; those of one owner, where one is named. */
  jobs(wanted: { readonly owner?: string; readonly max: number }): Promise<readonly Job[]>;
  /** How many jobs are not over. */
  open(): Promise<number>;
  operations(job: string, page: OperationPage): Promise<readonly OperationRow[]>;
  operation(job: string, number: number): Promise<OperationRow | undefined>;
  /**
   * Forgets the jobs beyond the latest so many that are over, and those whose making ended with its process, at most `rows` operations at
   * once; whether more is to be forgotten. `now` is wall time in ms.
   */
  forget(keep: number, rows: number, now: number): Promise<boolean>;
  /**
   * Tells of each job that may begin from now on, as soon as it may, and one worker of all that listen; waits with the next until `told` has
   * resolved. Absent where only this process makes jobs, or nobody can tell: workers look for themselves each second, too.
   */
  readonly listen?: (told: () => Promise<void>) => void;
}

/** What a worker has. */
export interface Taken {
  /** As they stand: also those that somebody has ended meanwhile. */
  readonly jobs: readonly Job[];
  /** How many it may carry out while others want some too; infinite where that is not known. */
  readonly share: number;
}

/** A job before and after a change. */
export interface ChangedJob {
  readonly before: Job;
  readonly after: Job;
}
