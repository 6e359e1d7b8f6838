import { isDeepStrictEqual } from "node:util";
import type { Principal } from "../access/principal.ts";
import { type Profiles, type Rights, mayHear } from "../access/rights.ts";
import { changedMethod } from "../protocol/uses.ts";
import { GatewayError } from "../core/errors.ts";
import { reaches } from "../core/role.ts";
import { PolicyTable, type WrittenPolicies, policyFor } from "../policy/call-policy.ts";
import { timeOrderedIds } from "../core/time-ordered-id.ts";
import type { Notification } from "../protocol/call.ts";
import type { UpstreamDeps } from "../upstream/connection.ts";
import type { DefinitionFact } from "../upstream/definition-facts.ts";
import type { UpstreamOptions } from "../upstream/options.ts";
import type { UpstreamReceiver } from "../upstream/receiver.ts";
import { isListChange } from "../upstream/refresh.ts";
import type { Upstream } from "../upstream/upstream.ts";
import { type CatalogOptions, type ProfileOptions, catalogDefaults } from "./catalog-options.ts";
import { CallsUnderWay } from "./calls-under-way.ts";
import { callPath } from "./carry.ts";
import { ParkedCalls } from "./conversation.ts";
import type { CallObserver } from "./ended-call.ts";
import { type KeepingStatus, nothingKept } from "./keeping.ts";
import { type NeededRoles, type OwnRole, neededRoles } from "./needed-role.ts";
import type { OwnTool } from "./own-tool.ts";
import { answerMs } from "./questions.ts";
import { RequestStates } from "./request-state.ts";
import type { Next, Stage } from "./pipeline.ts";
import { Roster } from "./roster.ts";
import type { Route } from "./route.ts";
import type { Subscriber } from "./subscriber.ts";
import { endTask, heard } from "./tasks/news.ts";
import { TaskIds } from "./tasks/task-ids.ts";
import { TaskTable } from "./tasks/task-table.ts";
import type { Tracer } from "./tracer.ts";
import type { View } from "./view.ts";
import { type ViewSource, Views } from "./views.ts";

/** What a gateway is made of. */
export interface GatewayOptions {
  readonly upstreams: readonly UpstreamOptions[];
  /** How what they offer is shown. */
  readonly catalog?: CatalogOptions;
  /** What goes for the calls to them, by their names. */
  readonly policies?: WrittenPolicies;
  /** Upstreams that are the gateway's own. Default: none. */
  readonly own?: OwnUpstreams;
  readonly deps: UpstreamDeps;
  /** Stages of the call path that hold something: see {@link callPath}. Default: none. */
  readonly stages?: readonly Stage[];
  /** Tools of the gateway's own, at the route to everything, beside the search. Default: none. */
  readonly ownTools?: readonly OwnTool[];
  /** Told of every call of a downstream once it is over, in this order. Default: nobody. */
  readonly observers?: readonly CallObserver[];
  /** What is kept of upstreams' answers, and must be told of what makes that untrue. Default: nothing is kept. */
  readonly results?: KeptResults;
  /** At least 32 random bytes, which seal what callers carry for us between two requests. */
  readonly stateKey: Buffer;
  /** Told whenever an upstream enters another state. */
  readonly onStateChange?: (upstream: Upstream) => void;
  /** How the store does; of one that keeps nothing where absent. */
  readonly keeping?: () => KeepingStatus;
  /** Told whenever definitions of an upstream are not what they were. */
  readonly onDefinitionsChanged?: ((facts: readonly DefinitionFact[]) => void) | undefined;
  /** Told when an upstream's processes use much, in one sentence. */
  readonly onWarning?: (upstream: Upstream, text: string) => void;
  /** Tells of calls as parts of traces; without, what callers say of theirs is passed on. */
  readonly tracer?: Tracer | undefined;
}

/** Upstreams of the gateway's own. */
export interface OwnUpstreams {
  /** As they are now; those whose name is configured otherwise are left out. */
  readonly upstreams: () => readonly UpstreamOptions[];
  readonly roleOf: OwnRole;
}

