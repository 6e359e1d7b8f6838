import { setImmediate } from "node:timers";
import type { Clock, StopTimer } from "../core/clock.ts";
import { GatewayError, toGatewayError } from "../core/errors.ts";
import { sleep } from "../core/sleep.ts";
import { delayAfter } from "../policy/backoff.ts";
import { type AttemptDeps, attempt } from "./attempt.ts";
import { isDue, isOver } from "./job-state.ts";
import type { Job, OperationRow } from "./job.ts";
import { tell } from "./news.ts";
import { Pages } from "./pages.ts";
import type { ReadingDeps } from "./reading.ts";
import { readOn } from "./read-ahead.ts";
import { Run, type Step } from "./run.ts";

/** What jobs are carried out with. */
export interface DispatcherDeps extends AttemptDeps {
  /** The name under which it has jobs, unique. */
  readonly worker: string;
  readonly random: () => number;
  /** Jobs that are over and kept. */
  readonly keep: number;
}

/** Jobs whose operations are under way at once; the others wait in the store, or for another worker. */
const maxRuns = 8;
/** Operations under way at once, for all jobs. */
const maxUnderWay = 100;
/** Operations that begin in one turn: what else the process has to do waits for a turn to end. */
const maxBegun = 12;
const leaseMs = 3000;
const renewMs = 1000;
const drainMs = 2000;
/** Where others take jobs of the store too, in ms for each job that is here, before the next is taken: so that it goes to who has least. */
const paceMs = 20;
/** Operations: some 3 ms of writing, which hold up everybody else. */
const forgetAtOnce = 1000;
/** Before the second attempt at an operation, and between two at the most, in ms. */
const backoff = { firstMs: 200, longestMs: 30_000, attemptsPerDay: 1 } as const;

/**
 * Carries out jobs of a store, those that it has taken there, in turns: each turn notes in one transaction what has ended and what begins, and only then makes the
 * calls of what has begun. So a call that no row speaks of was never made, and a turn of many operations costs one write.
 *
 * Where the store cannot be written, nothing begins; it is tried again each second.
 */
export class Dispatcher {
  readonly #deps: DispatcherDeps;
  readonly #pages: Pages;
  readonly #runs = new Map<string, Run>();
  readonly #wishes: (() => Promise<void>)[] = [];
  readonly #calls = new Set<Promise<void>>();
  /** Until then nobody need be told that what is carried out here still is. */
  #keptUntil = 0;
  /** From then on another job may be taken. */
  #takeAt = 0;
  #isTurning = false;
  /** When the latest turn began. */
  #turnedAt = Number.NEGATIVE_INFINITY;
  #isWoken = false;
  #isFull = false;
  /** Whether a job may be due that is not carried out yet. */
  #isDue = true;
  /** Whether there may be more that is over than is kept. */
  #isCrowded = false;
  #isClosed = false;
  #isAborted = false;
  readonly #closing = new AbortController();
  #turned: Promise<void> = Promise.resolve();
  #stopRenewal: StopTimer = () => undefined;
  #stopTimer: StopTimer = () => undefined;

