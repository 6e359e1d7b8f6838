import type { Clock } from "../../core/clock.ts";
import { GatewayError } from "../../core/errors.ts";
import type { KeepingStatus } from "../../gateway/keeping.ts";
import type { JobStore } from "../../jobs/job-store.ts";
import type { ScheduleStore } from "../../jobs/schedules/schedule-store.ts";
import { shown } from "../store.ts";
import type { Connected } from "./connect.ts";
import { isUnreachable, postgresError } from "./failure.ts";
import { placeOf } from "./place.ts";

/** What several gateways share of their stores: jobs and schedules, on PostgreSQL. */
export interface PostgresStore {
  readonly jobs: JobStore;
  readonly schedules: ScheduleStore;
  status(): Required<KeepingStatus>["shared"];
  /** Safe to call twice. */
  close(): Promise<void>;
}

/** What such a store is opened with. */
export interface PostgresOptions {
  /** `postgres://USER:PASSWORD@HOST:PORT/DATABASE`. */
  readonly url: string;
  /** Of gateways that know the same API keys the same text. */
  readonly realm: string;
  readonly clock: Clock;
  /** Told when the database cannot be used any more, and undefined when it can again. */
  readonly onProblem?: (problem: GatewayError | undefined) => void;
}

/** A database that is reached when something is first asked of it, and again after it could not be. */
class Late {
  readonly place: string;
  readonly #options: PostgresOptions;
  #connecting: Promise<Connected> | undefined;
  #told: (() => Promise<void>) | undefined;
  readonly #closing = new Set<Promise<void>>();
  #isClosed = false;
  problem: KeepingStatus["problem"];

  constructor(options: PostgresOptions) {
    this.place = placeOf(options.url);
    this.#options = options;
  }

  /** @throws {GatewayError} `store_unavailable`, and what `run` throws of its own. */
  async ask<T>(run: (connected: Connected) => Promise<T>): Promise<T> {
    if (this.#isClosed) throw new GatewayError("shutting_down", "The gateway is stopping");
    this.#connecting ??= this.#connect();
    const connecting = this.#connecting;
    try {
      const answer = await run(await connecting);
      this.#note(undefined);
      return answer;
    } catch (thrown) {
      if (isUnreachable(thrown)) this.#drop(connecting);
      const error = postgresError(thrown, this.place);
      if (error.code === "store_unavailable") this.#note(error);
      throw error;
    }
  }

  listen(told: () => Promise<void>): void {
    this.#told = told;
    void this.#connecting?.then(({ queue }) => queue.listen(told)).catch(() => undefined);
  }

  #note(problem: GatewayError | undefined): void {
    const isNews = (problem === undefined) !== (this.problem === undefined);
    this.problem = problem && { ...shown(problem), since: this.problem?.since ?? this.#options.clock.now() };
    if (isNews && !this.#isClosed) this.#options.onProblem?.(problem);
  }

  /** A connection to a machine that is gone may wait for minutes before it says so: all are made anew. */
  #drop(connecting: Promise<Connected>): void {
    if (this.#connecting !== connecting) return;
    this.#connecting = undefined;
    const closing = closed(connecting).finally(() => this.#closing.delete(closing));
    this.#closing.add(closing);
  }

  async #connect(): Promise<Connected> {
    try {
      // Loaded where it is wanted: some 300 ms of CPU.
      const { connect } = await import("./connect.ts");
      const { url, realm } = this.#options;
      const onLost = (): void => {
        if (this.#connecting !== undefined) this.#drop(this.#connecting);
      };
      const connected = await connect(url, this.place, { realm, onLost });
      if (this.#told !== undefined) await connected.queue.listen(this.#told);
      return connected;
    } catch (thrown) {
      this.#connecting = undefined;
      throw thrown;
    }
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    if (this.#connecting !== undefined) this.#drop(this.#connecting);
    await Promise.all(this.#closing);
  }
}

/** Closes what was reached; what could not be has nothing to close, and what fails in it is gone anyway. */
async function closed(connecting: Promise<Connected>): Promise<void> {
  try {
    await (await connecting).close();
  } catch {
    return;
  }
}

/**
 * The store at a `postgres://` URL. Returns at once: a database that cannot be reached yet fails what is asked of it, until it can.
 *
 * @throws {GatewayError} `invalid_config` — the URL is none.
 */
export function openPostgres(options: PostgresOptions): PostgresStore {
  const late = new Late(options);
  return {
    jobs: jobsOf(late),
    schedules: schedulesOf(late),
    status: () => ({ place: late.place, problem: late.problem }),
    close: () => late.close(),
  };
}

function jobsOf(late: Late): JobStore {
  return {
    turnMs: 0,
    take: (worker, wanted) => late.ask(({ jobs }) => jobs.take(worker, wanted)),
    release: (worker, job) => late.ask(({ jobs }) => jobs.release(worker, job)),
    create: (job, operations) => late.ask(({ jobs }) => jobs.create(job, operations)),
    save: (worker, changes) => late.ask(({ jobs }) => jobs.save(worker, changes)),
    change: (id, change) => late.ask(({ jobs }) => jobs.change(id, change)),
    job: (id) => late.ask(({ jobs }) => jobs.job(id)),
    jobs: (wanted) => late.ask(({ jobs }) => jobs.jobs(wanted)),
    open: () => late.ask(({ jobs }) => jobs.open()),
    operations: (job, page) => late.ask(({ jobs }) => jobs.operations(job, page)),
    operation: (job, number) => late.ask(({ jobs }) => jobs.operation(job, number)),
    forget: (keep, rows, now) => late.ask(({ jobs }) => jobs.forget(keep, rows, now)),
    listen: (told) => {
      late.listen(told);
    },
  };
}

function schedulesOf(late: Late): ScheduleStore {
  return {
    create: (schedule, operations) => late.ask(({ schedules }) => schedules.create(schedule, operations)),
    schedule: (id) => late.ask(({ schedules }) => schedules.schedule(id)),
    operations: (id) => late.ask(({ schedules }) => schedules.operations(id)),
    schedules: (wanted) => late.ask(({ schedules }) => schedules.schedules(wanted)),
    due: (now) => late.ask(({ schedules }) => schedules.due(now)),
    next: () => late.ask(({ schedules }) => schedules.next()),
    count: (owner) => late.ask(({ schedules }) => schedules.count(owner)),
    save: (schedule) => late.ask(({ schedules }) => schedules.save(schedule)),
    begin: (schedule, job, operations) => late.ask(({ schedules }) => schedules.begin(schedule, job, operations)),
    remove: (id) => late.ask(({ schedules }) => schedules.remove(id)),
  };
}
