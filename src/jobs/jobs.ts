import { checkMay, may } from "../access/actions.ts";
import type { Principal } from "../access/principal.ts";
import { storedPrincipal } from "../access/stored-principal.ts";
import type { Signal } from "../core/canceller.ts";
import { GatewayError } from "../core/errors.ts";
import type { EventLog } from "../events/event-log.ts";
import type { Event, JobFact, JobProgress } from "../events/fact.ts";
import type { JsonObject } from "../core/json.ts";
import { Dispatcher, type DispatcherDeps } from "./dispatcher.ts";
import { progressOf } from "./progress.ts";
import { operationsFrom } from "./from-results.ts";
import { type EachWish, type Source, unread } from "./each.ts";
import { type GivenOperation, wrongLine } from "./given-operation.ts";
import { KnownTools } from "./known-tools.ts";
import { type JobOptions, type JobRules, rulesIn } from "./job-options.ts";
import { type JobInput, isOver, nextState } from "./job-state.ts";
import { type Job, type OperationRow, countsOf } from "./job.ts";
import { ordered } from "./ordered.ts";
import { checkStatements } from "./statements.ts";
import { withResults } from "./reference.ts";
import { type InputFormat, readJob, readOperations } from "./read-operations.ts";
import { readPage } from "./read-page.ts";
import type { NumberedPage } from "./reading.ts";
import type { PreparedJob } from "./prepared-job.ts";
import { type ShownJob, resultHead, resultLine, resultRow, shownJob } from "./shown-job.ts";

/** Jobs that are not over, of all owners together. */
const maxOpen = 1000;
/** Jobs whose operations are read at once: each may hold some 100 MiB until it is kept. */
const maxArriving = 4;
/** Rows that are read at once: with their answers they may be 12 MiB. */
const pageSize = 50;
/** How often who waits for a job of another gateway's looks how far it is, in ms: what happens to it is told there. */
const lookMs = 1000;
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
export interface JobsDeps extends DispatcherDeps {
  /** Ids that are unique, later ones sorting later. */
  readonly newId: () => string;
  /** Where what the jobs tell of themselves is heard. */
  readonly events: Pick<EventLog, "subscribe">;
}

/** How somebody waits for a job. */
export interface Wait {
  /** At the longest. */
  readonly ms: number;
  /** Ends it early, with the reason. */
  readonly signal: Signal;
  /** Told how far the job is, each time further. */
  readonly tell: (step: number, total: number, message: string) => void;
}

/** The jobs of a gateway, as those who ask for them may see and change them. Whose job is another's is not there for them. */
export class Jobs {
  readonly #deps: JobsDeps;
  readonly #dispatcher: Dispatcher;
  readonly #tools: KnownTools;
  /** Jobs whose operations are being read. */
  #arrivals = 0;

  constructor(deps: JobsDeps) {
    this.#deps = deps;
    this.#tools = new KnownTools(deps.gateway);
    this.#dispatcher = new Dispatcher(deps, (job, source, controller) => this.#readOn(job, source, controller));
  }

  /** Goes on with what an earlier process left. Returns at once. Called once. */
  start(): void {
    this.#dispatcher.start();
  }

  /**
   * Makes a job of these operations, which begins at once, or when it is resumed.
   *
   * @throws {GatewayError} `invalid_params` — an option is out of its range; `invalid_operations` — operations need what is not there, or
   *   each other; `unknown_tool` — a tool is not there for this principal, and nothing was begun; `too_many_jobs`; `store_unavailable`.
   */
  async submit(
    principal: Principal,
    given: readonly GivenOperation[],
    options: JobOptions,
    { isHeld = false }: Submission = {},
  ): Promise<ShownJob> {
    const origin = isHeld ? ({ state: { kind: "paused" }, isTried: true } as const) : {};
    return this.#keep(await this.prepared(principal, given, rulesIn(options), origin));
  }

