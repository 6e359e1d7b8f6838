import type { Signal } from "../core/canceller.ts";
import { deadline } from "../core/deadline.ts";
import { GatewayError, toGatewayError } from "../core/errors.ts";
import { sleep } from "../core/sleep.ts";
import { AttemptBudget, delayAfter } from "../policy/backoff.ts";
import type { Connection, UpstreamDeps } from "./connection.ts";
import type { RestartPolicy } from "./options.ts";
import { RecoveryQueue } from "./recovery-queue.ts";
import {
  type DisabledBy,
  type Problem,
  type Stage,
  type StateInput,
  type UpstreamState,
  failuresOf,
  isUp,
  nextState,
  problemOf,
} from "./state.ts";
import { unavailable } from "./unavailable.ts";

/** What a supervisor works on. */
export interface SupervisorDeps extends Pick<UpstreamDeps, "clock" | "random" | "recovery"> {
  readonly startTimeoutMs: number;
  /** Whether it is connected only when somebody wants it. */
  readonly isLazy: boolean;
  readonly isDisabled: boolean;
  /** What becomes of it when its process ends. */
  readonly restart: RestartPolicy;
  /** What keeps it from being started at all. */
  readonly obstacle: Problem | undefined;
  /** Resolves when it may be dialled, with what to call when that has been done. Never rejects. */
  readonly turn: (signal: AbortSignal) => Promise<() => void>;
  /**
   * Connects it. Where that fails or the signal fires, nothing is left. `started` is called when the worst of it is over, `lost` when what
   * was opened ends by itself.
   */
  readonly open: (
    signal: AbortSignal,
    started: () => void,
    lost: (problem: GatewayError) => void,
  ) => Promise<Connection>;
  /** It is connected, and in use from now on. */
  readonly opened: (connection: Connection) => void;
  /** It no longer is. */
  readonly gone: () => void;
  /** Where a person should log in now; undefined where none is asked to. */
  readonly authorizationUrl: () => string | undefined;
  readonly changed: (state: UpstreamState, before: UpstreamState) => void;
}

/** What can be wrong with an upstream that is connected. */
export type Illness = "breaker" | "health" | "empty";

/** A recovery that is this near is worth waiting for, in ms. */
const worthWaitingMs = 1000;
/** How long a call waits for an upstream that has failed before and is being tried, in ms. */
const retryWaitMs = 5000;
/** A call brings the next try forward where the last one was this long ago, in ms. */
const wantedAfterMs = 30_000;

/** Keeps one upstream connected, or says why it is not. See {@link UpstreamState} for what it goes through. */
export class Supervisor {
  readonly #deps: SupervisorDeps;
  readonly #recovery: RecoveryQueue;
  readonly #budget = new AttemptBudget();
  readonly #closing = new AbortController();
  readonly #firstAttempt = Promise.withResolvers<void>();
  readonly #waiting = new Set<() => void>();
  readonly #ills = new Map<Illness, Problem>();
  #state: UpstreamState;
  #connection: Connection | undefined;
  #attempt: Promise<void> = Promise.resolve();
  #lastAttemptAt = Number.NEGATIVE_INFINITY;
  #lastStderr: readonly string[] = [];

  constructor(deps: SupervisorDeps) {
    this.#deps = deps;
    this.#recovery = deps.recovery ?? new RecoveryQueue(deps.clock);
    const since = deps.clock.now();
    const { isDisabled, obstacle } = deps;
    if (isDisabled) this.#state = { kind: "disabled", since, by: "configuration" };
    else if (obstacle) this.#state = { kind: "disabled", since, by: "configuration", problem: obstacle };
    else if (deps.isLazy) this.#state = { kind: "stopped", since, why: "idle" };
    else this.#state = { kind: "starting", since, attempts: 0 };
  }

  get state(): UpstreamState {
    return this.#state;
  }

  /** The connection there is; undefined while there is none. */
  get connection(): Connection | undefined {
    return this.#connection;
  }

  /** Fires when it is closed for good. */
  get closing(): AbortSignal {
    return this.#closing.signal;
  }

  /** The last lines of its stderr; after a failure, those of the child that failed. */
  get stderr(): readonly string[] {
    return this.#connection?.stderr() ?? this.#lastStderr;
  }

  /** Resolves when the first attempt to connect has ended, well or badly; at once where none is to be made yet. */
  get settled(): Promise<void> {
    return this.#firstAttempt.promise;
  }

