import type { Principal } from "../../access/principal.ts";
import type { StoredPrincipal } from "../../access/stored-principal.ts";
import type { Clock, StopTimer } from "../../core/clock.ts";
import { GatewayError, toGatewayError } from "../../core/errors.ts";
import type { EventLog } from "../../events/event-log.ts";
import type { JobRules } from "../job-options.ts";
import type { PreparedJob } from "../prepared-job.ts";
import type { JobContent } from "../read-operations.ts";
import { chosen, lookedAt } from "./due.ts";
import type { ScheduleStore } from "./schedule-store.ts";
import type { Schedule } from "./schedule.ts";
import { nextAfterOf } from "./timing.ts";

/** Who makes jobs. */
export interface JobMaker {
  /** Looks at what a job is to be made of, and makes it. Keep nothing. */
  readonly making: {
    check(principal: Principal, content: JobContent, rules: JobRules): Promise<void>;
    ofTime(
      principal: Principal,
      content: JobContent,
      rules: JobRules,
      schedule: { readonly id: string; readonly dueAt: number },
    ): Promise<PreparedJob>;
  };
  /** One that was prepared is kept, and may begin. */
  begun(): void;
  /** Also of one that is forgotten. */
  isOver(id: string): Promise<boolean>;
}

/** What schedules are kept with. */
export interface SchedulerDeps {
  readonly clock: Clock;
  readonly store: ScheduleStore;
  readonly jobs: JobMaker;
  readonly events: Pick<EventLog, "append" | "subscribe">;
  /** Who an owner is now; undefined where nobody can act for it any more. */
  readonly revive: (owner: StoredPrincipal) => Principal | undefined;
  /** Resolves when upstreams can be called. */
  readonly settled: Promise<void>;
}

/** Longest time between two looks, in ms: the wall clock may be put forward, and another process may have made a schedule. */
const longestLookMs = 60_000;
/** The same where the store could not be used. */
const againMs = 5000;

/**
 * Makes the jobs of schedules when their times come, each once: the schedule moves on in the transaction that keeps the job, so that neither a
 * kill nor a second process with the same data folder makes one twice or loses one. Nothing is kept here; the truth is in the store.
 */
export class Scheduler {
  readonly #deps: SchedulerDeps;
  #isTurning = false;
  #isWoken = false;
  #hasWaiting = false;
  #isClosed = false;
  #turned: Promise<void> = Promise.resolve();
  #stopTimer: StopTimer = () => undefined;
  #stopListening: () => void = () => undefined;

  constructor(deps: SchedulerDeps) {
    this.#deps = deps;
  }