const noneOwn: OwnUpstreams = { upstreams: () => [], roleOf: () => undefined };

/** Told of what may make kept results untrue. */
export interface KeptResults {
  /** It was connected anew, or offers something else. */
  upstreamChanged(upstream: Upstream): void;
  /** Something else goes for its calls, such as how long results are kept. */
  policyChanged(upstream: string): void;
  /** It sent a notification that belongs to no call. */
  heard(upstream: Upstream, notification: Notification): void;
}

/** How long after the start a first list waits for upstreams that are still being connected, in ms. */
const startGraceMs = 2000;

/** The middle: holds the upstreams, what each route shows of them, and who is to be told of changes. */
export class Gateway {
  readonly deps: UpstreamDeps;
  readonly requestStates: RequestStates;
  readonly parked: ParkedCalls;
  readonly keeping: () => KeepingStatus;
  readonly tasks: TaskTable;
  readonly taskIds: TaskIds;
  /** The way that every call to every upstream takes. */
  readonly path: Next;
  readonly underWay: CallsUnderWay;
  readonly tracer: Tracer | undefined;
  readonly observers: readonly CallObserver[];
  /** An id for a call that begins: unique, and later ones sort later. */
  readonly newCallId: () => string;
  readonly roster: Roster;
  readonly #results: KeptResults | undefined;
  readonly #own: OwnUpstreams;
  #configured: readonly UpstreamOptions[];
  #catalog: CatalogOptions;
  #written: WrittenPolicies;
  #policies: PolicyTable;
  /** From which role on what there is may be used, as it is now. */
  readonly neededRoles: NeededRoles;
  readonly #views: Views;
  readonly #subscribers = new Set<Subscriber>();
  readonly #settled = Promise.withResolvers<void>();
  readonly #listable = Promise.withResolvers<void>();
  #isEnding = false;
  #closing: Promise<void> | undefined;

  constructor({
    upstreams,
    catalog = catalogDefaults,
    policies = {},
    deps,
    stages = [],
    observers = [],
    ownTools = [],
    own = noneOwn,
    results,
    stateKey,
    onStateChange,
    onDefinitionsChanged,
    onWarning,
    keeping,
    tracer,
  }: GatewayOptions) {
    this.deps = deps;
    this.path = callPath(stages, deps);
    this.tracer = tracer;
    this.underWay = this.#watchCalls();
    this.observers = tracer === undefined ? observers : [...observers, tracer];
    this.newCallId = timeOrderedIds(deps.clock, deps.random);
    this.#results = results;
    this.keeping = keeping ?? (() => nothingKept);
    this.requestStates = new RequestStates(stateKey, deps.clock);
    this.parked = new ParkedCalls(deps.clock, answerMs);
    this.taskIds = new TaskIds(stateKey);
    this.tasks = new TaskTable(deps.clock, endTask);
    const receiver: UpstreamReceiver = {
      stateChanged: (upstream) => onStateChange?.(upstream),
      definitionsChanged: (upstream) => {
        this.#rebuildViews();
        results?.upstreamChanged(upstream);
      },
      factsFound: (facts) => onDefinitionsChanged?.(facts),
      notification: (upstream, notification) => {
        results?.heard(upstream, notification);
        // Of a changed list downstreams are told when it has been read again.
        if (isListChange(notification) || notification.method === changedMethod) return;
        if (notification.method === "notifications/tasks/status") heard(this, upstream, notification);
        else this.pass(upstream, notification);
      },
      warned: (upstream, text) => {
        this.#warned(upstream, text, onWarning);
      },
      measured: ({ name }, usage) => {
        this.underWay.measured(name, usage);
      },
    };
    [this.#catalog, this.#written, this.#own] = [catalog, policies, own];
    this.#policies = new PolicyTable(policies);
    this.neededRoles = neededRoles(() => this.#policies, own.roleOf);
    this.#configured = upstreams;
    this.roster = new Roster(this.#wanted(), deps, receiver, (come) => {
      this.#rebuildViews();
      // What takes another's place has nothing to do with what that one said.
      for (const upstream of come) results?.upstreamChanged(upstream);
    });
    this.#views = new Views(this.#viewSource(ownTools));
  }

  #viewSource(ownTools: readonly OwnTool[]): ViewSource {
    const { neededRoles: needed } = this;
    return { upstreams: () => this.upstreams, catalog: () => this.#catalog, ownTools, needed };
  }

  #watchCalls(): CallsUnderWay {
    const { clock, events } = this.deps;
    return new CallsUnderWay({
      clock,
      timeoutMsOf: (upstream, tool) => policyFor(this.#policies, upstream, tool).timeoutMs,
      lagged: ({ upstream = "", method, name }, elapsedMs, timeoutMs) => {
        // An address may hold more than a name may.
        const named = name === undefined || method === "resources/read" ? {} : { name };
        events?.append({ type: "call.lagged", upstream, ...named, elapsedMs, timeoutMs });
      },
    });
  }

  /** What uses much is told of with the calls that it works on: one of them is probably why. */
  #warned(upstream: Upstream, text: string, onWarning: GatewayOptions["onWarning"]): void {
    const { names, more } = this.underWay.namesAt(upstream.name);
    const calls = more > 0 ? [...names, `${more} more`] : names;
    this.deps.events?.append({ type: "upstream.strained", upstream: upstream.name, message: text, calls });
    onWarning?.(upstream, calls.length === 0 ? text : `${text}; under way: ${calls.join(", ")}`);
  }