  /**
   * Makes a job of what a tool answers page by page, an operation for each row. The first page is read and looked over before anything is kept;
   * the others are read while the job is carried out, each once the operations of the one before are kept.
   *
   * @throws {GatewayError} what {@link readPage} and {@link submit} throw; `invalid_operations` — the tool may change something, or has no rows.
   */
  async submitEach(
    principal: Principal,
    wish: EachWish,
    options: JobOptions,
    { isHeld = false }: Submission = {},
  ): Promise<ShownJob> {
    const rules = rulesIn(options);
    await this.#tools.checkReads(principal, wish.tool);
    const caller = { principal, entrance: "job" } as const;
    const { given, source } = await readPage(this.#deps.gateway, unread(wish), 0, caller, new AbortController());
    if (given.length === 0 && source.isRead) throw wrongLine(1, 1, `${wish.tool} has no rows there`);
    const held = isHeld ? ({ state: { kind: "paused" }, isTried: true } as const) : {};
    return this.#keep(await this.prepared(principal, given, rules, { ...held, source }));
  }

  /** The next operations of a job that goes on with a page of its source, as its owner. */
  async #readOn(job: Job, source: Source, controller: AbortController): Promise<NumberedPage> {
    const { gateway, revive } = this.#deps;
    const principal = revive(job.owner);
    if (principal === undefined)
      throw new GatewayError("unauthenticated", "The owner of the job may not come in any more");
    const entrance = job.schedule === undefined ? "job" : "schedule";
    const page = await readPage(gateway, source, job.total, { principal, entrance }, controller);
    return { operations: await this.#tools.further(principal, page.given, job.total), source: page.source };
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
    const read = await this.#arriving(() => readJob(pieces, format));
    return read.kind === "each"
      ? this.submitEach(principal, read.wish, options, submission)
      : this.submit(principal, read.operations, options, submission);
  }

  /**
   * Operations that are read as they arrive.
   *
   * @throws {GatewayError} what {@link readOperations} throws; `too_many_jobs` — as many others arrive just now.
   */
  read(pieces: AsyncIterable<Uint8Array>, format: InputFormat): Promise<readonly GivenOperation[]> {
    return this.#arriving(() => readOperations(pieces, format));
  }

  async #arriving<Read>(read: () => Promise<Read>): Promise<Read> {
    if (this.#arrivals >= maxArriving) {
      throw new GatewayError("too_many_jobs", `${maxArriving} jobs are arriving just now, which is the most`);
    }
    this.#arrivals += 1;
    try {
      return await read();
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

  /**
   * A job of these operations that may be kept. Keeps nothing.
   *
   * @throws {GatewayError} what {@link submit} throws.
   */
  async prepared(
    principal: Principal,
    given: readonly GivenOperation[],
    rules: JobRules,
    origin: Partial<Pick<Job, "retryOf" | "schedule" | "state" | "isTried" | "source">> = {},
  ): Promise<PreparedJob> {
    const { store, gateway, newId } = this.#deps;
    const operations = await this.#tools.checked(principal, ordered(given));
    await checkStatements(this.#deps.gateway, principal, given);
    if ((await store.open()) >= maxOpen) {
      throw new GatewayError("too_many_jobs", `${maxOpen} jobs are not over yet, which is the most`);
    }
    const job: Job = {
      id: newId(),
      owner: storedPrincipal(principal),
      rules,
      state: { kind: "queued" },
      total: operations.length,
      succeeded: 0,
      failed: 0,
      createdAt: gateway.deps.clock.now(),
      startedAt: undefined,
      endedAt: undefined,
      retryOf: undefined,
      schedule: undefined,
      isTried: false,
      source: undefined,
      ...origin,
    };
    return { job, operations };
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

  /** @throws {GatewayError} `job_not_found`. */
  async show(principal: Principal, id: string): Promise<ShownJob> {
    return this.#shown(await this.#found(principal, id));
  }

  /**
   * Resolves with how a job stands once it is over or the time is.
   *
   * @throws {GatewayError} `job_not_found`; the signal's reason.
   */
  async wait(principal: Principal, id: string, { ms, signal, tell }: Wait): Promise<ShownJob> {
    // Of others' jobs nothing is heard.
    await this.#found(principal, id);
    const { events, gateway } = this.#deps;
    const { promise, resolve } = Promise.withResolvers<void>();
    let last = 0;
    const heard = ({ step, total, message }: JobProgress): void => {
      if (step > last) tell((last = step), total, message);
    };
    const stopListening = events.subscribe((event) => {
      if (!isAboutJob(event) || event.job !== id) return;
      heard(event);
      if (event.type !== "job.started" && event.type !== "job.progressed") resolve();
    });
    const { clock } = gateway.deps;
    const stopTimer = clock.after(ms, resolve);
    const stopLooking = clock.every(lookMs, () => {
      if (this.#dispatcher.running(id) !== undefined) return;
      // What cannot be read now may be in a second.
      void this.#deps.store.job(id).then(
        (job) => {
          if (job !== undefined) heard(progressOf(job, countsOf(job, 0), clock.now()));
          if (job === undefined || isOver(job.state)) resolve();
        },
        () => undefined,
      );
    });
    signal.addEventListener("abort", resolve);
    try {
      // It may have been over before anybody listened.
      if (signal.aborted || isOver((await this.#found(principal, id)).state)) resolve();
      await promise;
    } finally {
      stopListening();
      stopTimer();
      stopLooking();
      signal.removeEventListener("abort", resolve);
    }
    signal.throwIfAborted();
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
    const source = job.source?.problem && { ...job.source, isRead: false, problem: undefined };
    if (failed.length === 0 && source === undefined) {
      throw new GatewayError("job_conflict", `No operation of job ${id} has failed`);
    }
    const given = await againOf(failed, (number) => this.#deps.store.operation(id, number));
    return this.#keep(
      await this.prepared(principal, given, { ...job.rules, dryRun: undefined }, { retryOf: id, source }),
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

function isAboutJob(event: Event): event is Event & JobFact {
  return event.type.startsWith("job.");
}

function unfit({ id, state }: Job, what: string): GatewayError {
  return new GatewayError("job_conflict", `Job ${id} is ${state.kind}: it cannot ${what} now`, {
    data: { status: state.kind },
  });
}

/** Operations to be made anew. Those of them that need each other still do; results of others are put in place. */
async function againOf(
  failed: readonly OperationRow[],
  rowOf: (number: number) => Promise<OperationRow | undefined>,
): Promise<GivenOperation[]> {
  const ids = new Map(failed.map(({ operation }) => [operation.number, operation.id]));
  const again: GivenOperation[] = [];
  for (const { operation } of failed) {
    const { id, tool, arguments: given, idempotencyKey, number } = operation;
    const results = new Map<string, unknown>();
    const needs: string[] = [];
    for (const needed of operation.needs) {
      const own = ids.get(needed);
      if (own !== undefined) needs.push(own);
      else {
        const row = await rowOf(needed);
        if (row?.state.kind === "succeeded") results.set(row.operation.id, JSON.parse(row.answer ?? "null"));
      }
    }
    again.push({ id, tool, arguments: withResults(given, results), idempotencyKey, needs, line: number + 1 });
  }
  return again;
}
