import type { StopTimer } from "../core/clock.ts";
import { type Deadline, deadline } from "../core/deadline.ts";
import { GatewayError, toGatewayError } from "../core/errors.ts";
import { sleep } from "../core/sleep.ts";
import type { Call, Notification } from "../protocol/call.ts";
import { announcesToolTasks, declaresTasks } from "../protocol/tasks.ts";
import type { Authorizer } from "./authorizer.ts";
import { Catalog } from "./catalog.ts";
import { catalogKeyOf, memoryCatalogs } from "./catalog-store.ts";
import { type CallAnswer, type CallOptions, Connection, type UpstreamDeps } from "./connection.ts";
import type { DefinitionFact } from "./definition-facts.ts";
import type { Definitions } from "./definitions.ts";
import type { Handshake } from "./handshake.ts";
import { Interests } from "./interests.ts";
import type { Profile } from "./offer.ts";
import type { UpstreamOptions, UpstreamTarget } from "./options.ts";
import {
  type Stage,
  type StateInput,
  type UpstreamState,
  delayAfter,
  failuresOf,
  nextState,
  problemOf,
} from "./state.ts";

/** What an upstream tells the gateway. */
export interface UpstreamReceiver {
  /** It entered another state. */
  stateChanged(upstream: Upstream): void;
  /** Its lists were read anew, or more of them may be seen; `definitions` may differ from before. */
  definitionsChanged(upstream: Upstream): void;
  /** Some of its definitions are not what they were. */
  factsFound(facts: readonly DefinitionFact[]): void;
  /** It sent a notification that belongs to no call: a log message, an updated resource. */
  notification(upstream: Upstream, notification: Notification): void;
}

/** Something odd that an upstream does and that does not stop it: shown by `status`. */
export interface Oddity {
  readonly kind: "noise" | "omission";
  readonly count: number;
  /** The latest one. */
  readonly latest: string;
}

/** Which of the two kinds of tasks an upstream has: the experimental ones of 2025-11-25, or the extension of 2026-07-28. */
export type TaskGeneration = "none" | "legacy" | "modern";

function tasksOf({ codec, capabilities }: Handshake): TaskGeneration {
  if (codec.era === "modern") return declaresTasks(capabilities) ? "modern" : "none";
  return codec.requests.has("tasks/result") && announcesToolTasks(capabilities) ? "legacy" : "none";
}

/** A recovery that is this near is worth waiting for, in ms. */
const worthWaitingMs = 1000;
/** The lists are read again at most this often when an upstream announces changes, in ms. */
const refreshSpacingMs = 100;

/** One MCP server behind the gateway, kept connected for as long as the gateway runs. See {@link UpstreamState} for its life. */
export class Upstream {
  readonly options: UpstreamOptions;
  /** What it offers, as far as it is known, and what of that may be seen. */
  readonly catalog: Catalog;
  /** What downstreams want to be told by it. */
  readonly interests: Interests;
  readonly #deps: UpstreamDeps;
  readonly #receiver: UpstreamReceiver;
  readonly #authorizer: Authorizer | undefined;
  readonly #firstAttempt = Promise.withResolvers<void>();
  readonly #waiting = new Set<() => void>();
  readonly #oddities = new Map<Oddity["kind"], Oddity>();
  #state: UpstreamState;
  #connection: Connection | undefined;
  readonly #listable = Promise.withResolvers<void>();
  #attempt: Promise<void> = Promise.resolve();
  readonly #closing = new AbortController();
  #stopTimer: StopTimer | undefined;
  #refresh: "idle" | "running" | "again" = "idle";
  #lastStderr: readonly string[] = [];
  #tasks: TaskGeneration = "none";
  #isProbed = true;
  #underWay = 0;
  #onIdle: (() => void) | undefined;