  get upstreams(): readonly Upstream[] {
    return this.roster.upstreams;
  }

  /** How many streams and sessions are told of changes. */
  get subscribers(): number {
    return this.#subscribers.size;
  }

  get profiles(): readonly ProfileOptions[] {
    return this.#catalog.profiles;
  }

  /** What goes for the calls to the upstreams. */
  get policies(): PolicyTable {
    return this.#policies;
  }

  get isClosing(): boolean {
    return this.#isEnding;
  }

  /** Begins to connect every upstream. Returns at once. Called once. */
  start(): void {
    this.underWay.start();
    this.roster.start();
    const stopTimer = this.deps.clock.after(startGraceMs, () => {
      this.#settled.resolve();
      this.#listable.resolve();
    });
    void Promise.all(this.upstreams.map(({ listable }) => listable)).then(() => {
      this.#listable.resolve();
    });
    void Promise.all(this.upstreams.map(({ settled }) => settled)).then(() => {
      stopTimer();
      this.#settled.resolve();
    });
  }

  /**
   * Makes these the upstreams, as {@link Roster.change} says. With them comes how they are shown, and what goes for their calls; without `catalog` or
   * `policies`, that stays. Resolves when all that takes another's place has been tried once.
   */
  async reconfigure(
    upstreams: readonly UpstreamOptions[],
    catalog = this.#catalog,
    policies?: WrittenPolicies,
  ): Promise<void> {
    this.#catalog = catalog;
    if (policies !== undefined) this.#take(policies);
    this.#configured = upstreams;
    await this.roster.change(this.#wanted());
  }

  /** A file that is read again says the same as a rule, and of most upstreams where it does not: what is kept of those stays. */
  #take(written: WrittenPolicies): void {
    const before = this.#written;
    if (isDeepStrictEqual(written, before)) return;
    this.#written = written;
    this.#policies = new PolicyTable(written);
    for (const { name } of this.upstreams) {
      // What is said of nothing is said as nothing, or not at all.
      const [now, then] = [written, before].map(({ upstreams = {} }) => upstreams[name] ?? {});
      if (!isDeepStrictEqual(now, then)) this.#results?.policyChanged(name);
    }
  }

