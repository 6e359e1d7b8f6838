import { setImmediate } from "node:timers";
import type { Clock, StopTimer } from "../core/clock.ts";
import { GatewayError, toGatewayError } from "../core/errors.ts";
import { delayAfter } from "../policy/backoff.ts";
import { type AttemptDeps, attempt } from "./attempt.ts";
import { isOver } from "./job-state.ts";
import type { Job, OperationRow } from "./job.ts";
import { tell } from "./news.ts";
import { Run, type Step, readAhead } from "./run.ts";

/** What jobs are carried out with. */
export interface DispatcherDeps extends AttemptDeps {
  /** The name under which the store is held, unique. */
  readonly worker: string;
  readonly random: () => number;
  /** Jobs that are over and kept. */
  readonly keep: number;
}

/** Jobs whose operations are under way at once; the others wait in the store. */
const maxRuns = 8;
/** Operations under way at once, for all jobs. */
const maxUnderWay = 100;
/** Operations that begin in one turn: what else the process has to do waits for a turn to end. */
const maxBegun = 4;
const holdMs = 3000;
const renewMs = 1000;
const drainMs = 2000;
/** Operations: some 3 ms of writing, which hold up everybody else. */
const forgetAtOnce = 1000;
/** Before the second attempt at an operation, and between two at the most, in ms. */
const backoff = { firstMs: 200, longestMs: 30_000, attemptsPerDay: 1 } as const;

/**
 * Carries out the jobs of a store, in turns: each turn notes in one transaction what has ended and what begins, and only then makes the
 * calls of what has begun. So a call that no row speaks of was never made, and a turn of many operations costs one write.
 *
 * Where the store cannot be written, nothing begins; it is tried again each second.
 */
export class Dispatcher {
  readonly #deps: DispatcherDeps;
  readonly #runs = new Map<string, Run>();
  readonly #wishes: (() => Promise<void>)[] = [];
  readonly #calls = new Set<Promise<void>>();
  #isHeld = false;
  #heldUntil = 0;
  #isTurning = false;
  #isWoken = false;
  #isFull = false;
  /** Whether a job may be due that is not carried out yet. */
  #isDue = true;
  /** Whether there may be more that is over than is kept. */
  #isCrowded = false;
  #isClosed = false;
  #isAborted = false;
  #turned: Promise<void> = Promise.resolve();
  #stopRenewal: StopTimer = () => undefined;
  #stopTimer: StopTimer = () => undefined;

  constructor(deps: DispatcherDeps) {
    this.#deps = deps;
  }

