import type { Job, Operation, OperationRow } from "./job.ts";
import type { OperationState } from "./operation-state.ts";

/** How one operation stands from now on. */
export interface OperationChange {
  readonly job: string;
  readonly number: number;
  readonly state: OperationState;
  readonly answer: string | undefined;
}

/** What changes in one step: all of it or nothing. */
export interface JobChanges {
  readonly jobs: readonly Job[];
  readonly operations: readonly OperationChange[];
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
 * Where jobs are kept. What a method resolves with is durable. One worker at a time carries them out: it holds the store by its name.
 *
 * All methods reject with {@link GatewayError} `store_unavailable`.
 */
export interface JobStore {
  /** Takes the store for so many ms from `now`, or keeps it; false where another worker has it. */
  hold(worker: string, now: number, ms: number): Promise<boolean>;
  /** Leaves the store to others at once. */
  release(worker: string): Promise<void>;
  /** Keeps a new job and its operations, all or nothing. Of many it takes several turns, in which others have theirs. */
  create(job: Job, operations: readonly Operation[]): Promise<void>;
  /** @throws {GatewayError} `job_conflict` — another worker has the store by now; nothing was changed. */
  save(worker: string, changes: JobChanges): Promise<void>;
  job(id: string): Promise<Job | undefined>;
  /** The latest first; those of one owner, where one is named. */
  jobs(wanted: { readonly owner?: string; readonly max: number }): Promise<readonly Job[]>;
  /** Jobs that wait or run, those with the highest priority first, then the oldest. */
  due(max: number): Promise<readonly Job[]>;
  /** How many jobs are not over. */
  open(): Promise<number>;
  operations(job: string, page: OperationPage): Promise<readonly OperationRow[]>;
  operation(job: string, number: number): Promise<OperationRow | undefined>;
  /**
   * Forgets the jobs beyond the latest so many that are over, and those whose making ended with its process, at most `rows` operations at
   * once; whether more is to be forgotten. `now` is wall time in ms.
   */
  forget(keep: number, rows: number, now: number): Promise<boolean>;
}
