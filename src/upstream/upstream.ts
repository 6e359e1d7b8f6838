import { isDeepStrictEqual } from "node:util";
import type { Signal } from "../core/canceller.ts";
import { GatewayError, toGatewayError } from "../core/errors.ts";
import type { JsonObject } from "../core/json.ts";
import type { Call, Notification } from "../protocol/call.ts";
import type { HookVerdict } from "../protocol/hook.ts";
import type { Authorizer } from "./authorizer.ts";
import { CallGuard } from "./call-guard.ts";
import { Catalog } from "./catalog.ts";
import { catalogKeyOf, memoryCatalogs } from "./catalog-store.ts";
import { type CallAnswer, type CallOptions, Connection, type UpstreamDeps } from "./connection.ts";
import { type Definitions, noDefinitions } from "./definitions.ts";
import type { Handshake } from "./handshake.ts";
import { HealthCheck } from "./health-check.ts";
import { Interests } from "./interests.ts";
import type { Profile } from "./offer.ts";
import { type UpstreamOptions, type UpstreamTarget, restartOf } from "./options.ts";
import type { UpstreamReceiver } from "./receiver.ts";
import { UpstreamRecord } from "./record.ts";
import { Refresh, isListChange } from "./refresh.ts";
import { factOf, factOfDefinition } from "./standing.ts";
import { type UpstreamState, isSwitchedOff, isUp, problemOf } from "./state.ts";
import { turnToStart } from "./starting.ts";
import { Supervisor } from "./supervisor.ts";
import { type TaskGeneration, tasksOf } from "./task-generation.ts";
import { unavailable } from "./unavailable.ts";
import { Workload } from "./workload.ts";

/** One MCP server behind the gateway, kept connected for as long as the gateway runs. See {@link UpstreamState} for its life. */
export class Upstream {
  /** What it offers, as far as it is known, and what of that may be seen. */
  readonly catalog: Catalog;
  /** What downstreams want to be told by it. */
  readonly interests: Interests;
  /** What is kept of it for people. */
  readonly record: UpstreamRecord;
  /** Whether calls may go to it: every call asks before and tells afterwards. */
  readonly guard: CallGuard;
  readonly #deps: UpstreamDeps;
  readonly #receiver: UpstreamReceiver;
  readonly #authorizer: Authorizer | undefined;
  readonly #supervisor: Supervisor;
  readonly #refresh: Refresh;
  readonly #work: Workload;
  readonly #listable = Promise.withResolvers<void>();
  #options: UpstreamOptions;
  #health: HealthCheck | undefined;
  #tasks: TaskGeneration = "none";
  #isProbed = true;
  /** Whether it told of changes while its lists were read. */
  #isOutdated = false;

