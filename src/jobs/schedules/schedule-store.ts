import type { Job, Operation } from "../job.ts";
import type { GivenOperation } from "../given-operation.ts";
import type { Schedule } from "./schedule.ts";

/**
 * Where schedules are kept. What a method resolves with is durable. Several processes may change the same schedules: of two that have read
 * the same revision one succeeds.
 *
 * All methods reject with {@link GatewayError} `store_unavailable`.
 */
export interface ScheduleStore {
  create(schedule: Schedule, operations: readonly GivenOperation[]): Promise<void>;
  schedule(id: string): Promise<Schedule | undefined>;
  /** What its jobs are made of; none where it is gone. */
  operations(id: string): Promise<readonly GivenOperation[]>;
  /** The latest first; those of one owner, where one is named. */
  schedules(wanted: { readonly owner?: string; readonly max: number }): Promise<readonly Schedule[]>;
  /** Active ones of which a time has come by `now`, or waits. */
  due(now: number): Promise<readonly Schedule[]>;
  /** The earliest time of all active ones that comes next. */
  next(): Promise<number | undefined>;
  /** How many there are, of all owners, and of this one. */
  count(owner: string): Promise<{ readonly all: number; readonly own: number }>;
  /** Keeps a change; false, and nothing is kept, where its revision is not the one that was read: it gets the next. */
  save(schedule: Schedule): Promise<boolean>;
  /** Keeps a change and the job that comes of it, both or neither: as {@link save}. */
  begin(schedule: Schedule, job: Job, operations: readonly Operation[]): Promise<boolean>;
  remove(id: string): Promise<void>;
}
