import { type Job, type OperationRow, countsOf } from "./job.ts";
import type { Counts } from "./job.ts";
import { type JobInput, isDue, isOver, nextState as nextJobState } from "./job-state.ts";
import type { OperationChange } from "./job-store.ts";
import { type OperationState, hasEnded, nextState } from "./operation-state.ts";
import type { Ending } from "./perform.ts";
import { Reading } from "./reading.ts";

/** An attempt that ended and is not yet noted. */
interface Ended {
  readonly row: OperationRow;
  readonly ending: Ending;
  /** When another attempt may begin, in ms of the monotonic clock, where one is to be made. */
  readonly againAt: number | undefined;
}

/** What one step does to a job: planned, then made durable, then carried out. */
export interface Step {
  readonly run: Run;
  readonly job: Job;
  readonly changes: readonly OperationChange[];
  /** Those whose calls are made once it is durable. */
  readonly begun: readonly OperationRow[];
  readonly ended: readonly Ended[];
  /** Those that will never begin, as what they need failed. */
  readonly given: readonly OperationRow[];
}

/** What a step may begin. */
export interface Room {
  /** Operations that may begin, for all jobs together. */
  readonly places: number;
  /** Ms of the monotonic clock, and of the wall clock. */
  readonly at: number;
  readonly now: number;
  /** Why the job is given up, with a code of `docs/errors.md`. */
  readonly givenUp?: "unauthenticated" | undefined;
}

/** What could have begun in so many ms and did not may begin later, in ms: timers are not exact. */
const burstMs = 50;

/** Operations that were read and may not begin yet, as they wait for others or for another attempt, while more is read. */
const maxBlocked = 2000;

/** One job while it is carried out: what of it is under way, and what comes next. Changes nothing but itself; steps are made durable elsewhere. */
export class Run {
  job: Job;
  /** Open operations that were read and have not begun. */
  readonly waiting = new Map<number, OperationRow>();
  readonly underWay = new Map<number, AbortController>();
  readonly ended: Ended[] = [];
  /** What of its operations is still to be read where they come from. */
  readonly reading = new Reading();
  /** The number of the first operation that was not read. */
  next = 0;
  /** Whether nothing more of it begins here, as another worker is to go on with it. */
  isLeaving = false;
  /** When its progress was told last, wall time in ms. */
  toldAt = 0;
  /** Numbers of those that others need which were read, and how those ended that have. */
  readonly #needed = new Set<number>();
  readonly #fates = new Map<number, "succeeded" | "failed">();
  /** Whether what failed may be needed by what waits. */
  #hasHopeless = false;
  readonly #againAt = new Map<number, number>();
  #nextBeginAt = 0;

  constructor(job: Job) {
    this.job = job;
  }

  get counts(): Counts {
    return countsOf(this.job, this.underWay.size);
  }

  /** Calls that are still being made; what an earlier process lost has none. */
  get busy(): number {
    const over = this.ended.filter(({ row }) => this.underWay.has(row.operation.number));
    return this.underWay.size - over.length;
  }

  get isActive(): boolean {
    return !this.isLeaving && isDue(this.job.state);
  }

  /** Whether more is to be read: little of what was may begin now, and not too much waits. */
  isShort(at: number): boolean {
    const { total, rules } = this.job;
    if (!this.isActive || this.next >= total || this.waiting.size > maxBlocked) return false;
    let ready = 0;
    for (const [number, row] of this.waiting) {
      if (this.#mayBegin(number, row, at)) ready += 1;
      if (ready === rules.parallel) return false;
    }
    return true;
  }

  /** Whether it is known how an operation that others need has ended. */
  knows(number: number): boolean {
    return this.#fates.has(number);
  }

  /** Takes note of operations that were read from the store. One that is found under way was so when an earlier process ended. */
  take(rows: readonly OperationRow[]): void {
    for (const row of rows) {
      this.next = Math.max(this.next, row.operation.number + 1);
      for (const number of row.operation.needs) this.#needed.add(number);
      if (row.operation.needs.length > 0) this.#hasHopeless = true;
      if (row.state.kind === "running") this.#lost(row);
      else if (row.state.kind === "waiting") this.waiting.set(row.operation.number, row);
    }
  }

  #lost(row: OperationRow): void {
    const state = nextState(row.state, { kind: "lost", isRepeatable: row.operation.isRepeatable });
    if (state.kind === "waiting") this.waiting.set(row.operation.number, { ...row, state });
    else this.ended.push({ row, ending: outcomeUnknown, againAt: undefined });
  }