  constructor(options: UpstreamOptions, deps: UpstreamDeps, receiver: UpstreamReceiver) {
    this.#options = options;
    this.#deps = deps;
    this.#receiver = receiver;
    this.#authorizer = this.#makeAuthorizer();
    this.catalog = this.#makeCatalog();
    this.#work = new Workload({
      clock: deps.clock,
      idleMs: () => (isUp(this.state) ? (this.options.idleMs ?? 0) : 0),
      idled: () => {
        // Whoever is told of changes would no longer be.
        if (this.interests.isEmpty) this.#supervisor.move({ kind: "idled", at: deps.clock.now() });
      },
    });
    this.record = new UpstreamRecord(
      deps.clock,
      () => this.#work.size > 0,
      ({ text }) => {
        receiver.warned(this, text);
      },
      (usage) => {
        receiver.measured?.(this, usage);
      },
    );
    this.guard = this.#makeGuard();
    this.#supervisor = this.#makeSupervisor();
    this.interests = new Interests({
      current: () => this.#supervisor.connection,
      awaited: (signal) => this.#supervisor.connected(this.name, signal),
      dropped: (text) => {
        this.record.odd("omission", text);
      },
    });
    this.#refresh = new Refresh({
      clock: deps.clock,
      timeoutMs: options.startTimeoutMs,
      closing: this.#supervisor.closing,
      read: (signal) => this.#readAgain(signal),
      failed: (thrown) => {
        this.record.odd("omission", `Its lists could not be read again: ${toGatewayError(thrown).message}`);
      },
    });
  }

  #makeAuthorizer(): Authorizer | undefined {
    const { clock, authorizerFor } = this.#deps;
    return authorizerFor?.(this.options, {
      loggedIn: () => {
        this.#supervisor.move({ kind: "logged_in", at: clock.now() });
      },
      loginChanged: (problem) => {
        this.#supervisor.loginChanged(problem);
      },
    });
  }

  #makeCatalog(): Catalog {
    const { clock, catalogs } = this.#deps;
    return new Catalog({
      key: catalogKeyOf(this.options),
      isPinned: this.options.definitions === "pin",
      disabledTools: this.options.disabledTools,
      store: catalogs ?? memoryCatalogs(),
      clock,
      onApproved: () => {
        this.#receiver.definitionsChanged(this);
      },
      onFacts: (facts) => {
        for (const fact of facts) this.#deps.events?.append(factOfDefinition(fact));
        this.#receiver.factsFound(facts);
      },
    });
  }

  #makeGuard(): CallGuard {
    return new CallGuard({
      clock: this.#deps.clock,
      upstream: this.name,
      breaker: this.options.breaker ?? {},
      events: this.#deps.events,
      answered: () => this.#health?.heard(),
      worsened: (problem) => {
        this.#supervisor.worsened("breaker", problem);
      },
      improved: () => {
        this.#supervisor.improved("breaker");
      },
      gaveUp: (problem) => {
        this.#supervisor.disable("gateway", problem);
      },
    });
  }

  #makeSupervisor(): Supervisor {
    const { clock, random, recovery } = this.#deps;
    return new Supervisor({
      clock,
      random,
      ...(recovery && { recovery }),
      startTimeoutMs: this.options.startTimeoutMs,
      isLazy: this.options.isLazy === true,
      isDisabled: this.options.isDisabled === true,
      obstacle: this.options.obstacle,
      restart: restartOf(this.options.target),
      turn: (signal) => turnToStart(this.#deps, this.#options.target, signal),
      open: (signal, started, lost) => this.#open(signal, started, lost),
      opened: (connection) => {
        this.#opened(connection);
      },
      gone: () => {
        this.#health?.close();
        this.#health = undefined;
        this.#work.stop();
      },
      authorizationUrl: () => this.#authorizer?.authorizationUrl,
      changed: (state, before) => {
        this.#changed(state, before);
      },
    });
  }

  get options(): UpstreamOptions {
    return this.#options;
  }

  /** Calls that it has not answered yet. */
  get underWay(): number {
    return this.#work.size;
  }

  get name(): string {
    return this.options.name;
  }

  get state(): UpstreamState {
    return this.#supervisor.state;
  }

  /** What it offers that may be seen; the last good answer, perhaps one that an earlier process had, while it is away. */
  get definitions(): Definitions {
    // What a person switched off is not there; what is merely down is, and says so when it is called.
    const { state } = this;
    return isSwitchedOff(state) ? noDefinitions : this.catalog.definitions;
  }

  /** What it says of itself; likewise. Undefined before the first time. */
  get profile(): Profile | undefined {
    return this.handshake ?? this.catalog.profile;
  }

  /** What both sides agreed on; undefined while it is away. */
  get handshake(): Handshake | undefined {
    return this.#supervisor.connection?.handshake;
  }

  /** Which tasks its tool calls may become; while it is away, as it was before. */
  get tasks(): TaskGeneration {
    return this.#tasks;
  }

  /** What carries its messages: as configured, unless it was found to be older. */
  get transport(): UpstreamTarget["kind"] {
    return this.#supervisor.connection?.transport ?? this.options.target.kind;
  }

  get pid(): number | undefined {
    return this.#supervisor.connection?.pid;
  }

  /** Where a person should log in: without it, it is away (`awaiting_login`), or refuses some calls. */
  get authorizationUrl(): string | undefined {
    return this.#authorizer?.authorizationUrl;
  }

  /** The last lines of its stderr; after a failure, those of the child that failed. */
  stderr(): readonly string[] {
    return this.#supervisor.stderr;
  }

  /** Resolves when the first attempt to connect has ended, well or badly; at once where none is to be made yet. */
  get settled(): Promise<void> {
    return this.#supervisor.settled;
  }

  /** Resolves when its lists are as good as they will soon be: an earlier process kept them, or the first attempt has ended. */
  get listable(): Promise<void> {
    return this.#listable.promise;
  }

  /** Begins to connect. Called once. */
  start(): void {
    const { state } = this;
    void this.#supervisor.settled.then(this.#listable.resolve);
    const known = this.catalog.load();
    if (state.kind !== "stopped") this.#supervisor.start();
    void known.then((isKnown) => {
      if (isKnown) {
        this.#receiver.definitionsChanged(this);
        this.#listable.resolve();
      }
      // Nobody could call a tool of an idle one whose tools nobody knows.
      if (state.kind !== "stopped") return;
      if (isKnown) this.#supervisor.start();
      else this.#supervisor.want();
    });
  }

  /**
   * Sends a call, waiting first where the upstream is being connected.
   *
   * A session that the upstream has forgotten is begun anew, once, and the call sent again: the upstream refused it unseen.
   *
   * @throws {GatewayError} `upstream_unavailable`, `upstream_disabled`, `upstream_isolated`, `login_required` — it is away; `data` says
   *   what is wrong and when it is tried again; `definition_quarantined`; and what {@link Connection.call} throws.
   */
  async call(call: Call, options: CallOptions): Promise<CallAnswer> {
    this.#work.begin();
    try {
      // One function and no wrappers, as each more that waits for the next costs every call.
      for (let isAgain = false; ; isAgain = true) {
        const connected = this.#connected(options.signal);
        const connection = connected instanceof Connection ? connected : await connected;
        // What was listed when the call came in may have been held back while it waited.
        const refusal = this.catalog.refusalOf(call);
        if (refusal !== undefined) throw refusal;
        try {
          return await connection.call(call, options);
        } catch (thrown) {
          if (!this.#isForgotten(connection, thrown) || isAgain) throw thrown;
        }
      }
    } finally {
      this.#work.end();
    }
  }

  /**
   * Hands it what was posted for it, waiting first where it is being connected; one that rests is started, as what is kept of it may be wrong now.
   *
   * @throws {GatewayError} as of a call, what is wrong with it; the signal's reason.
   */
  async hand(posted: JsonObject, signal: Signal): Promise<HookVerdict> {
    const connection = await this.#connected(signal);
    const verdict = await connection.hand(posted, signal);
    // What is taken is seen to after this: it does not count as idle from before. What strangers send keeps nothing up.
    if (verdict === "taken") this.#work.look();
    return verdict;
  }

  /** Whether a call failed because the upstream no longer knows our session. */
  #isForgotten(connection: Connection, thrown: unknown): boolean {
    if (!(thrown instanceof GatewayError)) return false;
    const stage = thrown.data?.["stage"];
    if (stage === "connect") this.#supervisor.lost(connection, thrown);
    return stage === "session";
  }

  /**
   * Resolves when it can take a call; undefined where it can now, as every call asks.
   *
   * @throws {GatewayError} `upstream_unavailable`, `upstream_disabled`, `upstream_isolated`, `login_required` — it is away; `data` says what
   *   is wrong and when it is tried again.
   */
  reached(signal: Signal): Promise<unknown> | undefined {
    const connected = this.#connected(signal);
    return connected instanceof Connection ? undefined : connected;
  }

  /** At once where there is one, without a promise of its own: every call passes here. */
  #connected(signal: Signal): Connection | Promise<Connection> {
    const { connection, state } = this.#supervisor;
    return connection !== undefined && isUp(state) ? connection : this.#supervisor.connected(this.name, signal);
  }

  /** Has it tried at once, where it waits for that. */
  tryNow(): void {
    this.#supervisor.tryNow();
  }

  /** Ends the connection, with the calls under way, and makes another. */
  restart(): void {
    this.guard.reset();
    this.#supervisor.restart();
  }

  /** Lets no call through until {@link release}; those under way go on. */
  isolate(): void {
    this.guard.isolate();
    this.#supervisor.move({ kind: "isolated", at: this.#deps.clock.now() });
  }

  /** Lets calls through again. */
  release(): void {
    this.guard.release();
    const isConnected = this.#supervisor.connection !== undefined;
    this.#supervisor.move({ kind: "released", at: this.#deps.clock.now(), isConnected });
  }

  /** Ends the connection until it is enabled; its tools are no longer listed. */
  disable(): void {
    this.#supervisor.disable("operator");
    this.#receiver.definitionsChanged(this);
  }

  /** Connects it again, whoever disabled it. */
  enable(): void {
    this.guard.reset();
    this.#supervisor.enable();
    this.#receiver.definitionsChanged(this);
  }

  /** Takes over from a new configuration what needs no other connection: which tools are disabled. */
  adopt(options: UpstreamOptions): void {
    const before = this.#options.disabledTools ?? [];
    this.#options = options;
    const { disabledTools = [] } = options;
    if (!isDeepStrictEqual(before, disabledTools)) this.disableTools(disabledTools);
  }

  /** Shows all of its tools but these, names and patterns, from now on; calls under way finish. */
  disableTools(patterns: readonly string[]): void {
    this.catalog.disableTools(patterns);
    this.#receiver.definitionsChanged(this);
  }

  /** Lets the calls under way finish, for at most `graceMs`, then closes. For an upstream that nobody can find any more. */
  async retire(graceMs: number): Promise<void> {
    await this.#work.none(graceMs);
    await this.close();
  }

  /** Ends the connection and everything under way. Safe to call twice. */
  async close(): Promise<void> {
    this.#work.stop();
    this.#authorizer?.close();
    this.catalog.close();
    await this.#supervisor.close();
    this.record.journal.close();
  }

  /** Why no call can be sent to it now, for a moment when none can. */
  unavailable(): GatewayError {
    return unavailable(this.name, this.state, this.#deps.clock.now());
  }

  async #open(signal: AbortSignal, started: () => void, lost: (problem: GatewayError) => void): Promise<Connection> {
    let isInUse = false;
    let isOutdated = false;
    const connection = await Connection.open(
      this.options,
      { ...this.#deps, authorizer: this.#authorizer, owner: this.record },
      {
        notification: (notification) => {
          if (isInUse || !isListChange(notification)) this.#notification(notification);
          else isOutdated = true;
        },
        noise: (text) => {
          this.record.odd("noise", text);
        },
        omission: (text) => {
          this.record.odd("omission", text);
        },
        ended: lost,
      },
      signal,
      this.#isProbed,
    )
      .catch((thrown: unknown) => {
        // Some old servers end when they are asked something they do not know: every other try spares them the question.
        const hasEnded = toGatewayError(thrown).code === "upstream_disconnected";
        this.#isProbed = !this.#isProbed || !hasEnded;
        throw thrown;
      })
      .finally(started);
    try {
      await this.#read(connection, signal);
    } catch (thrown) {
      await connection.close();
      throw thrown;
    }
    isInUse = true;
    this.#isOutdated = isOutdated;
    return connection;
  }

  #opened(connection: Connection): void {
    this.#tasks = tasksOf(connection.handshake);
    this.#authorizer?.accepted();
    this.#health = new HealthCheck(this.options.health ?? {}, {
      clock: this.#deps.clock,
      ping: (signal) => this.#ping(connection, signal),
      worsened: (problem) => {
        this.#supervisor.worsened("health", problemOf(problem, "health"));
      },
      recovered: () => {
        this.#supervisor.improved("health");
      },
      gaveUp: (problem) => {
        this.#supervisor.lost(connection, problem);
      },
    });
    this.#judgeCatalog();
    this.#receiver.definitionsChanged(this);
    this.interests.restore(connection);
    if (this.#isOutdated) this.#refresh.soon();
    this.#work.look();
  }

  /** One that offers nothing may only be slow to know what it has. */
  async #ping(connection: Connection, signal: AbortSignal): Promise<void> {
    if (this.catalog.isEmpty) this.#refresh.soon();
    await connection.ping(signal);
  }

  async #read(connection: Connection, signal: AbortSignal): Promise<void> {
    const definitions = await connection.definitions(signal);
    const { serverInfo, capabilities, instructions } = connection.handshake;
    await this.catalog.take({ serverInfo, capabilities, instructions, definitions });
  }

  async #readAgain(signal: AbortSignal): Promise<void> {
    const { connection } = this.#supervisor;
    if (connection === undefined) return;
    await this.#read(connection, signal);
    if (connection !== this.#supervisor.connection) return;
    this.#judgeCatalog();
    this.#receiver.definitionsChanged(this);
  }

  #judgeCatalog(): void {
    if (!this.catalog.isEmpty) this.#supervisor.improved("empty");
    else {
      const nothing = new GatewayError("upstream_empty", "It is connected, but offers no tools, prompts or resources");
      this.#supervisor.worsened("empty", problemOf(nothing, "list"));
    }
  }

  #notification(notification: Notification): void {
    this.#health?.heard();
    if (isListChange(notification)) this.#refresh.soon();
    if (notification.method === "notifications/progress") this.#supervisor.connection?.progress(notification);
    else this.#receiver.notification(this, notification);
  }

  #changed(state: UpstreamState, before: UpstreamState): void {
    this.record.entered(state);
    this.#deps.events?.append(factOf(this.name, state, before));
    this.#receiver.stateChanged(this);
  }
}
