import { checkMay, may } from "../access/actions.ts";
import type { Principal } from "../access/principal.ts";
import { GatewayError } from "../core/errors.ts";
import type { EventLog } from "../events/event-log.ts";
import type { JsonObject } from "../core/json.ts";
import { againOf } from "./again.ts";
import { type Wait, awaited } from "./awaited.ts";
import { Dispatcher, type DispatcherDeps } from "./dispatcher.ts";
import { operationsFrom } from "./from-results.ts";
import type { EachWish } from "./each.ts";
import type { GivenOperation } from "./given-operation.ts";
import { type JobOptions, rulesIn } from "./job-options.ts";
import { type JobInput, isOver, nextState } from "./job-state.ts";
import { type Job, type OperationRow, countsOf } from "./job.ts";
import { type InputFormat, type JobContent, readJob } from "./read-operations.ts";
import { Making, type MakingDeps, type Origin } from "./making.ts";
import type { PreparedJob } from "./prepared-job.ts";
import { type ShownJob, resultHead, resultLine, resultRow, shownJob } from "./shown-job.ts";

/** Jobs whose operations are read at once: each may hold some 100 MiB until it is kept. */
const maxArriving = 4;
/** Rows that are read at once: with their answers they may be 12 MiB. */
const pageSize = 50;
/** Listed at the most. */
const maxListed = 1000;

/** What can be done to a job, and what it becomes by it. */
const actions = {
  pause: { kind: "paused" },
  resume: { kind: "resumed" },
  cancel: { kind: "cancelled" },
} as const satisfies Record<string, JobInput>;

export type JobAction = keyof typeof actions;

/** Which results are wanted. */
export interface ResultsWish {
  /** Default: all that there are. */
  readonly only?: "failed";
  /** From the operation of this number on. Default 0. */
  readonly from?: number;
  /** How each is written. Default `jsonl`. */
  readonly format?: "jsonl" | "csv";
}

const done = { pause: "be paused", resume: "be resumed", cancel: "be cancelled" } as const satisfies Record<
  JobAction,
  string
>;

/** How a job is submitted. */
export interface Submission {
  /** Whether it begins only when it is resumed. Default false. */
  readonly isHeld?: boolean;
}

/** What jobs are made with. */
export interface JobsDeps extends DispatcherDeps, MakingDeps {
  /** Where what the jobs tell of themselves is heard. */
  readonly events: Pick<EventLog, "subscribe">;
}

/** The jobs of a gateway, as those who ask for them may see and change them. Whose job is another's is not there for them. */
export class Jobs {
  readonly #deps: JobsDeps;
  readonly #dispatcher: Dispatcher;
  /** Makes them, of what was looked over. */
  readonly making: Making;
  /** Jobs whose operations are being read. */
  #arrivals = 0;

  constructor(deps: JobsDeps) {
    this.#deps = deps;
    this.making = new Making(deps);
    this.#dispatcher = new Dispatcher(deps, (...asked) => this.making.nextPage(...asked));
  }

  /** Goes on with what an earlier process left. Returns at once. Called once. */
  start(): void {
    this.#dispatcher.start();
  }

  /**
   * Makes a job of these operations, which begins at once, or when it is resumed.
   *
   * @throws {GatewayError} what {@link Making.ofOperations} throws, and nothing was begun; `invalid_params` — an option is out of its range.
   */
  async submit(
    principal: Principal,
    given: readonly GivenOperation[],
    options: JobOptions,
    submission: Submission = {},
  ): Promise<ShownJob> {
    return this.#keep(await this.making.ofOperations(principal, given, rulesIn(options), originOf(submission)));
  }

  /**
   * Makes a job of what a tool answers page by page, an operation for each row. The first page is read and looked over before anything is kept;
   * the others are read while the job is carried out, each once the operations of the one before are kept.
   *
   * @throws {GatewayError} what {@link Making.ofPages} throws; `invalid_params` — an option is out of its range.
   */
  async submitEach(
    principal: Principal,
    wish: EachWish,
    options: JobOptions,
    submission: Submission = {},
  ): Promise<ShownJob> {
    return this.#keep(await this.making.ofPages(principal, wish, rulesIn(options), originOf(submission)));
  }

  /**
   * Makes a job of operations that are read as they arrive.
   *
   * @throws {GatewayError} what {@link readJob}, {@link submit} and {@link submitEach} throw; `too_many_jobs` — as many others arrive just now.
   */
  async receive(
    principal: Principal,
    pieces: AsyncIterable<Uint8Array>,
    format: InputFormat,
    options: JobOptions,
    submission: Submission = {},
  ): Promise<ShownJob> {
    rulesIn(options);
    const read = await this.read(pieces, format);
    return read.kind === "each"
      ? this.submitEach(principal, read.wish, options, submission)
      : this.submit(principal, read.operations, options, submission);
  }