  /** Takes up which upstreams of its own there are now. Resolves as {@link reconfigure}. */
  async renewOwn(): Promise<void> {
    await this.roster.change(this.#wanted());
  }

  #wanted(): readonly UpstreamOptions[] {
    const own = this.#own.upstreams().filter(({ name }) => this.#configured.every((each) => each.name !== name));
    return own.length === 0 ? this.#configured : [...this.#configured, ...own];
  }

  /** Resolves when every upstream has been tried once, at the latest 2 s after the start: a hanging one delays nobody for long. */
  get settled(): Promise<void> {
    return this.#settled.promise;
  }

  /** Resolves when lists are worth reading: what is known of every upstream from an earlier process counts; else as `settled`. */
  get listable(): Promise<void> {
    return this.#listable.promise;
  }

  /** Resolves when what earlier processes kept of the upstreams has been read: at once, as a rule. */
  async known(): Promise<void> {
    await Promise.all(this.upstreams.map(({ catalog }) => catalog.load()));
  }

  /**
   * The upstream of this name.
   *
   * @throws {GatewayError} `route_not_found`.
   */
  upstream(name: string): Upstream {
    const found = this.upstreams.find((each) => each.name === name);
    if (found !== undefined) return found;
    throw new GatewayError("route_not_found", `There is no upstream ${JSON.stringify(name.slice(0, 100))}`);
  }

  /** Whether there is such a route: an upstream or a profile of that name, with something for these rights. */
  hasRoute(route: Route, rights: Rights): boolean {
    return this.#views.has(route, rights);
  }

  /** What the route shows now to somebody with these rights. */
  view(route: Route, rights: Rights): View {
    return this.#views.of(route, rights);
  }

  /** What profiles show, for grants that name one. */
  get shownByProfiles(): Profiles {
    return this.#views.profiles;
  }

  /** Tells the subscriber of everything from now on; what is returned ends that. */
  subscribe(subscriber: Subscriber): () => void {
    if (this.isClosing) throw new GatewayError("shutting_down", "The gateway is stopping");
    this.#subscribers.add(subscriber);
    return () => {
      this.#subscribers.delete(subscriber);
      this.tasks.leave(subscriber);
    };
  }

  /** Ends what waits for a principal that may not come back. */
  forget(principal: Principal, reason: GatewayError): void {
    this.tasks.leave(principal.id);
    this.parked.endOf(principal.id, reason);
  }

  /** Takes no new subscriptions and ends the open ones well: the first step of stopping. */
  endSubscriptions(): void {
    this.#isEnding = true;
    for (const subscriber of this.#subscribers) subscriber.stopping();
  }

  /** Ends every subscription and every upstream; resolves when nothing is left. Safe to call twice. */
  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    this.#settled.resolve();
    this.#listable.resolve();
    this.endSubscriptions();
    this.underWay.close();
    this.parked.close();
    this.#views.close();
    this.tasks.close();
    await this.roster.close();
    await this.deps.guardian.close();
  }

  #rebuildViews(): void {
    const changesFor = this.#views.rebuild();
    for (const subscriber of this.#subscribers) {
      const kinds = changesFor(subscriber);
      if (kinds.length > 0) subscriber.listsChanged(kinds);
    }
  }

  /** Tells everybody whose route has the upstream, and who may know, of something that belongs to no call. */
  pass(upstream: Upstream, notification: Notification): void {
    for (const subscriber of this.#subscribers) {
      if (this.#concerns(upstream, notification, subscriber)) subscriber.notification(upstream, notification);
    }
  }

  #concerns(upstream: Upstream, { method }: Notification, { route, principal: { rights } }: Subscriber): boolean {
    const from = this.neededRoles.ofAll(upstream.name);
    if (method === "notifications/message" && !mayHear(rights, upstream.name, from)) return false;
    // What is watched may have become that of higher roles since.
    if (method === "notifications/resources/updated" && from !== undefined && !reaches(rights.role, from)) return false;
    if (rights.kind === "granted" || route.kind === "profile") {
      return this.view(route, rights).upstreams.includes(upstream);
    }
    return route.kind === "all" || route.name === upstream.name;
  }
}