  constructor(options: UpstreamOptions, deps: UpstreamDeps, receiver: UpstreamReceiver) {
    this.options = options;
    this.#deps = deps;
    this.#receiver = receiver;
    this.#authorizer = deps.authorizerFor?.(options, {
      loggedIn: () => {
        this.#tryAgain({ kind: "logged_in", at: deps.clock.now() });
      },
      loginChanged: (problem) => {
        if (this.#state.kind === "awaiting_login") this.#failed(problem, "login");
      },
    });
    this.catalog = new Catalog({
      key: catalogKeyOf(options),
      isPinned: options.definitions === "pin",
      store: deps.catalogs ?? memoryCatalogs(),
      clock: deps.clock,
      onApproved: () => {
        receiver.definitionsChanged(this);
      },
      onFacts: (facts) => {
        receiver.factsFound(facts);
      },
    });
    this.interests = new Interests({
      current: () => this.#connection,
      awaited: (signal) => this.#awaitConnection(signal),
      dropped: (text) => {
        this.#odd("omission", text);
      },
    });
    this.#state = { kind: "starting", since: deps.clock.now(), attempts: 0 };
  }

  get name(): string {
    return this.options.name;
  }

  get state(): UpstreamState {
    return this.#state;
  }

  /** What it offers that may be seen; the last good answer, perhaps one that an earlier process had, while it is away. */
  get definitions(): Definitions {
    return this.catalog.definitions;
  }

  /** What it says of itself; likewise. Undefined before the first time. */
  get profile(): Profile | undefined {
    return this.handshake ?? this.catalog.profile;
  }

  /** What both sides agreed on; undefined while it is away. */
  get handshake(): Handshake | undefined {
    return this.#connection?.handshake;
  }

  /** Which tasks its tool calls may become; while it is away, as it was before. */
  get tasks(): TaskGeneration {
    return this.#tasks;
  }

  /** What carries its messages: as configured, unless it was found to be older. */
  get transport(): UpstreamTarget["kind"] {
    return this.#connection?.transport ?? this.options.target.kind;
  }

  get pid(): number | undefined {
    return this.#connection?.pid;
  }

  get oddities(): Oddity[] {
    return [...this.#oddities.values()];
  }

  /** Where a person should log in: without it, it is away (`awaiting_login`), or refuses some calls. */
  get authorizationUrl(): string | undefined {
    return this.#authorizer?.authorizationUrl;
  }

  /** The last lines of its stderr; after a failure, those of the child that failed. */
  stderr(): readonly string[] {
    return this.#connection?.stderr() ?? this.#lastStderr;
  }

  /** Resolves when the first attempt to connect has ended, well or badly. */
  get settled(): Promise<void> {
    return this.#firstAttempt.promise;
  }

  /** Resolves when its lists are as good as they will soon be: an earlier process kept them, or the first attempt has ended. */
  get listable(): Promise<void> {
    return this.#listable.promise;
  }

  /** Begins to connect. Called once. */
  start(): void {
    this.#attempt = this.#connect();
    void this.catalog.load().then((isKnown) => {
      if (!isKnown) return;
      this.#receiver.definitionsChanged(this);
      this.#listable.resolve();
    });
  }

  /**
   * Sends a call, waiting first where the upstream is being connected.
   *
   * A session that the upstream has forgotten is begun anew, once, and the call sent again: the upstream refused it unseen.
   *
   * @throws {GatewayError} `upstream_unavailable` — it is away; `data` says what is wrong and when it is tried again; and what
   *   {@link Connection.call} throws.
   */
  async call(call: Call, options: CallOptions): Promise<CallAnswer> {
    this.#underWay += 1;
    try {
      return await this.#call(call, options);
    } finally {
      this.#underWay -= 1;
      if (this.#underWay === 0) this.#onIdle?.();
    }
  }

  async #call(call: Call, options: CallOptions): Promise<CallAnswer> {
    const connection = this.#connection ?? (await this.#awaitConnection(options.signal));
    // What was listed when the call came in may have been held back while it waited.
    const refusal = this.catalog.refusalOf(call);
    if (refusal !== undefined) throw refusal;
    try {
      return await connection.call(call, options);
    } catch (thrown) {
      if (!(thrown instanceof GatewayError)) throw thrown;
      const stage = thrown.data?.["stage"];
      if (stage === "connect") this.#lost(connection, thrown);
      if (stage !== "session") throw thrown;
    }
    const next = await this.#awaitConnection(options.signal);
    return next.call(call, options);
  }

  /** Lets the calls under way finish, for at most `graceMs`, then closes. For an upstream that nobody can find any more. */
  async retire(graceMs: number): Promise<void> {
    if (this.#underWay > 0) {
      const { promise, resolve } = Promise.withResolvers<void>();
      this.#onIdle = resolve;
      const stopTimer = this.#deps.clock.after(graceMs, resolve);
      await promise;
      stopTimer();
    }
    await this.close();
  }

  /** Ends the connection and everything under way. Safe to call twice. */
  async close(): Promise<void> {
    this.#move({ kind: "stopped", at: this.#deps.clock.now() });
    this.#stopTimer?.();
    this.#authorizer?.close();
    this.catalog.close();
    this.#closing.abort(new GatewayError("shutting_down", "The gateway is stopping"));
    await this.#attempt;
    const connection = this.#connection;
    this.#connection = undefined;
    await connection?.close();
  }

  async #connect(): Promise<void> {
    const { signal, stop } = this.#startDeadline();
    try {
      await this.#open(signal);
    } catch (thrown) {
      const error = toGatewayError(thrown);
      // Some old servers end when they are asked something they do not know: every other try spares them the question.
      this.#isProbed = !this.#isProbed || error.code !== "upstream_disconnected";
      this.#failed(error, "handshake");
    } finally {
      stop();
      this.#firstAttempt.resolve();
      this.#listable.resolve();
    }
  }

  #startDeadline(): Deadline {
    const { startTimeoutMs } = this.options;
    return deadline(this.#deps.clock, startTimeoutMs, this.#closing.signal, () => tooSlow(startTimeoutMs));
  }

  async #open(signal: AbortSignal): Promise<void> {
    const early: GatewayError[] = [];
    let connection: Connection | undefined;
    let isOutdated = false;
    connection = await Connection.open(
      this.options,
      { ...this.#deps, authorizer: this.#authorizer },
      {
        notification: (notification) => {
          if (this.#connection === undefined && isListChange(notification)) isOutdated = true;
          else this.#notification(notification);
        },
        noise: (text) => {
          this.#odd("noise", text);
        },
        omission: (text) => {
          this.#odd("omission", text);
        },
        ended: (problem) => {
          if (connection === undefined || connection !== this.#connection) early.push(problem);
          else this.#lost(connection, problem);
        },
      },
      signal,
      this.#isProbed,
    );
    try {
      await this.#read(connection, signal);
      const [problem] = early;
      if (problem !== undefined) throw problem;
    } catch (thrown) {
      this.#lastStderr = connection.stderr();
      await connection.close();
      throw thrown;
    }
    this.#connection = connection;
    this.#tasks = tasksOf(connection.handshake);
    this.#authorizer?.accepted();
    this.#move({ kind: "connected", at: this.#deps.clock.now() });
    this.#receiver.definitionsChanged(this);
    this.interests.restore(connection);
    if (isOutdated) this.#refreshSoon();
  }

  async #read(connection: Connection, signal: AbortSignal): Promise<void> {
    const definitions = await connection.definitions(signal);
    const { serverInfo, capabilities, instructions } = connection.handshake;
    await this.catalog.take({ serverInfo, capabilities, instructions, definitions });
  }

  #lost(connection: Connection, problem: GatewayError): void {
    if (connection !== this.#connection) return;
    this.#connection = undefined;
    this.#lastStderr = connection.stderr();
    this.#attempt = connection.close();
    this.#failed(problem, "exit");
  }

  #failed(error: GatewayError, stage: Stage): void {
    if (this.#closing.signal.aborted) return;
    const { clock, random } = this.#deps;
    const said: unknown = error.data?.["stderr"];
    if (Array.isArray(said)) this.#lastStderr = said.map(String);
    const at = clock.now();
    const authorizationUrl = this.#authorizer?.authorizationUrl;
    // Without one nobody can log in, or somebody has just done so.
    if (error.code === "login_required" && authorizationUrl !== undefined) {
      this.#move({ kind: "login_required", at, authorizationUrl, problem: problemOf(error, "login") });
      return;
    }
    // One that loses every session at once is not to be asked for the next one without pause.
    const isLostSession = error.data?.["stage"] === "session" && this.#state.kind === "ready";
    const isAtOnce = isLostSession || this.#state.kind === "awaiting_login";
    const delayMs = isAtOnce ? 0 : delayAfter(failuresOf(this.#state, at), random);
    this.#move({ kind: "failed", at, problem: problemOf(error, stage), delayMs });
    this.#stopTimer = clock.after(delayMs, () => {
      this.#tryAgain({ kind: "due", at: clock.now() });
    });
  }

  #tryAgain(input: StateInput): void {
    const before = this.#state;
    this.#move(input);
    if (this.#state === before) return;
    this.#stopTimer?.();
    this.#attempt = this.#attempt.then(() => this.#connect());
  }

  async #awaitConnection(signal: AbortSignal): Promise<Connection> {
    const state = this.#state;
    const isNear = state.kind === "recovering" && state.nextTryAt - this.#deps.clock.now() <= worthWaitingMs;
    if (state.kind === "starting" || isNear) await this.#nextSettled(signal);
    if (this.#connection === undefined) throw this.unavailable();
    return this.#connection;
  }

  /** Resolves when the state is no longer one in which a connection is on its way. */
  async #nextSettled(signal: AbortSignal): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const give = (): void => {
      reject(signal.reason instanceof Error ? signal.reason : new GatewayError("cancelled", "The call was cancelled"));
    };
    signal.addEventListener("abort", give);
    this.#waiting.add(resolve);
    if (signal.aborted) give();
    try {
      await promise;
    } finally {
      signal.removeEventListener("abort", give);
      this.#waiting.delete(resolve);
    }
  }

  /** Why no call can be sent to it now, for a moment when none can. */
  unavailable(): GatewayError {
    const state = this.#state;
    if (state.kind === "awaiting_login") {
      const { problem, authorizationUrl } = state;
      return new GatewayError("login_required", problem.message, {
        data: { upstream: this.name, stage: problem.stage, authorizationUrl, suggestion: problem.suggestion },
      });
    }
    if (!("problem" in state) || state.problem === undefined) {
      return new GatewayError("upstream_unavailable", `The upstream "${this.name}" is not connected`);
    }
    const { problem, attempts } = state;
    const retryAfterMs = state.kind === "recovering" ? Math.max(0, state.nextTryAt - this.#deps.clock.now()) : 0;
    return new GatewayError("upstream_unavailable", `The upstream "${this.name}" is down: ${problem.message}`, {
      data: { upstream: this.name, stage: problem.stage, attempts, retryAfterMs, suggestion: problem.suggestion },
    });
  }

  #notification(notification: Notification): void {
    if (isListChange(notification)) this.#refreshSoon();
    else if (notification.method === "notifications/progress") this.#connection?.progress(notification);
    else this.#receiver.notification(this, notification);
  }

  #refreshSoon(): void {
    if (this.#refresh !== "idle") {
      this.#refresh = "again";
      return;
    }
    this.#refresh = "running";
    void this.#refreshDefinitions();
  }

  async #refreshDefinitions(): Promise<void> {
    const connection = this.#connection;
    const { signal, stop } = this.#startDeadline();
    try {
      if (connection !== undefined) await this.#read(connection, signal);
      if (connection === this.#connection) this.#receiver.definitionsChanged(this);
    } catch (thrown) {
      this.#odd("omission", `Its lists could not be read again: ${toGatewayError(thrown).message}`);
    } finally {
      stop();
    }
    await sleep(this.#deps.clock, refreshSpacingMs, this.#closing.signal);
    const isWantedAgain = this.#refresh === "again";
    this.#refresh = "idle";
    if (isWantedAgain && !this.#closing.signal.aborted) this.#refreshSoon();
  }

  #odd(kind: Oddity["kind"], latest: string): void {
    const count = (this.#oddities.get(kind)?.count ?? 0) + 1;
    this.#oddities.set(kind, { kind, count, latest });
  }

  #move(input: StateInput): void {
    const before = this.#state;
    this.#state = nextState(before, input);
    if (this.#state === before) return;
    const isOnItsWay =
      this.#state.kind === "starting" || (this.#state.kind === "recovering" && before.kind === "ready");
    if (!isOnItsWay) for (const wake of this.#waiting) wake();
    this.#receiver.stateChanged(this);
  }
}

function isListChange({ method }: Notification): boolean {
  return /^notifications\/(?:tools|prompts|resources)\/list_changed$/.test(method);
}

function tooSlow(startTimeoutMs: number): GatewayError {
  return new GatewayError("deadline_exceeded", `The upstream was not ready within ${startTimeoutMs} ms`, {
    data: {
      stage: "handshake",
      suggestion: "See what it writes to stderr. If it only needs longer, raise its startTimeoutMs.",
    },
  });
}
