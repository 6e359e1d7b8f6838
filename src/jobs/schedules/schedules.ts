import { checkMay, may } from "../../access/actions.ts";
import type { Principal } from "../../access/principal.ts";
import { storedPrincipal } from "../../access/stored-principal.ts";
import { GatewayError } from "../../core/errors.ts";
import { type JobOptions, rulesIn } from "../job-options.ts";
import type { JobContent } from "../read-operations.ts";
import { type ScheduleWish, waysIn } from "./schedule-wish.ts";
import type { Schedule } from "./schedule.ts";
import { Scheduler, type SchedulerDeps } from "./scheduler.ts";
import { type ShownSchedule, type ShownScheduleWithTimes, shownSchedule, shownTime } from "./shown-schedule.ts";
import { type NextAfter, following, nextAfterOf, wrong } from "./timing.ts";

/** Schedules of one owner, and of all. */
const maxOwn = 100;
const maxAll = 1000;
/** Operations of each job. */
const maxOperations = 1000;
/** Times that are shown beforehand. */
const shownTimes = 5;

/** What schedules are made with. */
export interface SchedulesDeps extends SchedulerDeps {
  /** Ids that are unique, later ones sorting later. */
  readonly newId: () => string;
}

/** What can be done to a schedule. */
export const scheduleActions = ["pause", "resume", "run"] as const;
export type ScheduleAction = (typeof scheduleActions)[number];

/** The schedules of a gateway, as those who ask for them may see and change them. What is another's is not there for them. */
export class Schedules {
  readonly #deps: SchedulesDeps;
  readonly #scheduler: Scheduler;

  constructor(deps: SchedulesDeps) {
    this.#deps = deps;
    this.#scheduler = new Scheduler(deps);
  }

  /** Begins to make jobs. Returns at once. Called once. */
  start(): void {
    this.#scheduler.start();
  }

  /**
   * Makes a schedule of these operations, which are looked over as those of a job are, or of a tool's pages, of which the first is; with `isDryRun` it is only
   * shown, and nothing kept.
   *
   * @throws {GatewayError} `invalid_schedule` — there is no such zone, pattern or rule, or it has no time to come; `too_many_schedules`; what
   *   a job that is submitted is refused with.
   */
  async create(
    principal: Principal,
    content: JobContent,
    wish: ScheduleWish,
    options: JobOptions,
    isDryRun = false,
  ): Promise<ShownScheduleWithTimes> {
    const { clock, store, jobs, newId } = this.#deps;
    const rules = rulesIn(options);
    if (rules.dryRun !== undefined) throw wrong("dryRun is for one job: nobody would resume those of a schedule");
    const ways = waysIn(wish, clock.now());
    const given = content.kind === "operations" ? content.operations : [];
    if (given.length > maxOperations) {
      throw wrong(`A schedule has at most ${maxOperations} operations, got ${given.length}`);
    }
    const nextAfter = await nextAfterOf(ways.timing);
    const nextAt = nextAfter(clock.now());
    if (nextAt === undefined) throw wrong("It has no time to come");
    await jobs.making.check(principal, content, rules);
    const schedule: Schedule = {
      ...ways,
      id: newId(),
      owner: storedPrincipal(principal),
      rules,
      state: { kind: "active" },
      total: given.length,
      each: content.kind === "each" ? content.wish : undefined,
      createdAt: clock.now(),
      nextAt,
      waiting: [],
      last: undefined,
      problem: undefined,
      revision: 0,
    };
    if (!isDryRun) {
      await this.#checkRoom(principal);
      await store.create(schedule, given);
      this.#scheduler.wake();
    }
    return { ...shownSchedule(schedule, !isDryRun), next: timesOf(schedule, nextAfter, clock.now()) };
  }

