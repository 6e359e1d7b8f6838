import { isDeepStrictEqual } from "node:util";
import { GatewayError } from "../core/errors.ts";
import type { Notification } from "../protocol/call.ts";
import type { UpstreamDeps } from "../upstream/connection.ts";
import type { DefinitionFact } from "../upstream/definition-facts.ts";
import type { UpstreamOptions } from "../upstream/options.ts";
import { Upstream, type UpstreamReceiver } from "../upstream/upstream.ts";
import { type CatalogOptions, type ProfileOptions, catalogDefaults } from "./catalog-options.ts";
import { callPath } from "./carry.ts";
import { ParkedCalls } from "./conversation.ts";
import { type KeepingStatus, nothingKept } from "./keeping.ts";
import { answerMs } from "./questions.ts";
import { RequestStates } from "./request-state.ts";
import type { Next, Stage } from "./pipeline.ts";
import { type ListKind, type Presentation, everything, oneUpstream } from "./presentation.ts";
import { profilePresentation } from "./profile.ts";
import { type Route, routeKey } from "./route.ts";
import type { Subscriber } from "./subscriber.ts";
import { endTask, heard } from "./tasks/news.ts";
import { TaskTable } from "./tasks/task-table.ts";
import { View } from "./view.ts";

/** What a gateway is made of. */
export interface GatewayOptions {
  readonly upstreams: readonly UpstreamOptions[];
  /** How what they offer is shown. */
  readonly catalog?: CatalogOptions;
  readonly deps: UpstreamDeps;
  /** Stages of the call path that hold something: see {@link callPath}. Default: none. */
  readonly stages?: readonly Stage[];
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
}

/** How long after the start a first list waits for upstreams that are still being connected, in ms. */
const startGraceMs = 2000;

/** How long calls under way may go on at an upstream that is no longer configured, in ms. */
const retireGraceMs = 30_000;

/** The middle: holds the upstreams, what each route shows of them, and who is to be told of changes. */
export class Gateway {
  readonly deps: UpstreamDeps;
  readonly requestStates: RequestStates;
  readonly parked: ParkedCalls;
  readonly keeping: () => KeepingStatus;
  readonly tasks: TaskTable;
  /** The way that every call to every upstream takes. */
  readonly path: Next;
  readonly #receiver: UpstreamReceiver;
  /** Upstreams that are no longer configured and still have calls under way. */
  readonly #retiring = new Map<Upstream, Promise<void>>();
  /** Upstreams that are tried before they take their places. */
  readonly #arriving = new Set<Upstream>();
  #upstreams: readonly Upstream[];
  #catalog: CatalogOptions;
  readonly #views = new Map<string, View>();
  readonly #subscribers = new Set<Subscriber>();
  readonly #settled = Promise.withResolvers<void>();
  readonly #listable = Promise.withResolvers<void>();
  #isEnding = false;
  /** Resolves when no change of configuration is being made; one is made at a time. */
  #reconfigured: Promise<void> = Promise.resolve();
  #closing: Promise<void> | undefined;