  /**
   * What a job is to be made of, read as it arrives.
   *
   * @throws {GatewayError} what {@link readJob} throws; `too_many_jobs` — as many others arrive just now.
   */
  async read(pieces: AsyncIterable<Uint8Array>, format: InputFormat): Promise<JobContent> {
    if (this.#arrivals >= maxArriving) {
      throw new GatewayError("too_many_jobs", `${maxArriving} jobs are arriving just now, which is the most`);
    }
    this.#arrivals += 1;
    try {
      return await readJob(pieces, format);
    } finally {
      this.#arrivals -= 1;
    }
  }

  /**
   * Makes a job of what an earlier one brought, which must be over: see {@link operationsFrom}.
   *
   * @throws {GatewayError} `job_not_found`, `forbidden`; `job_conflict` — it is not over; what {@link operationsFrom} and {@link submit} throw.
   */
  async submitFrom(
    principal: Principal,
    id: string,
    template: JsonObject,
    options: JobOptions,
    submission: Submission = {},
  ): Promise<ShownJob> {
    rulesIn(options);
    const job = await this.#readable(principal, id);
    if (!isOver(job.state)) throw unfit(job, "be gone on from");
    return this.submit(principal, await operationsFrom(this.#rows(id, "ended"), template), options, submission);
  }

  async #keep({ job, operations }: PreparedJob): Promise<ShownJob> {
    await this.#deps.store.create(job, operations);
    this.begun();
    return this.#shown(job);
  }

  /** A job that was prepared is kept by now, and may begin. */
  begun(): void {
    this.#dispatcher.submitted();
  }

  /** Whether a job is over, or forgotten. */
  async isOver(id: string): Promise<boolean> {
    const job = this.#dispatcher.running(id)?.job ?? (await this.#deps.store.job(id));
    return job === undefined || isOver(job.state);
  }

  /** The principal's own jobs, the latest first; those of everybody for operators who ask for `all`. */
  async list(principal: Principal, { all = false, max = 100 }: { all?: boolean; max?: number }): Promise<ShownJob[]> {
    if (all) checkMay(principal, "operate_jobs");
    const wanted = { max: Math.min(max, maxListed), ...(all ? {} : { owner: principal.id }) };
    const jobs = await this.#deps.store.jobs(wanted);
    return jobs.map((job) => this.#shown(job));
  }

  /** Likewise with all that was wished, which may be long. @throws {GatewayError} `job_not_found`. */
  async showWhole(principal: Principal, id: string): Promise<ShownJob> {
    const job = await this.#found(principal, id);
    const shown = this.#shown(job);
    return shown.each === undefined ? shown : { ...shown, each: { ...shown.each, wish: job.source?.wish } };
  }

  /** @throws {GatewayError} `job_not_found`. */
  async show(principal: Principal, id: string): Promise<ShownJob> {
    return this.#shown(await this.#found(principal, id));
  }

  /**
   * Resolves with how a job stands once it is over or the time is.
   *
   * @throws {GatewayError} `job_not_found`; the signal's reason.
   */
  async wait(principal: Principal, id: string, wait: Wait): Promise<ShownJob> {
    // Of others' jobs nothing is heard.
    await this.#found(principal, id);
    await awaited(id, wait, {
      clock: this.#deps.gateway.deps.clock,
      events: this.#deps.events,
      elsewhere: async () =>
        this.#dispatcher.running(id) === undefined ? { job: await this.#deps.store.job(id) } : undefined,
      isOver: async () => isOver((await this.#found(principal, id)).state),
    });
    return this.show(principal, id);
  }

  /**
   * What became of the operations of a job that have ended, in the order of their numbers, each as a line of JSON, or as a row of a table, after
   * a first one with the names of its columns; once the job is over, all
   * of them; or only those that failed. Others' results are for those who may read arguments.
   *
   * @throws {GatewayError} `job_not_found`, `forbidden`; `store_unavailable`, also on the way.
   */
  async results(principal: Principal, id: string, wish: ResultsWish = {}): Promise<AsyncGenerator<string>> {
    const job = await this.#readable(principal, id);
    const all = isOver(job.state) ? undefined : "ended";
    const rows = this.#rows(job.id, wish.only ?? all, wish.from);
    return wish.format === "csv" ? tableOf(rows) : linesOf(rows);
  }

  async *#rows(id: string, only: "ended" | "failed" | undefined, first = 0): AsyncGenerator<OperationRow> {
    let from = first;
    for (;;) {
      const page = await this.#deps.store.operations(id, { from, max: pageSize, ...(only && { only }) });
      yield* page;
      const last = page.at(-1);
      if (last === undefined || page.length < pageSize) return;
      from = last.operation.number + 1;
    }
  }

  /**
   * Pauses, resumes or cancels a job; resolves when that is durable. Operations under way are aborted by a cancellation, and go on to
   * their end in a pause.
   *
   * @throws {GatewayError} `job_not_found`; `job_conflict` — the job is over, or is not paused and is to be resumed.
   */
  async act(principal: Principal, id: string, action: JobAction): Promise<ShownJob> {
    await this.#found(principal, id);
    const { clock } = this.#deps.gateway.deps;
    const job = await this.#dispatcher.change(id, (now) => {
      const state = nextState(now.state, actions[action]);
      if (isOver(now.state) || (action === "resume" && now.state.kind !== "paused")) throw unfit(now, done[action]);
      // Whoever resumes a job has looked at it.
      const changed = state === now.state ? now : { ...now, state, isTried: now.isTried || action === "resume" };
      return isOver(state) ? { ...changed, endedAt: clock.now() } : changed;
    });
    return this.#shown(job);
  }

  /**
   * Makes a job of the operations of one that failed, with its options; what they need of those that succeeded is put in its place. Where the
   * rest of its operations could not be read, it is read from there on. The earlier job stays what it is. The owner of the new one is who asks, with the tools that are there for it.
   *
   * @throws {GatewayError} `job_not_found`; `job_conflict` — the job is not over, or none of it failed; what {@link submit} throws.
   */
  async retry(principal: Principal, id: string): Promise<ShownJob> {
    const job = await this.#readable(principal, id);
    if (!isOver(job.state)) throw unfit(job, "be retried");
    const failed: OperationRow[] = [];
    for await (const row of this.#rows(id, "failed")) failed.push(row);
    const isToBeRead = job.source?.problem !== undefined;
    if (failed.length === 0 && !isToBeRead) {
      throw new GatewayError("job_conflict", `No operation of job ${id} has failed`);
    }
    const given = await againOf(failed, (number) => this.#deps.store.operation(id, number));
    const rules = { ...job.rules, dryRun: undefined };
    const source = job.source && { ...job.source, characters: 0, isRead: !isToBeRead, problem: undefined };
    const origin = { retryOf: id, source };
    return this.#keep(
      await (job.source === undefined
        ? this.making.ofOperations(principal, given, rules, origin)
        : this.making.ofRowsAgain(principal, given, rules, origin)),
    );
  }

  async #found(principal: Principal, id: string): Promise<Job> {
    const job = this.#dispatcher.running(id)?.job ?? (await this.#deps.store.job(id));
    if (job !== undefined && (job.owner.id === principal.id || may(principal, "operate_jobs"))) return job;
    throw new GatewayError("job_not_found", `There is no job ${JSON.stringify(id.slice(0, 100))}`);
  }

  /** A job whose results may be read. */
  async #readable(principal: Principal, id: string): Promise<Job> {
    const job = await this.#found(principal, id);
    if (job.owner.id !== principal.id) checkMay(principal, "read_arguments");
    return job;
  }

  #shown(job: Job): ShownJob {
    const run = this.#dispatcher.running(job.id);
    const counts = countsOf(job, run?.underWay.size ?? 0);
    return shownJob(job, counts, this.#deps.gateway.deps.clock.now());
  }

  /** Notes what has ended and aborts the rest, which the next process goes on with. Safe to call twice. */
  close(): Promise<void> {
    return this.#dispatcher.close();
  }
}

async function* linesOf(rows: AsyncIterable<OperationRow>): AsyncGenerator<string> {
  for await (const row of rows) yield resultLine(row);
}

async function* tableOf(rows: AsyncIterable<OperationRow>): AsyncGenerator<string> {
  yield resultHead;
  for await (const row of rows) yield resultRow(row);
}

function originOf({ isHeld = false }: Submission): Origin {
  return isHeld ? { state: { kind: "paused" }, isTried: true } : {};
}

function unfit({ id, state }: Job, what: string): GatewayError {
  return new GatewayError("job_conflict", `Job ${id} is ${state.kind}: it cannot ${what} now`, {
    data: { status: state.kind },
  });
}