  /** Goes on with what an earlier process left, once upstreams can be called. Called once. */
  start(): void {
    const { gateway } = this.#deps;
    this.#stopRenewal = gateway.deps.clock.every(renewMs, () => {
      this.wake();
    });
    void gateway.settled.then(() => {
      this.wake();
    });
  }

  /** A job was made. */
  submitted(): void {
    this.#isDue = true;
    // Where nothing was to be done, the store was not held.
    if (!this.#isHeld) this.#heldUntil = 0;
    this.wake();
  }

  /** There may be something to do. */
  wake(): void {
    this.#isWoken = true;
    if (this.#isTurning || this.#isClosed) return;
    this.#isTurning = true;
    setImmediate(() => {
      // Who has closed meanwhile begins nothing more.
      if (!this.#isClosed) this.#turned = this.#turn();
    });
  }

  /** A job as it stands now, with how many of its operations are under way; undefined where it is not being carried out. */
  running(id: string): Run | undefined {
    return this.#runs.get(id);
  }

  /**
   * Changes how a job stands, between two turns; resolves once that is durable. Where it is over then, its calls are aborted.
   *
   * @throws {GatewayError} `job_not_found`; `job_conflict` — another process carries out the jobs; `store_unavailable`; what `change` throws.
   */
  async change(id: string, change: (job: Job) => Job): Promise<Job> {
    if (this.#isClosed) throw new GatewayError("shutting_down", "The gateway is stopping");
    const { promise, resolve, reject } = Promise.withResolvers<Job>();
    this.#wishes.push(() => this.#changed(id, change).then(resolve, reject));
    this.wake();
    return promise;
  }

  async #changed(id: string, change: (job: Job) => Job): Promise<Job> {
    const { store, worker } = this.#deps;
    const run = this.#runs.get(id);
    const job = run?.job ?? (await store.job(id));
    if (job === undefined)
      throw new GatewayError("job_not_found", `There is no job ${JSON.stringify(id.slice(0, 100))}`);
    // What has ended by now counts, and is noted first.
    const { clock } = this.#deps.gateway.deps;
    const at = clock.monotonic();
    const step = run?.plan({ places: 0, at, now: clock.now() });
    const changed = change(step?.job ?? job);
    if (changed === job && step === undefined) return job;
    await store.save(worker, { jobs: [changed], operations: step?.changes ?? [] });
    this.#isDue = true;
    this.#isCrowded ||= isOver(changed.state);
    this.#isWoken = true;
    if (run !== undefined) {
      if (step !== undefined) run.apply(step, at);
      run.job = changed;
    }
    this.#tell(job, changed, run);
    if (run !== undefined && isOver(changed.state)) this.#abort(run);
    return changed;
  }

  #tell(before: Job, after: Job, run: Run | undefined): void {
    const { clock, events } = this.#deps.gateway.deps;
    tell(events, before, after, run, clock.now());
  }

  #abort(run: Run): void {
    for (const controller of run.underWay.values()) {
      controller.abort(new GatewayError("cancelled", "The job is over"));
    }
    this.#runs.delete(run.job.id);
  }

  async #turn(): Promise<void> {
    const { clock } = this.#deps.gateway.deps;
    this.#stopTimer();
    this.#isWoken = false;
    try {
      if (await this.#held()) {
        await this.#admit(clock.monotonic());
        await this.#step();
        await this.#forget();
      }
    } catch (thrown) {
      // What was to be noted waits where it is; the renewal wakes us again. Who has lost the store gives up what it had of it.
      if (toGatewayError(thrown).code === "job_conflict") this.#lose();
    }
    this.#isTurning = false;
    if (this.#isWoken && !this.#isFull) this.wake();
    else this.#stopTimer = this.#timerFor(clock.monotonic());
  }

  /** Whether the store is ours. What is wished for is done first; without the store it fails, and says why. */
  async #held(): Promise<boolean> {
    try {
      return await this.#hold();
    } finally {
      await this.#grant();
    }
  }

  async #grant(): Promise<void> {
    for (const wish of this.#wishes.splice(0)) await wish();
  }

  #timerFor(at: number): StopTimer {
    const times = [...this.#runs.values()].flatMap((run) => run.nextAt(at) ?? []);
    if (times.length === 0) return () => undefined;
    return this.#deps.gateway.deps.clock.after(Math.max(1, Math.min(...times) - at), () => {
      this.wake();
    });
  }

  async #hold(): Promise<boolean> {
    const { store, worker, gateway } = this.#deps;
    const { clock } = gateway.deps;
    if (this.#isHeld && clock.monotonic() < this.#heldUntil) return true;
    this.#isFull = false;
    this.#isDue = true;
    const hasWork = this.#runs.size > 0 || this.#wishes.length > 0 || this.#isCrowded;
    if (!hasWork && (await store.due(1)).length === 0) {
      if (this.#isHeld) await store.release(worker);
      this.#isHeld = false;
      return false;
    }
    const isHeld = await store.hold(worker, clock.now(), holdMs);
    if (!isHeld && this.#isHeld) this.#lose();
    this.#isHeld = isHeld;
    this.#heldUntil = clock.monotonic() + renewMs / 2;
    return isHeld;
  }

  #lose(): void {
    this.#isHeld = false;
    for (const run of this.#runs.values()) this.#abort(run);
  }

  /** Takes up jobs as far as there is room, and reads on in those that need it. */
  async #admit(at: number): Promise<void> {
    const { store } = this.#deps;
    for (const [id, run] of this.#runs) {
      if (!run.isActive && run.underWay.size === 0 && run.ended.length === 0) this.#runs.delete(id);
    }
    if (this.#isDue) {
      this.#isDue = false;
      for (const job of await store.due(maxRuns)) {
        // Those that come before the ones under way are taken up beside them.
        if (!this.#runs.has(job.id) && this.#runs.size < 2 * maxRuns) this.#runs.set(job.id, new Run(job));
      }
    }
    for (const run of this.#runs.values()) {
      if (run.isShort(at)) await this.#readOn(run);
    }
  }

  async #readOn(run: Run): Promise<void> {
    const { store } = this.#deps;
    const rows = await store.operations(run.job.id, { from: run.next, max: readAhead, only: "open" });
    if (rows.length < readAhead) run.next = run.job.total;
    run.take(rows);
    const needed = new Set(rows.flatMap(({ operation }) => operation.needs));
    for (const number of needed) {
      if (run.knows(number)) continue;
      const row = await store.operation(run.job.id, number);
      if (row !== undefined) run.remember(number, row.state.kind);
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
      store.save(worker, { jobs: steps.map(({ job }) => job), operations: steps.flatMap(({ changes }) => changes) }),
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
      const call = this.#call(run, row, controller).finally(() => this.#calls.delete(call));
      this.#calls.add(call);
    }
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
   * Begins nothing more, gives the calls under way two seconds, notes what has ended, aborts the rest and lets others have the store. Safe to
   * call twice.
   */
  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
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
        await store.save(worker, { jobs: [step.job], operations: step.changes }).catch(() => undefined);
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