  /** Takes note of how an operation that others may need has ended. */
  remember(number: number, kind: OperationState["kind"]): void {
    if (!this.#needed.has(number)) return;
    if (kind === "succeeded" || kind === "failed") this.#fates.set(number, kind);
    if (kind === "failed") this.#hasHopeless = true;
  }

  /** When there is something to do where there is nothing now, in ms of the monotonic clock. */
  nextAt(at: number): number | undefined {
    const times = [this.#nextOperationAt(at), this.isActive ? this.reading.nextAt(this.job, at) : undefined];
    const known = times.filter((time) => time !== undefined);
    return known.length === 0 ? undefined : Math.min(...known);
  }

  #nextOperationAt(at: number): number | undefined {
    if (!this.isActive || this.waiting.size === 0 || this.underWay.size >= this.job.rules.parallel) return undefined;
    const times = [...this.#againAt.values(), this.#nextBeginAt].filter((time) => time > at);
    return times.length === 0 ? undefined : Math.min(...times);
  }

  /** What is to be done now; undefined where nothing is. */
  plan(room: Room): Step | undefined {
    const ended = [...this.ended];
    const changes: OperationChange[] = [];
    let { succeeded, failed } = this.job;
    for (const each of isOver(this.job.state) ? [] : ended) {
      const state = stateAfter(each);
      if (state.kind === "succeeded") succeeded += 1;
      if (state.kind === "failed") failed += 1;
      changes.push(this.#change(each.row, state, hasEnded(state) ? each.ending.answer : undefined));
    }
    const given = this.isActive ? this.#hopeless() : [];
    failed += given.length;
    for (const row of given) {
      changes.push(this.#change(row, nextState(row.state, { kind: "failed", code: dependencyFailed, isFinal: true })));
    }
    const job = this.#jobAfter({ ...this.job, succeeded, failed }, room);
    const goesOn = isDue(job.state) && !this.isLeaving;
    const begun = goesOn ? this.#ready(room) : [];
    for (const { operation, state } of begun) {
      changes.push({ job: job.id, number: operation.number, state, answer: undefined });
    }
    const whole = begun.length > 0 ? begunJob(job, room.now) : job;
    if (changes.length === 0 && ended.length === 0 && same(whole, this.job)) return undefined;
    return { run: this, job: whole, changes, begun, ended, given };
  }

  /** The step is durable. */
  apply({ job, begun, ended, given }: Step, at: number): void {
    // Of a job that is paused none was looked for.
    if (this.isActive) this.#hasHopeless = given.length > 0;
    this.job = job;
    this.ended.splice(0, ended.length);
    for (const { operation } of given) {
      this.waiting.delete(operation.number);
      this.remember(operation.number, "failed");
    }
    for (const each of ended) this.#applyEnd(each);
    const { perSecond } = job.rules;
    if (begun.length > 0) this.#nextBeginAt = Math.max(this.#nextBeginAt, at - burstMs);
    for (const { operation } of begun) {
      this.waiting.delete(operation.number);
      this.#againAt.delete(operation.number);
      if (perSecond !== undefined) this.#nextBeginAt += 1000 / perSecond;
    }
  }

  /** Whether a step let others begin, or fail, by how it ended some. */
  goesOnAfter({ ended, given }: Step): boolean {
    return given.length > 0 || ended.some(({ row }) => this.#needed.has(row.operation.number));
  }

  #applyEnd(each: Ended): void {
    const { number } = each.row.operation;
    const state = stateAfter(each);
    this.underWay.delete(number);
    this.remember(number, state.kind);
    if (state.kind !== "waiting") return;
    this.waiting.set(number, { ...each.row, state });
    if (each.againAt !== undefined) this.#againAt.set(number, each.againAt);
  }

  #change(row: OperationRow, state: OperationState, answer?: string): OperationChange {
    return { job: this.job.id, number: row.operation.number, state, answer };
  }

  #hopeless(): OperationRow[] {
    if (!this.#hasHopeless) return [];
    return [...this.waiting.values()].filter(({ operation }) =>
      operation.needs.some((number) => this.#fates.get(number) === "failed"),
    );
  }

  #jobAfter(job: Job, { now, givenUp }: Room): Job {
    const { rules, total, succeeded, failed } = job;
    const isStopped = rules.onError === "stop" && failed > 0;
    let { state } = job;
    if (givenUp !== undefined) state = nextJobState(state, { kind: "given_up", code: givenUp });
    else if (isStopped) state = nextJobState(state, { kind: "given_up", code: "operation_failed" });
    else if (succeeded + failed === total && job.source?.isRead !== false) state = nextJobState(state, endOf(job));
    else if (!job.isTried && rules.dryRun !== undefined && succeeded + failed >= rules.dryRun) {
      return { ...job, state: nextJobState(state, { kind: "paused" }), isTried: true };
    }
    return state === job.state ? job : { ...job, state, endedAt: now };
  }

  /** Those that begin now: in the order of their numbers, as far as there is room. */
  #ready({ places, at }: Room): OperationRow[] {
    const { parallel, perSecond, dryRun } = this.job.rules;
    let free = Math.min(places, parallel - this.busy);
    if (perSecond !== undefined) {
      const lateMs = Math.min(at - this.#nextBeginAt, burstMs);
      free = Math.min(free, lateMs < 0 ? 0 : 1 + Math.floor((lateMs * perSecond) / 1000));
    }
    const end = this.job.isTried || dryRun === undefined ? Infinity : dryRun;
    const begun: OperationRow[] = [];
    for (const [number, row] of this.waiting) {
      if (begun.length >= free) break;
      if (number < end && this.#mayBegin(number, row, at))
        begun.push({ ...row, state: nextState(row.state, { kind: "begun" }) });
    }
    return begun;
  }

  #mayBegin(number: number, { operation }: OperationRow, at: number): boolean {
    if (operation.needs.some((needed) => this.#fates.get(needed) !== "succeeded")) return false;
    return (this.#againAt.get(number) ?? 0) <= at;
  }
}

/** Why an operation never began: one that it needs has failed. */
export const dependencyFailed = "dependency_failed";

const outcomeUnknown: Ending = {
  code: "outcome_unknown",
  mayRepeat: false,
  answer: JSON.stringify({
    code: "outcome_unknown",
    message: "The gateway ended while this call was under way; nobody knows whether it had its effect",
  }),
};

function stateAfter({ row, ending, againAt }: Ended): OperationState {
  if (ending.code === undefined) return nextState(row.state, { kind: "succeeded" });
  return nextState(row.state, { kind: "failed", code: ending.code, isFinal: againAt === undefined });
}

function begunJob(job: Job, now: number): Job {
  return { ...job, state: nextJobState(job.state, { kind: "begun" }), startedAt: job.startedAt ?? now };
}

/** A job whose operations could not all be read did not do all that it was to. */
function endOf({ source }: Job): JobInput {
  const problem = source?.problem;
  return problem === undefined ? { kind: "all_ended" } : { kind: "given_up", code: problem.code };
}

function same(a: Job, b: Job): boolean {
  return a.state === b.state && a.succeeded === b.succeeded && a.failed === b.failed && a.isTried === b.isTried;
}