  /** Begins to connect, where it is to be connected before somebody wants it. Called once. */
  start(): void {
    if (this.#state.kind === "starting") this.#attempt = this.#dial();
    else this.#firstAttempt.resolve();
  }

  /** Moves it, as somebody or something outside wants. Where that leads to `starting`, it is dialled at once. */
  move(input: StateInput): void {
    const before = this.#state;
    this.#move(input);
    if (this.#state === before) return;
    if (this.#state.kind === "starting") this.#dialNext();
    else if (this.#state.kind === "disabled" || this.#state.kind === "stopped") this.#hangUp();
  }

  /** Brings the next try forward, and starts it where it rests. */
  tryNow(): void {
    this.#recovery.remove(this);
    if (this.#state.kind === "stopped") this.want();
    this.move({ kind: "due", at: this.#now });
  }

  /** Ends the connection, with everything under way, and makes another. */
  restart(): void {
    if (!isUp(this.#state)) {
      this.tryNow();
      return;
    }
    this.#drop(new GatewayError("upstream_disconnected", "An operator restarted the upstream"), "exit", 0);
  }

  /** The connection is of no more use, for this reason; nothing where it is not the current one. */
  lost(connection: Connection, problem: GatewayError): void {
    if (connection !== this.#connection) return;
    const { restart } = this.#deps;
    const isDone = restart === "on-failure" && problem.data?.["exitStatus"] === 0 && isUp(this.#state);
    if (isDone) this.move({ kind: "exited", at: this.#now });
    else if (restart === "never") this.disable("configuration", finallyEnded(problemOf(problem, "exit")));
    else this.#drop(problem, "exit");
  }

  /** A login that a person was asked for came to nothing, or goes on at another address. */
  loginChanged(problem: GatewayError): void {
    if (this.#state.kind === "awaiting_login") this.#failed(problem, "login");
  }

  /** Something is wrong with it although it is connected. */
  worsened(illness: Illness, problem: Problem): void {
    this.#ills.set(illness, problem);
    this.#move({ kind: "worsened", at: this.#now, problem });
  }

  /** That is over; other things may still be wrong. */
  improved(illness: Illness): void {
    if (!this.#ills.delete(illness)) return;
    const [problem] = this.#ills.values();
    this.#move(
      problem === undefined ? { kind: "recovered", at: this.#now } : { kind: "worsened", at: this.#now, problem },
    );
  }

  disable(by: DisabledBy, problem?: Problem): void {
    this.move({ kind: "disabled", at: this.#now, by, ...(problem && { problem }) });
  }

  /** Whoever disabled it, it is connected; where something keeps it from that, it stays disabled and says so. */
  enable(): void {
    const { obstacle } = this.#deps;
    if (obstacle === undefined) this.move({ kind: "enabled", at: this.#now });
    else if (this.#state.kind === "disabled") this.disable("configuration", obstacle);
  }

  /** Where it rests or is away, it is connected. */
  want(): void {
    this.move({ kind: "wanted", at: this.#now });
  }

  /**
   * The connection, waiting for one where it is on its way, or is worth beginning.
   *
   * @throws {GatewayError} what {@link unavailable} says; the signal's reason.
   */
  async connected(name: string, signal: Signal): Promise<Connection> {
    const state = this.#state;
    const { clock } = this.#deps;
    if (state.kind === "stopped") this.want();
    if (state.kind === "recovering" && this.#isWorthTrying(state.nextTryAt)) this.want();
    const now = this.#state;
    const isNear = now.kind === "recovering" && now.nextTryAt - clock.now() <= worthWaitingMs;
    if (now.kind === "starting" && now.attempts === 0) await this.#nextSettled(signal);
    else if (now.kind === "starting" || isNear) await this.#nextSettled(signal, retryWaitMs);
    if (this.#connection === undefined || this.#state.kind === "quarantined")
      throw unavailable(name, this.#state, clock.now());
    return this.#connection;
  }

  #isWorthTrying(nextTryAt: number): boolean {
    const { clock } = this.#deps;
    const at = clock.monotonic();
    const isFar = nextTryAt - clock.now() > worthWaitingMs;
    return isFar && at - this.#lastAttemptAt >= wantedAfterMs && this.#budget.waitMs(at) === 0;
  }

  /** Ends the connection and everything under way. Safe to call twice. */
  async close(): Promise<void> {
    this.#recovery.remove(this);
    this.#move({ kind: "closed", at: this.#now });
    this.#closing.abort(new GatewayError("shutting_down", "The gateway is stopping"));
    this.#firstAttempt.resolve();
    await this.#attempt;
    const connection = this.#take();
    await connection?.close();
  }

  get #now(): number {
    return this.#deps.clock.now();
  }

  #dialNext(): void {
    this.#recovery.remove(this);
    this.#attempt = this.#attempt.then(() => this.#dial());
  }

  async #dial(): Promise<void> {
    const { clock, startTimeoutMs, turn, open } = this.#deps;
    const leave = await turn(this.#closing.signal);
    if (this.#state.kind !== "starting") {
      leave();
      return;
    }
    this.#lastAttemptAt = clock.monotonic();
    this.#budget.spend(this.#lastAttemptAt);
    const limit = deadline(clock, startTimeoutMs, this.#closing.signal, () => tooSlow(startTimeoutMs));
    // What is given up makes room at once, although it may take seconds to end.
    limit.signal.addEventListener("abort", leave);
    const early: GatewayError[] = [];
    let opened: Connection | undefined;
    try {
      opened = await open(limit.signal, leave, (problem) => {
        if (opened === undefined) early.push(problem);
        else this.lost(opened, problem);
      });
      await this.#use(opened, early);
    } catch (thrown) {
      this.#failed(toGatewayError(thrown), "handshake");
    } finally {
      limit.stop();
      this.#firstAttempt.resolve();
    }
  }

  async #use(connection: Connection, early: readonly GatewayError[]): Promise<void> {
    const [problem] = early;
    // What nobody wants any more since it was begun.
    if (problem !== undefined || this.#state.kind !== "starting") {
      this.#lastStderr = connection.stderr();
      await connection.close();
      if (problem !== undefined) throw problem;
      return;
    }
    this.#connection = connection;
    this.#ills.delete("health");
    this.#ills.delete("empty");
    this.#move({ kind: "connected", at: this.#now });
    // What calls have done to the breaker, a new connection does not undo.
    for (const ill of this.#ills.values()) this.#move({ kind: "worsened", at: this.#now, problem: ill });
    this.#deps.opened(connection);
  }

  #take(): Connection | undefined {
    const connection = this.#connection;
    if (connection === undefined) return undefined;
    this.#connection = undefined;
    this.#lastStderr = connection.stderr();
    this.#deps.gone();
    return connection;
  }

  #hangUp(): void {
    this.#recovery.remove(this);
    const connection = this.#take();
    if (connection !== undefined) this.#attempt = this.#attempt.then(() => connection.close());
  }

  #drop(problem: GatewayError, stage: Stage, delayMs?: number): void {
    this.#hangUp();
    this.#failed(problem, stage, delayMs);
  }

  #failed(error: GatewayError, stage: Stage, wantedDelayMs?: number): void {
    if (this.#closing.signal.aborted) return;
    const said: unknown = error.data?.["stderr"];
    if (Array.isArray(said)) this.#lastStderr = said.map(String);
    const authorizationUrl = this.#deps.authorizationUrl();
    const at = this.#now;
    // Without one nobody can log in, or somebody has just done so.
    if (error.code === "login_required" && authorizationUrl !== undefined) {
      this.#move({ kind: "login_required", at, authorizationUrl, problem: problemOf(error, "login") });
      return;
    }
    const delayMs = wantedDelayMs ?? this.#delayAfter(error);
    this.#move({ kind: "failed", at, problem: problemOf(error, stage), delayMs });
    if (this.#state.kind !== "recovering") return;
    if (delayMs === 0) this.move({ kind: "due", at });
    else {
      this.#recovery.schedule(this, delayMs, async () => {
        this.move({ kind: "due", at: this.#now });
        await this.#attempt;
      });
    }
  }

  #delayAfter(error: GatewayError): number {
    const { clock, random } = this.#deps;
    const wait = this.#budget.waitMs(clock.monotonic());
    // One that loses every session at once is not to be asked for the next one without pause.
    const isLostSession = error.data?.["stage"] === "session" && isUp(this.#state);
    if ((isLostSession || this.#state.kind === "awaiting_login") && wait === 0) return 0;
    const asked = error.data?.["retryAfterMs"];
    const delay = delayAfter(failuresOf(this.#state, clock.now()), random);
    return Math.max(delay, wait, typeof asked === "number" ? asked : 0);
  }

  /** Resolves when the state is no longer one in which a connection is on its way; at the latest after `mostMs`. */
  async #nextSettled(signal: Signal, mostMs?: number): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const give = (): void => {
      reject(signal.reason instanceof Error ? signal.reason : new GatewayError("cancelled", "The call was cancelled"));
    };
    const enough = new AbortController();
    if (mostMs !== undefined) void sleep(this.#deps.clock, mostMs, enough.signal).then(resolve);
    signal.addEventListener("abort", give);
    this.#waiting.add(resolve);
    if (signal.aborted) give();
    try {
      await promise;
    } finally {
      enough.abort();
      signal.removeEventListener("abort", give);
      this.#waiting.delete(resolve);
    }
  }

  #move(input: StateInput): void {
    const before = this.#state;
    this.#state = nextState(before, input);
    if (this.#state === before) return;
    const isOnItsWay = this.#state.kind === "starting" || (this.#state.kind === "recovering" && isUp(before));
    if (!isOnItsWay) for (const wake of this.#waiting) wake();
    this.#deps.changed(this.#state, before);
  }
}

/** What is said of one that is not to be started anew. */
function finallyEnded(problem: Problem): Problem {
  const suggestion = `${problem.suggestion} By its \`restart\` it stays away until \`switchyard enable NAME\`.`;
  return { ...problem, suggestion };
}

function tooSlow(startTimeoutMs: number): GatewayError {
  return new GatewayError("deadline_exceeded", `The upstream was not ready within ${startTimeoutMs} ms`, {
    data: {
      stage: "handshake",
      suggestion: "See what it writes to stderr. If it only needs longer, raise its startTimeoutMs.",
    },
  });
}