  async #checkRoom({ id }: Principal): Promise<void> {
    const { all, own } = await this.#deps.store.count(id);
    if (own >= maxOwn) throw new GatewayError("too_many_schedules", `You have ${own} schedules, which is the most`);
    if (all >= maxAll) throw new GatewayError("too_many_schedules", `There are ${all} schedules, which is the most`);
  }

  /** The principal's own schedules, the latest first; those of everybody for operators who ask for `all`. */
  async list(principal: Principal, { all = false }: { readonly all?: boolean } = {}): Promise<ShownSchedule[]> {
    if (all) checkMay(principal, "operate_jobs");
    const wanted = { max: maxAll, ...(all ? {} : { owner: principal.id }) };
    const schedules = await this.#deps.store.schedules(wanted);
    return schedules.map((schedule) => shownSchedule(schedule));
  }

  /**
   * One schedule with the times that come next.
   *
   * @throws {GatewayError} `schedule_not_found`.
   */
  async show(principal: Principal, id: string): Promise<ShownScheduleWithTimes> {
    return this.#shown(await this.#found(principal, id));
  }

  async #shown(schedule: Schedule): Promise<ShownScheduleWithTimes> {
    const nextAfter = schedule.state.kind === "active" ? await nextAfterOf(schedule.timing) : () => undefined;
    return { ...shownSchedule(schedule), next: timesOf(schedule, nextAfter, this.#deps.clock.now()) };
  }

  /**
   * Makes no jobs until it is resumed; those that were made go on.
   *
   * @throws {GatewayError} `schedule_not_found`; `schedule_ended`.
   */
  pause(principal: Principal, id: string): Promise<ShownScheduleWithTimes> {
    return this.#changed(principal, id, (schedule) => ({ ...schedule, state: { kind: "paused" }, waiting: [] }));
  }

  /**
   * Goes on from now: what passed meanwhile was not missed.
   *
   * @throws {GatewayError} `schedule_not_found`; `schedule_ended`.
   */
  resume(principal: Principal, id: string): Promise<ShownScheduleWithTimes> {
    const now = this.#deps.clock.now();
    return this.#changed(principal, id, (schedule, nextAfter) => {
      if (schedule.state.kind !== "paused") return schedule;
      const nextAt = nextAfter(now);
      const state = { kind: nextAt === undefined ? "ended" : "active" } as const;
      return { ...schedule, nextAt, state, waiting: [], problem: undefined };
    });
  }

  /**
   * Makes a job now, beside those of its times, whatever is under way.
   *
   * @throws {GatewayError} `schedule_not_found`; what a job that is submitted by its owner is refused with.
   */
  async run(principal: Principal, id: string): Promise<ShownScheduleWithTimes> {
    const { clock, store, jobs } = this.#deps;
    for (;;) {
      const schedule = await this.#found(principal, id);
      const { job, operations } = await this.#scheduler.made(schedule, clock.now());
      const last = { job: job.id, dueAt: clock.now() };
      if (!(await store.begin({ ...schedule, last, problem: undefined }, job, operations))) continue;
      jobs.begun();
      return this.show(principal, id);
    }
  }

  /**
   * Forgets a schedule; its jobs stay what they are.
   *
   * @throws {GatewayError} `schedule_not_found`.
   */
  async remove(principal: Principal, id: string): Promise<void> {
    await this.#found(principal, id);
    await this.#deps.store.remove(id);
  }

  async #changed(
    principal: Principal,
    id: string,
    change: (schedule: Schedule, nextAfter: NextAfter) => Schedule,
  ): Promise<ShownScheduleWithTimes> {
    // Whoever makes its jobs may be changing it just now.
    for (;;) {
      const schedule = await this.#found(principal, id);
      if (schedule.state.kind === "ended") {
        throw new GatewayError("schedule_ended", `Schedule ${id} has no further time`);
      }
      const changed = change(schedule, await nextAfterOf(schedule.timing));
      if (!(await this.#deps.store.save(changed))) continue;
      this.#scheduler.wake();
      return this.#shown(changed);
    }
  }

  async #found(principal: Principal, id: string): Promise<Schedule> {
    const schedule = await this.#deps.store.schedule(id);
    const isTheirs = schedule?.owner.id === principal.id || may(principal, "operate_jobs");
    if (schedule !== undefined && isTheirs) return schedule;
    throw new GatewayError("schedule_not_found", `There is no schedule ${JSON.stringify(id.slice(0, 100))}`);
  }

  /** Makes no job any more. Safe to call twice. */
  close(): Promise<void> {
    return this.#scheduler.close();
  }
}

function timesOf({ timing }: Schedule, nextAfter: NextAfter, now: number): ShownScheduleWithTimes["next"] {
  return following(nextAfter, now, shownTimes).map((ms) => shownTime(ms, timing.zone));
}