  constructor({
    upstreams,
    catalog = catalogDefaults,
    deps,
    stages = [],
    stateKey,
    onStateChange,
    onDefinitionsChanged,
    onWarning,
    keeping,
  }: GatewayOptions) {
    this.deps = deps;
    this.path = callPath(stages);
    this.keeping = keeping ?? (() => nothingKept);
    this.requestStates = new RequestStates(stateKey, deps.clock);
    this.parked = new ParkedCalls(deps.clock, answerMs);
    this.tasks = new TaskTable(deps.clock, endTask);
    this.#receiver = {
      stateChanged: (upstream) => onStateChange?.(upstream),
      definitionsChanged: () => {
        this.#rebuildViews();
      },
      factsFound: (facts) => onDefinitionsChanged?.(facts),
      notification: (upstream, notification) => {
        if (notification.method === "notifications/tasks/status") heard(this, upstream, notification);
        else this.pass(upstream, notification);
      },
      warned: (upstream, text) => onWarning?.(upstream, text),
    };
    this.#catalog = catalog;
    this.#upstreams = upstreams.map((options) => new Upstream(options, deps, this.#receiver));
  }

  get upstreams(): readonly Upstream[] {
    return this.#upstreams;
  }

  get profiles(): readonly ProfileOptions[] {
    return this.#catalog.profiles;
  }

  get isClosing(): boolean {
    return this.#isEnding;
  }

  /** Begins to connect every upstream. Returns at once. Called once. */
  start(): void {
    for (const upstream of this.#upstreams) upstream.start();
    const stopTimer = this.deps.clock.after(startGraceMs, () => {
      this.#settled.resolve();
      this.#listable.resolve();
    });
    void Promise.all(this.#upstreams.map(({ listable }) => listable)).then(() => {
      this.#listable.resolve();
    });
    void Promise.all(this.#upstreams.map(({ settled }) => settled)).then(() => {
      stopTimer();
      this.#settled.resolve();
    });
  }

  /**
   * Makes these the upstreams: new ones are started, those that are no longer there or are configured otherwise end when their calls
   * under way have, the rest is not touched. What replaces another is tried first, so that nothing is missing in between. With them comes
   * how they are shown; without `catalog`, that stays.
   */
  reconfigure(upstreams: readonly UpstreamOptions[], catalog?: CatalogOptions): Promise<void> {
    this.#reconfigured = this.#reconfigured.then(() => this.#reconfigure(upstreams, catalog));
    return this.#reconfigured;
  }

  async #reconfigure(upstreams: readonly UpstreamOptions[], catalog = this.#catalog): Promise<void> {
    const before = this.#upstreams;
    const next = upstreams.map(
      (options) =>
        before.find((upstream) => isSameOptions(upstream.options, options)) ??
        new Upstream(options, this.deps, this.#receiver),
    );
    const added = next.filter((upstream) => !before.includes(upstream));
    for (const upstream of added) {
      this.#arriving.add(upstream);
      upstream.start();
    }
    await Promise.all(
      added.filter(({ name }) => before.some((upstream) => upstream.name === name)).map(({ settled }) => settled),
    );
    if (this.isClosing) return;
    this.#arriving.clear();
    this.#upstreams = next;
    this.#catalog = catalog;
    this.#rebuildViews();
    for (const upstream of before.filter((old) => !next.includes(old))) this.#retire(upstream);
  }

  #retire(upstream: Upstream): void {
    const retired = upstream.retire(retireGraceMs).finally(() => this.#retiring.delete(upstream));
    this.#retiring.set(upstream, retired);
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
    await Promise.all(this.#upstreams.map(({ catalog }) => catalog.load()));
  }

  /**
   * The upstream of this name.
   *
   * @throws {GatewayError} `route_not_found`.
   */
  upstream(name: string): Upstream {
    const found = this.#upstreams.find((each) => each.name === name);
    if (found !== undefined) return found;
    throw new GatewayError("route_not_found", `There is no upstream ${JSON.stringify(name.slice(0, 100))}`);
  }

  /** Whether there is such a route: an upstream or a profile of that name. */
  hasRoute(route: Route): boolean {
    if (route.kind === "all") return true;
    return (route.kind === "upstream" ? this.#upstreams : this.profiles).some(({ name }) => name === route.name);
  }

  /** What the route shows now. */
  view(route: Route): View {
    const key = routeKey(route);
    const view = this.#views.get(key) ?? new View(this.#presentationOf(route));
    if (this.hasRoute(route)) this.#views.set(key, view);
    return view;
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
    this.parked.close();
    for (const view of this.#views.values()) view.close();
    this.tasks.close();
    const upstreams = [...this.#upstreams, ...this.#retiring.keys(), ...this.#arriving];
    await Promise.all(upstreams.map((upstream) => upstream.close()));
    await this.#reconfigured;
    await this.deps.guardian.close();
  }

  #presentationOf(route: Route): Presentation {
    if (route.kind === "all") return everything(this.#upstreams, this.#catalog.search);
    const profile = route.kind === "profile" ? this.profiles.find(({ name }) => name === route.name) : undefined;
    return profile === undefined
      ? oneUpstream(route.kind === "upstream" ? this.#upstreams : [], route.name)
      : profilePresentation(profile, this.#upstreams);
  }

  #rebuildViews(): void {
    const earlier = new Map(this.#views);
    this.#views.clear();
    for (const view of earlier.values()) view.close();
    // Compared once for each route: every list may be long, and the subscribers many.
    const changes = new Map<string, readonly ListKind[]>();
    for (const subscriber of this.#subscribers) {
      const key = routeKey(subscriber.route);
      const before = earlier.get(key);
      const kinds = changes.get(key) ?? (before === undefined ? [] : this.view(subscriber.route).changesSince(before));
      changes.set(key, kinds);
      if (kinds.length > 0) subscriber.listsChanged(kinds);
    }
  }

  /** Tells everybody whose route has the upstream of something that belongs to no call. */
  pass(upstream: Upstream, notification: Notification): void {
    for (const subscriber of this.#subscribers) {
      if (this.#concerns(upstream, subscriber.route)) subscriber.notification(upstream, notification);
    }
  }

  #concerns(upstream: Upstream, route: Route): boolean {
    if (route.kind === "profile") return this.view(route).upstreams.includes(upstream);
    return route.kind === "all" || route.name === upstream.name;
  }
}

/** Whether two configurations of an upstream mean the same; in-process ones do only where they are the same. */
function isSameOptions(a: UpstreamOptions, b: UpstreamOptions): boolean {
  if (a.target.kind === "channel" || b.target.kind === "channel") return a.target === b.target && a.name === b.name;
  return isDeepStrictEqual(a, b);
}