  /** `read` gives the next operations of jobs that are made of what a tool answers. */
  constructor(deps: DispatcherDeps, read: ReadingDeps["read"]) {
    this.#deps = deps;
    const { clock } = deps.gateway.deps;
    this.#pages = new Pages(
      { clock, random: deps.random, read },
      {
        save: (changes) => this.#saved(deps.store.save(deps.worker, changes)),
        during: (reading) => {
          this.#during(reading);
        },
        wake: () => {
          this.wake();
        },
      },
    );
  }

  /** Goes on with what an earlier process left, once upstreams can be called. Called once. */
  start(): void {
    const { gateway, store } = this.#deps;
    const { clock } = gateway.deps;
    this.#stopRenewal = clock.every(renewMs, () => {
      this.#look();
    });
    void gateway.settled.then(() => {
      this.#look();
      store.listen?.(() => {
        this.#look();
        return sleep(clock, paceMs * (this.#runs.size + 1), this.#closing.signal);
      });
    });
  }

  #look(): void {
    this.#isDue = true;
    this.wake();
  }

  /** A job was made. */
  submitted(): void {
    // A store that tells of it tells the worker that is to have it.
    if (this.#deps.store.listen === undefined) this.#look();
  }

  /** There may be something to do. */
  wake(): void {
    this.#isWoken = true;
    if (this.#isTurning || this.#isClosed) return;
    this.#isTurning = true;
    const { clock } = this.#deps.gateway.deps;
    const waitMs = this.#turnedAt + this.#deps.store.turnMs - clock.monotonic();
    const begin = (): void => {
      // Who has closed meanwhile begins nothing more.
      if (!this.#isClosed) this.#turned = this.#turn();
    };
    this.#stopTimer();
    if (waitMs <= 0) setImmediate(begin);
    else this.#stopTimer = clock.after(waitMs, begin);
  }

  /** A job as it stands now, with how many of its operations are under way; undefined where it is not being carried out. */
  running(id: string): Run | undefined {
    return this.#runs.get(id);
  }

  /**
   * Changes how a job stands, between two turns; resolves once that is durable. Where it is over then, its calls are aborted.
   *
   * @throws {GatewayError} `job_not_found`; `store_unavailable`; what `change` throws.
   */
  async change(id: string, change: (job: Job) => Job): Promise<Job> {
    if (this.#isClosed) throw new GatewayError("shutting_down", "The gateway is stopping");
    const { promise, resolve, reject } = Promise.withResolvers<Job>();
    this.#wishes.push(() => this.#changed(id, change).then(resolve, reject));
    this.wake();
    return promise;
  }

  async #changed(id: string, change: (job: Job) => Job): Promise<Job> {
    const run = this.#runs.get(id);
    if (run !== undefined) return this.#changedHere(run, change);
    // Who carries it out finds it changed, at the latest when it says next that it still does.
    const changed = await this.#deps.store.change(id, change);
    if (changed === undefined)
      throw new GatewayError("job_not_found", `There is no job ${JSON.stringify(id.slice(0, 100))}`);
    this.#noted(changed.before, changed.after);
    return changed.after;
  }

  async #changedHere(run: Run, change: (job: Job) => Job): Promise<Job> {
    const { store, worker, gateway } = this.#deps;
    const { clock } = gateway.deps;
    const before = run.job;
    // What has ended by now counts, and is noted first.
    const at = clock.monotonic();
    const step = run.plan({ places: 0, at, now: clock.now() });
    const changed = change(step?.job ?? before);
    if (changed === before && step === undefined) return before;
    try {
      await store.save(worker, {
        jobs: [{ was: before.state.kind, job: changed }],
        operations: step?.changes ?? [],
      });
    } catch (thrown) {
      if (toGatewayError(thrown).code !== "job_conflict") throw thrown;
      await this.#keep(0);
      return this.#changed(before.id, change);
    }
    if (step !== undefined) run.apply(step, at);
    run.job = changed;
    this.#noted(before, changed, run);
    if (isOver(changed.state)) this.#abort(run);
    return changed;
  }

  #noted(before: Job, after: Job, run?: Run): void {
    this.#isDue = true;
    this.#isCrowded ||= isOver(after.state);
    this.#isWoken = true;
    this.#tell(before, after, run);
  }

  #tell(before: Job, after: Job, run?: Run): void {
    const { clock, events } = this.#deps.gateway.deps;
    tell(events, before, after, run, clock.now());
  }

  #abort(run: Run): void {
    for (const controller of run.underWay.values()) {
      controller.abort(new GatewayError("cancelled", "The job is over, or another gateway carries it out"));
    }
    run.reading.leave();
    this.#runs.delete(run.job.id);
  }

  async #turn(): Promise<void> {
    const { clock } = this.#deps.gateway.deps;
    this.#stopTimer();
    this.#turnedAt = clock.monotonic();
    this.#isWoken = false;
    try {
      await this.#kept();
      await this.#admit(clock.monotonic());
      for (const run of this.#runs.values()) await this.#pages.goOn(run, clock.monotonic());
      await this.#step();
      await this.#forget();
    } catch (thrown) {
      // What was to be noted waits where it is; the renewal wakes us again. What others have changed is looked at at once.
      if (toGatewayError(thrown).code === "job_conflict") {
        this.#keptUntil = 0;
        this.#isFull = false;
        this.#isWoken = true;
      }
    }
    this.#isTurning = false;
    if (this.#isWoken && !this.#isFull) this.wake();
    else this.#stopTimer = this.#timerFor(clock.monotonic());
  }

  /** What is carried out here is ours. What is wished for is done next, also without the store, where it fails, and says why. */
  async #kept(): Promise<void> {
    const at = this.#deps.gateway.deps.clock.monotonic();
    const room = 2 * maxRuns - this.#runs.size;
    const more = this.#isDue && at >= this.#takeAt ? Math.min(room, this.#isShared ? 1 : room) : 0;
    try {
      if (more > 0 || at >= this.#keptUntil) await this.#keep(more);
    } finally {
      await this.#grant();
    }
  }

  async #grant(): Promise<void> {
    for (const wish of this.#wishes.splice(0)) await wish();
  }

  #timerFor(at: number): StopTimer {
    const times = [...this.#runs.values()].flatMap((run) => run.nextAt(at) ?? []);
    if (this.#isDue && this.#takeAt > at) times.push(this.#takeAt);
    if (times.length === 0) return () => undefined;
    return this.#deps.gateway.deps.clock.after(Math.max(1, Math.min(...times) - at), () => {
      this.wake();
    });
  }

  get #isShared(): boolean {
    return this.#deps.store.listen !== undefined;
  }

  /** Keeps what is ours, takes up to so many more, and finds out what others have changed. */
  async #keep(more: number): Promise<void> {
    const { store, worker, gateway } = this.#deps;
    const { clock } = gateway.deps;
    this.#isFull = false;
    const { jobs, share } = await store.take(worker, { now: clock.now(), ms: leaseMs, more, among: maxRuns });
    const at = clock.monotonic();
    this.#keptUntil = at + renewMs / 2;
    const own = new Map(jobs.map((job) => [job.id, job]));
    for (const run of this.#runs.values()) {
      const job = own.get(run.job.id);
      if (job === undefined) this.#abort(run);
      else if (job.state.kind !== run.job.state.kind) this.#adopt(run, job);
      // One that is over by now is begun anew, with nothing under way: it is let go of next.
      if (this.#runs.has(run.job.id)) own.delete(run.job.id);
    }
    for (const job of own.values()) this.#runs.set(job.id, new Run(job));
    this.#leave(share);
    if (more === 0) return;
    this.#isDue = own.size >= more;
    if (this.#isShared) this.#takeAt = at + paceMs * this.#runs.size;
  }

  /** What is beyond our share goes to a worker that has less, once its calls under way have ended: those that came last. */
  #leave(share: number): void {
    let place = 0;
    for (const run of this.#runs.values()) {
      run.isLeaving = place >= share;
      if (isDue(run.job.state)) place += 1;
    }
  }

  /** Somebody has changed how a job of ours stands. */
  #adopt(run: Run, job: Job): void {
    const before = run.job;
    run.job = job;
    this.#tell(before, job, run);
    if (isOver(job.state)) this.#abort(run);
  }

  /** Lets go of jobs that wait for somebody or are to go on elsewhere, and reads on in those that need it. */
  async #admit(at: number): Promise<void> {
    const { store, worker } = this.#deps;
    for (const [id, run] of this.#runs) {
      if (run.isActive || run.underWay.size > 0 || run.ended.length > 0) continue;
      run.reading.leave();
      this.#runs.delete(id);
      await store.release(worker, id);
    }
    for (const run of this.#runs.values()) {
      if (run.isShort(at)) await readOn(store, run);
    }
  }

  async #step(): Promise<void> {
    const { store, worker, gateway, revive } = this.#deps;
    const { clock } = gateway.deps;
    const [at, now] = [clock.monotonic(), clock.now()];
    const steps: Step[] = [];
    let places = maxUnderWay;
    for (const run of this.#runs.values()) places -= run.busy;
    places = Math.min(places, maxBegun);
    for (const run of [...this.#runs.values()].toSorted(byRight)) {
      const givenUp = revive(run.job.owner) === undefined ? "unauthenticated" : undefined;
      const step = run.plan({ places, at, now, givenUp });
      if (step === undefined) continue;
      places -= step.begun.length;
      steps.push(step);
    }
    if (steps.length === 0) return;
    await this.#saved(
      store.save(worker, {
        jobs: steps.map(({ run, job }) => ({ was: run.job.state.kind, job })),
        operations: steps.flatMap(({ changes }) => changes),
      }),
    );
    for (const step of steps) this.#carryOut(step, at);
    if (steps.some(({ job }) => isOver(job.state))) {
      this.#isDue = true;
      this.#isCrowded = true;
    }
    // A step may have made room, have begun all that was read, or have ended what others need.
    if (steps.some((step) => step.begun.length > 0 || step.run.goesOnAfter(step) || isOver(step.job.state)))
      this.#isWoken = true;
  }

  /** A job with many operations is forgotten in several turns. */
  async #forget(): Promise<void> {
    if (!this.#isCrowded) return;
    const { store, keep, gateway } = this.#deps;
    this.#isCrowded = await store.forget(keep, forgetAtOnce, gateway.deps.clock.now());
    if (this.#isCrowded) this.#isWoken = true;
  }

  async #saved(saving: Promise<void>): Promise<void> {
    this.#isFull = true;
    await saving;
    this.#isFull = false;
  }

  #carryOut(step: Step, at: number): void {
    const { run, begun } = step;
    const before = run.job;
    run.apply(step, at);
    this.#tell(before, run.job, run);
    if (isOver(run.job.state)) {
      this.#abort(run);
      return;
    }
    for (const row of begun) {
      const controller = new AbortController();
      run.underWay.set(row.operation.number, controller);
      this.#during(this.#call(run, row, controller));
    }
  }

  /** Who closes waits for it. */
  #during(work: Promise<void>): void {
    const counted = work.finally(() => this.#calls.delete(counted));
    this.#calls.add(counted);
  }

  async #call(run: Run, row: OperationRow, controller: AbortController): Promise<void> {
    const { gateway, random } = this.#deps;
    const { clock } = gateway.deps;
    const { retries } = run.job.rules;
    const ending = await attempt(this.#deps, run.job, row.operation, controller);
    // A gateway that stops leaves its operations as they are in the rows, for the next one: as if it had been killed.
    if (this.#isAborted) return;
    const { attempts } = row.state;
    const isAgain = ending.code !== undefined && ending.mayRepeat && attempts <= retries;
    const againAt = isAgain ? clock.monotonic() + delayAfter(attempts - 1, random, backoff) : undefined;
    run.ended.push({ row, ending, againAt });
    this.wake();
  }

  /**
   * Begins nothing more, gives the calls under way two seconds, notes what has ended, aborts the rest and leaves the jobs to others. Safe to
   * call twice.
   */
  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#closing.abort();
    this.#stopRenewal();
    this.#stopTimer();
    await this.#turned;
    await this.#grant();
    const { store, worker, gateway } = this.#deps;
    await this.#drained(gateway.deps.clock);
    this.#isAborted = true;
    for (const run of this.#runs.values()) {
      const step = run.plan({ places: 0, at: 0, now: gateway.deps.clock.now() });
      // What cannot be noted is what a killed process leaves.
      if (step !== undefined)
        await store
          .save(worker, { jobs: [{ was: run.job.state.kind, job: step.job }], operations: step.changes })
          .catch(() => undefined);
      this.#abort(run);
    }
    await Promise.all(this.#calls);
    await store.release(worker).catch(() => undefined);
  }

  async #drained(clock: Clock): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const stop = clock.after(drainMs, resolve);
    await Promise.race([promise, Promise.all(this.#calls)]);
    stop();
  }
}

/** Those of a higher priority come first, then those of which less is under way: so none waits for another of its rank. */
function byRight(a: Run, b: Run): number {
  return b.job.rules.priority - a.job.rules.priority || a.busy - b.busy;
}