  /** Begins to look, once upstreams can be called. Called once. */
  start(): void {
    const { events, settled } = this.#deps;
    this.#stopListening = events.subscribe(({ type }) => {
      if (this.#hasWaiting && (type === "job.completed" || type === "job.failed" || type === "job.cancelled"))
        this.wake();
    });
    void settled.then(() => {
      this.wake();
    });
  }

  /** There may be something to do. */
  wake(): void {
    this.#isWoken = true;
    if (this.#isTurning || this.#isClosed) return;
    this.#isTurning = true;
    this.#turned = this.#turn();
  }

  async #turn(): Promise<void> {
    const { clock } = this.#deps;
    let lookAgainMs = longestLookMs;
    this.#stopTimer();
    while (this.#isWoken && !this.#isClosed) {
      this.#isWoken = false;
      try {
        lookAgainMs = await this.#look(clock.now());
      } catch {
        // The store says elsewhere what is wrong with it.
        lookAgainMs = againMs;
      }
    }
    this.#isTurning = false;
    if (this.#isClosed) return;
    this.#stopTimer = clock.after(lookAgainMs, () => {
      this.wake();
    });
  }

  /** Resolves with how long nothing is to be done, in ms. */
  async #look(now: number): Promise<number> {
    const { store, clock } = this.#deps;
    this.#hasWaiting = false;
    for (const schedule of await store.due(now)) {
      if (this.#isClosed) return 0;
      await this.#attend(schedule, now);
    }
    const next = await store.next();
    return Math.min(longestLookMs, Math.max(1, (next ?? Infinity) - clock.now()));
  }

  async #attend(schedule: Schedule, now: number): Promise<void> {
    const looked = await lookedAtFor(schedule, now);
    let current = looked.schedule;
    if (looked.skipped !== undefined) this.#tellSkipped(schedule, looked.skipped, "missed");
    for (;;) {
      const { begin, left, skipped } = chosen(current, await this.#isBusy(current));
      if (skipped !== undefined) this.#tellSkipped(schedule, skipped, "overlap");
      const after = ended({ ...current, waiting: left });
      if (begin === undefined) {
        this.#hasWaiting ||= left.length > 0;
        // Of one that only goes on waiting nothing has changed.
        if (after.nextAt !== schedule.nextAt || left.length !== schedule.waiting.length) await this.#save(after);
        return;
      }
      const kept = await this.#begin(after, begin);
      if (kept === undefined || kept.state.kind !== "active" || kept.waiting.length === 0) return;
      current = kept;
    }
  }

  async #isBusy({ overlap, last, waiting }: Schedule): Promise<boolean> {
    if (overlap === "parallel" || waiting.length === 0 || last === undefined) return false;
    return !(await this.#deps.jobs.isOver(last.job));
  }

  /** Makes the job of one time; resolves with the schedule after it, undefined where another process changed it meanwhile. */
  async #begin(schedule: Schedule, dueAt: number): Promise<Schedule | undefined> {
    const { store, jobs, events } = this.#deps;
    const made = await this.made(schedule, dueAt).catch((thrown: unknown) => toGatewayError(thrown));
    if (made instanceof GatewayError) return this.#failed(schedule, dueAt, made);
    const { job, operations } = made;
    const after: Schedule = { ...schedule, last: { job: job.id, dueAt }, problem: undefined };
    if (!(await store.begin(after, job, operations))) return this.#lost();
    jobs.begun();
    events.append({ type: "schedule.began", schedule: schedule.id, owner: schedule.owner.id, job: job.id, dueAt });
    this.#tellEnd(after);
    return { ...after, revision: after.revision + 1 };
  }

  /**
   * The job of one time, with the rights that the schedule's owner has now. Keeps nothing.
   *
   * @throws {GatewayError} `unauthenticated`; what the job would be refused with.
   */
  async made({ id, owner, rules, each: wish }: Schedule, dueAt: number): Promise<PreparedJob> {
    const { store, jobs, revive } = this.#deps;
    const principal = revive(owner);
    if (principal === undefined) {
      throw new GatewayError("unauthenticated", "The owner of the schedule may not come in any more");
    }
    const content: JobContent =
      wish === undefined ? { kind: "operations", operations: await store.operations(id) } : { kind: "each", wish };
    return jobs.making.ofTime(principal, content, rules, { id, dueAt });
  }

  /** Notes why a job was not made. Where that is because nobody may make it any more, the schedule pauses. */
  async #failed(schedule: Schedule, dueAt: number, { code, message }: GatewayError): Promise<Schedule | undefined> {
    // Nothing can be noted: it is looked at again.
    if (code === "store_unavailable" || code === "shutting_down") throw new GatewayError(code, message);
    const { events } = this.#deps;
    const after: Schedule = {
      ...schedule,
      ...(code === "unauthenticated" ? { state: { kind: "paused", code } } : {}),
      problem: { code, message, dueAt },
    };
    const kept = await this.#save(after);
    if (kept === undefined) return undefined;
    events.append({ type: "schedule.failed", schedule: schedule.id, owner: schedule.owner.id, dueAt, code, message });
    return kept;
  }

  async #save(schedule: Schedule): Promise<Schedule | undefined> {
    if (!(await this.#deps.store.save(schedule))) return this.#lost();
    this.#tellEnd(schedule);
    return { ...schedule, revision: schedule.revision + 1 };
  }

  /** Somebody else has changed it, and it is looked at again as it is then. */
  #lost(): undefined {
    this.#isWoken = true;
    return undefined;
  }

  #tellEnd({ id, owner, state }: Schedule): void {
    if (state.kind === "ended") this.#deps.events.append({ type: "schedule.ended", schedule: id, owner: owner.id });
  }

  #tellSkipped({ id, owner }: Schedule, dueAt: number, reason: "missed" | "overlap"): void {
    this.#deps.events.append({ type: "schedule.skipped", schedule: id, owner: owner.id, dueAt, reason });
  }

  /** Makes no job any more; resolves when the one that is being made is. Safe to call twice. */
  async close(): Promise<void> {
    this.#isClosed = true;
    this.#stopListening();
    this.#stopTimer();
    await this.#turned;
  }
}

/** A rule that has become impossible to work out has no further time. */
async function lookedAtFor(schedule: Schedule, now: number): Promise<ReturnType<typeof lookedAt>> {
  try {
    return lookedAt(schedule, await nextAfterOf(schedule.timing), now);
  } catch (thrown) {
    const { code, message } = toGatewayError(thrown);
    const problem = { code, message, dueAt: schedule.nextAt ?? now };
    return { schedule: { ...schedule, nextAt: undefined, problem }, skipped: undefined };
  }
}

function ended(schedule: Schedule): Schedule {
  const isOver = schedule.nextAt === undefined && schedule.waiting.length === 0;
  return isOver ? { ...schedule, state: { kind: "ended" } } : schedule;
}
