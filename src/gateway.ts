import { randomBytes, randomUUID } from "node:crypto";
import { type AlertOptions, alertDefaults } from "./alerts/alert-options.ts";
import { Alerts } from "./alerts/alerts.ts";
import { lookAt } from "./alert-look.ts";
import { Access, type AccessDeps } from "./access/access.ts";
import { type AuthOptions, authDefaults } from "./access/options.ts";
import { localPrincipal } from "./access/principal.ts";
import { LiveConfig } from "./config/live-config.ts";
import type { Config } from "./config/config.ts";
import { type FileWatch, watchFile } from "./config/watch.ts";
import { type Clock, systemClock } from "./core/clock.ts";
import { type GatewayError, toGatewayError } from "./core/errors.ts";
import { type CatalogOptions, catalogDefaults } from "./gateway/catalog-options.ts";
import type { AuditOptions } from "./audit/audit-options.ts";
import type { AuditTrail } from "./audit/audit-trail.ts";
import { timeOrderedIds } from "./core/time-ordered-id.ts";
import type { EventLog } from "./events/event-log.ts";
import type { EndedCall, Entrance } from "./gateway/ended-call.ts";
import { type CacheOptions, cacheOptionDefaults } from "./cache/cache-options.ts";
import { CacheDesk, type PurgeWish } from "./gateway/cache-desk.ts";
import { Gateway } from "./gateway/gateway.ts";
import { reviveSession } from "./gateway/revive.ts";
import { Jobs, type JobsDeps } from "./jobs/jobs.ts";
import { type JobsOptions, jobsDefaults } from "./jobs/jobs-options.ts";
import { Schedules } from "./jobs/schedules/schedules.ts";
import { jobTools } from "./jobs/tools.ts";
import type { Route } from "./gateway/route.ts";
import { Warming } from "./gateway/warming.ts";
import { type SessionOptions, sessionDefaults } from "./gateway/session-options.ts";
import { Sessions } from "./gateway/sessions.ts";
import { type GatewayStatus, type UpstreamLog, logOf, statusOf } from "./gateway/status.ts";
import { idempotencyStage } from "./gateway/stages/idempotency.ts";
import { identity } from "./identity.ts";
import { type SharedStoreOptions, keepingFor, recorderFor } from "./keeping.ts";
import { type LiveFeed, liveFeed } from "./live-feed.ts";
import { type Meters, metersFor } from "./meters.ts";
import { type OwnPrompts, ownPrompts } from "./own-prompts.ts";
import type { Reported } from "./metrics/report.ts";
import type { CacheApi } from "./server/cache-api.ts";
import { ChannelEndpoint } from "./server/channel-endpoint.ts";
import { type ListenOptions, listenDefaults } from "./server/listen-options.ts";
import { callbackPath } from "./server/oauth-callback.ts";
import { type HttpServer, listenHttp } from "./server/server.ts";
import type { Store } from "./store/store.ts";
import type { TracingOptions } from "./traces/options.ts";
import { type Tracing, startTracing } from "./traces/tracing.ts";
import type { Channel } from "./transport/channel.ts";
import type { DefinitionFact } from "./upstream/definition-facts.ts";
import { memoryStore as memoryLogins } from "./upstream/oauth/credentials.ts";
import { loginFile } from "./upstream/oauth/login-file.ts";
import { type OAuth, oauthClient } from "./upstream/oauth/oauth.ts";
import type { WrittenPolicies } from "./policy/call-policy.ts";
import type { UpstreamOptions } from "./upstream/options.ts";
import { RecoveryQueue } from "./upstream/recovery-queue.ts";
import type { Upstream } from "./upstream/upstream.ts";
import { upstreamDeps } from "./upstream-deps.ts";
import type { WebhookOptions } from "./webhooks/webhook-options.ts";
import { Webhooks } from "./webhooks/webhooks.ts";

/** What a gateway runs with. */
export interface SwitchyardOptions {
  /** The servers behind it, in the order in which the first of two equal resource addresses wins. */
  readonly upstreams: readonly UpstreamOptions[];
  /** Profiles, and the search among tools. Default: none. */
  readonly catalog?: CatalogOptions;
  /** What goes for the calls to the upstreams, by their names. Default: what each policy's own default says. */
  readonly policies?: WrittenPolicies;
  readonly sessions?: SessionOptions;
  /** What is kept of results, and how much. */
  readonly cache?: CacheOptions;
  /** Who is asked who they are. Default: nobody; then the gateway listens on loopback addresses only. */
  readonly auth?: AuthOptions;
  /**
   * Children and connectors are started once it has resolved; until then lists show what they had the last time. To start them keeps the
   * machine busy for some second, and who waits for the gateway wants it first. Default: at once.
   */
  readonly startAfter?: Promise<void>;
  readonly clock?: Clock;
  /** Between 0 and 1, for jitter. Default: the machine's. */
  readonly random?: () => number;
  /**
   * Folder for what survives the gateway: sessions, what upstreams offered, what of it is trusted. Several gateways may share one.
   * Default: none; all of it ends with the gateway.
   */
  readonly dataDir?: string;
  /** Told when nothing can be kept there any more, and undefined when it can again. Calls go on meanwhile. */
  readonly onStoreProblem?: (problem: GatewayError | undefined) => void;
  /** The file that `upstreams` and `catalog` were read from. Default: none; changes that operators make then end with the gateway. */
  readonly configFile?: ConfigFileOptions;
  /** What of calls goes on record in `dataDir`, and for how long. */
  readonly audit?: AuditOptions;
  /** What there is of jobs. */
  readonly jobs?: JobsOptions;
  /** A PostgreSQL that several gateways share for jobs and schedules. Default: none; these are kept in `dataDir` too. */
  readonly store?: SharedStoreOptions;
  /** What is watched, and what is expected of tools. Default: what is usual. */
  readonly alerts?: AlertOptions;
  /** Where what happens is sent to. Default: nowhere. */
  readonly webhooks?: readonly WebhookOptions[];
  /** How it logs in to upstreams that ask for it. */
  readonly oauth?: LoginOptions;
  /** Told of every call once it is over, before its answer is sent: take note and return. Holds what the caller sent and got, as it is. */
  readonly onCallEnded?: (call: EndedCall) => void;
  /** Told whenever an upstream enters another state. */
  readonly onStateChange?: (upstream: Upstream) => void;
  /** Told whenever definitions of an upstream are not what they were, also compared with an earlier gateway of this `dataDir`. */
  readonly onDefinitionsChanged?: (facts: readonly DefinitionFact[]) => void;
  /** Told, in one sentence, when an upstream's processes use more than a soft limit allows, or keep growing. */
  readonly onWarning?: (upstream: Upstream, text: string) => void;
  /** Where traces of calls go. Default: nowhere; what callers say of theirs is passed on all the same. */
  readonly otel?: TracingOptions | undefined;
}

/** The file behind a gateway, which is watched, and to which changes are written that operators make. */
export interface ConfigFileOptions {
  readonly path: string;
  /** What references in it stand for. Default: the environment of the process. */
  readonly env?: NodeJS.ProcessEnv;
  /** The folder that messages name it from. Default: that of the process. */
  readonly cwd?: string;
  /** Told of every reading after the first that changed something, and of every one that was refused. */
  readonly onRead?: (read: Config | GatewayError) => void;
}

/** How a gateway logs in to upstreams. */
export interface LoginOptions {
  /** Folder where logins are kept, locked. Default: `dataDir` of the gateway; without one they are forgotten when it ends. */
  readonly dataDir?: string;
  /** Locks the logins in `dataDir`. Default: a key that is made and kept there. */
  readonly secret?: string | undefined;
  /** Where authorization servers send people back to. Default: `/oauth/callback` at the address where the gateway listens. */
  readonly redirectUri?: string;
  /**
   * Told of the address of every login that begins, for instance to open a browser. May resolve with the address that the login ended
   * at, `redirectUri` with its query, for logins without a person. Default: the address shows in the status only.
   */
  readonly openAuthorizationUrl?: (url: URL) => Promise<URL | undefined>;
}

/** A gateway that runs. */
export interface Switchyard extends AsyncDisposable {
  /**
   * Listens for downstreams over HTTP.
   *
   * Sessions that an earlier gateway had at the same address, with the same `dataDir`, go on.
   *
   * @throws {GatewayError} `unsafe_listen`, `address_in_use`; `store_unavailable` — `dataDir` cannot be used.
   */
  listen(options?: ListenOptions): Promise<HttpServer>;
  /** Serves one downstream over a two-way stream; resolves when it has left. `entrance` is what its calls are recorded under. */
  serve(channel: Channel, route?: Route, entrance?: Entrance): Promise<void>;
  /**
   * Makes these the upstreams, without a restart: what did not change is not touched, and calls under way finish. With them comes how
   * they are shown, and what goes for their calls, which connects nothing anew; without `catalog` or `policies`, that stays.
   *
   * Resolves when the new ones can be found.
   */
  reconfigure(
    upstreams: readonly UpstreamOptions[],
    catalog?: CatalogOptions,
    policies?: WrittenPolicies,
  ): Promise<void>;
  /** An API key for whoever is on this machine, with which everything may be done; good until the gateway ends. */
  readonly localKey: string;
  /** Everything notable that happens, as it happens, and the latest of what has. */
  readonly events: EventLog;
  /** How everything stands. */
  status(): GatewayStatus;
  /** What happened to an upstream, after the entry of this number; undefined where there is no upstream of that name. */
  log(name: string, after?: number): UpstreamLog | undefined;
  /** Resolves when every upstream has been tried once, at the latest 2 s after the start. */
  readonly settled: Promise<void>;
  /** Resolves when every upstream has been tried once, however long that takes. */
  readonly tried: Promise<void>;
  /** Resolves when calls are told of as traces, at once where they never are; rejects where OpenTelemetry cannot be loaded. */
  readonly tracing: Promise<void>;
  /** Stops listening, ends what is under way and every child; resolves when nothing is left. Safe to call twice. */
  close(): Promise<void>;
}

/** Starts a gateway: begins to connect its upstreams, and returns at once. The one place where the rooms are joined. */
export function startSwitchyard(options: SwitchyardOptions): Switchyard {
  const { keeping, gateway, jobs, schedules, alerts, live, served, servers, tracing, access, close } = partsOf(options);
  gateway.start();
  jobs.start();
  schedules.start();
  alerts.start();
  return {
    async listen(listenOptions = listenDefaults) {
      if (keeping.problem !== undefined) throw keeping.problem;
      return kept(servers, await listenHttp(listenOptions, served));
    },
    serve: (channel, route = { kind: "all" }, entrance = "internal") => serveChannel(channel, gateway, route, entrance),
    reconfigure: (next, catalog, policies) => live.replace(next, catalog, policies),
    events: keeping.events,
    localKey: access.localKey,
    status: () => statusOf(gateway),
    log: (name, after = 0) => logOfName(gateway, name, after),
    settled: gateway.settled,
    tracing: tracing?.loaded ?? Promise.resolve(),
    tried: Promise.all(gateway.upstreams.map(({ settled }) => settled)).then(() => undefined),
    close,
    [Symbol.asyncDispose]: close,
  };
}

/** Makes everything that a gateway consists of, joined; nothing has begun. */
function partsOf(options: SwitchyardOptions) {
  const { clock = systemClock, dataDir } = options;
  const servers = new Set<HttpServer>();
  const keeping = keepingFor(options, clock);
  const { events, store } = keeping;
  const access = accessFor(options, store, clock, (principal, reason) => {
    sessions.endOf(principal.id);
    gateway.forget(principal, reason);
  });
  const oauth = oauthFor({ ...(dataDir === undefined ? {} : { dataDir }), ...options.oauth }, clock, servers);
  const results = new CacheDesk(clock, options.cache?.maxBytes ?? cacheOptionDefaults.maxBytes);
  const [meters, tracing] = [metersFor(clock), options.otel && startTracing(options.otel, clock, identity)];
  const ground = { clock, events, results };
  const startedAt = clock.monotonic();
  const feed = liveFeed({ ...ground, gateway: () => gateway, startedAt });
  const prompts = ownPrompts(store.prompts, clock, () => gateway);
  const made = { ...ground, store, oauth, meters, tracing, feed, prompts, jobs: () => jobs };
  const { gateway, cache, trail } = gatewayOf(options, made);
  const sessions: Sessions = sessionsFor(options, gateway, access, store, clock);
  const jobs = jobsOf(options, { gateway, access, store: store.jobs, events });
  const schedules = schedulesOf({ gateway, access, store, events, jobs });
  const watched = lookAt(clock, gateway, meters);
  const alerts = new Alerts(options.alerts ?? alertDefaults, { clock, events, look: watched.look });
  const live = liveConfig(options, gateway, { clock, events, alerts });
  const watch = options.configFile && watchConfig(options.configFile, live);
  const metrics = (): Reported => meters.read(gateway, sessions, alerts);
  const { random = Math.random } = options;
  const webhooks = new Webhooks(options.webhooks ?? [], { clock, random, log: events });
  const desks = {
    logins: oauth,
    access,
    desk: live,
    cache,
    trail,
    metrics,
    jobs,
    schedules,
    live: feed.hub,
    startedAt,
    webhooks,
    alerts,
    prompts: prompts.prompts,
    promptUses: prompts.uses,
  };
  prompts.follow();
  const close = async (): Promise<void> => {
    await Promise.all([...servers].map((server) => server.close()));
    await schedules.close();
    await jobs.close();
    for (const part of [alerts, watched, sessions, access, cache, meters, feed, prompts]) part.close();
    // First, as it ends what a change may be waiting for.
    await gateway.close();
    await watch?.close();
    await live.idle();
    await tracing?.close();
    await webhooks.close();
    await keeping.close();
  };
  const served = { gateway, sessions, ...desks, begin: keeping.begin };
  return { keeping, gateway, jobs, schedules, alerts, live, served, servers, tracing, access, close };
}

async function serveChannel(channel: Channel, gateway: Gateway, route: Route, entrance: Entrance): Promise<void> {
  const from = { principal: localPrincipal, entrance, address: undefined };
  const endpoint = new ChannelEndpoint(channel, gateway, route, from);
  endpoint.start();
  await endpoint.ended;
}

function kept(servers: Set<HttpServer>, server: HttpServer): HttpServer {
  servers.add(server);
  return server;
}

function jobsOf(
  { random = Math.random, jobs }: SwitchyardOptions,
  { gateway, access, store, events }: Pick<JobsDeps, "gateway" | "store" | "events"> & { readonly access: Access },
): Jobs {
  return new Jobs({
    gateway,
    events,
    random,
    store,
    worker: randomUUID(),
    newId: timeOrderedIds(gateway.deps.clock, Math.random),
    revive: (owner) => access.revived(owner),
    keep: jobs?.keep ?? jobsDefaults.keep,
  });
}

function schedulesOf({
  gateway,
  access,
  store,
  events,
  jobs,
}: Pick<JobsDeps, "gateway"> & {
  readonly access: Access;
  readonly store: Store;
  readonly events: EventLog;
  readonly jobs: Jobs;
}): Schedules {
  const { clock } = gateway.deps;
  return new Schedules({
    clock,
    events,
    jobs,
    store: store.schedules,
    newId: timeOrderedIds(clock, Math.random),
    revive: (owner) => access.revived(owner),
    settled: gateway.settled,
  });
}

/** What a gateway is joined of. */
interface GatewayParts {
  readonly clock: Clock;
  readonly store: Store;
  readonly events: EventLog;
  readonly oauth: OAuth;
  readonly results: CacheDesk;
  readonly meters: Meters;
  readonly tracing: Tracing | undefined;
  readonly feed: LiveFeed;
  readonly prompts: OwnPrompts;
  readonly jobs: () => Jobs;
}

function gatewayOf(
  options: SwitchyardOptions,
  { clock, store, events, oauth, results, meters, tracing, feed, prompts, jobs }: GatewayParts,
): { readonly gateway: Gateway; readonly cache: CacheParts; readonly trail: AuditTrail | undefined } {
  const { upstreams, random, onStateChange, onWarning, onCallEnded } = options;
  const recorder = recorderFor(options, { store, events }, () => gateway, {
    clock,
    newId: timeOrderedIds(clock, Math.random),
  });
  const gateway: Gateway = new Gateway({
    upstreams,
    own: prompts,
    ownTools: options.jobs?.tools === true ? jobTools(jobs) : [],
    stages: [results.stage, idempotencyStage(clock, store.keyedCalls)],
    results: {
      upstreamChanged(upstream) {
        results.upstreamChanged(upstream);
        warming.upstreamChanged(upstream);
      },
      policyChanged: (upstream) => {
        results.policyChanged(upstream);
      },
      heard: (upstream, notification) => {
        results.heard(upstream, notification);
        feed.heard(upstream, notification);
      },
    },
    deps: {
      ...upstreamDeps(clock, random, options.startAfter),
      authorizerFor: oauth.authorizerFor,
      catalogs: store.catalogs,
      recovery: new RecoveryQueue(clock),
      events,
    },
    keeping: () => store.status(),
    onDefinitionsChanged: options.onDefinitionsChanged,
    stateKey: store.key("requestState", () => randomBytes(32)),
    catalog: options.catalog ?? catalogDefaults,
    ...(options.policies && { policies: options.policies }),
    observers: [
      meters.observer,
      feed.observer,
      prompts.uses,
      ...(recorder ? [recorder.log] : []),
      ...(onCallEnded ? [{ ended: onCallEnded }] : []),
    ],
    tracer: tracing,
    ...(onStateChange && { onStateChange }),
    ...(onWarning && { onWarning }),
  });
  const warming = new Warming(gateway, { ...cacheOptionDefaults.warm, ...options.cache?.warm });
  return { gateway, cache: cacheParts(results, warming), trail: recorder?.trail };
}

function cacheParts(results: CacheDesk, warming: Warming): CacheParts {
  return {
    status: () => results.status(),
    purge: (wish: PurgeWish) => results.purge(wish),
    warm: () => warming.warm(),
    close: () => {
      warming.close();
    },
  };
}

/** What operators see and do of the cache, and its end. */
interface CacheParts extends CacheApi {
  close(): void;
}

function liveConfig(
  { upstreams, catalog = catalogDefaults, policies = {}, alerts = alertDefaults, configFile }: SwitchyardOptions,
  gateway: Gateway,
  { clock, events, alerts: watching }: Readonly<{ clock: Clock; events: EventLog; alerts: Alerts }>,
): LiveConfig {
  return new LiveConfig({
    gateway,
    running: { upstreams, catalog, policies, alerts },
    file: configFile?.path,
    env: configFile?.env ?? process.env,
    cwd: configFile?.cwd ?? process.cwd(),
    clock,
    tell: (fact) => {
      events.append(fact);
    },
    watch: (changed) => {
      watching.change(changed);
    },
  });
}

/** Takes up changes of the file while the gateway runs; a wrong file changes nothing. */
function watchConfig({ path, onRead }: ConfigFileOptions, live: LiveConfig): FileWatch {
  return watchFile(path, async () => {
    try {
      const { config, isChanged } = await live.readAgain();
      if (isChanged) onRead?.(config);
    } catch (thrown) {
      onRead?.(toGatewayError(thrown));
    }
  });
}

function sessionsFor(
  options: SwitchyardOptions,
  gateway: Gateway,
  access: Access,
  store: Store,
  clock: Clock,
): Sessions {
  return new Sessions(options.sessions ?? sessionDefaults, {
    clock,
    newId: randomUUID,
    subscribe: (session) => gateway.subscribe(session),
    store: store.sessions,
    revive: (stored) => reviveSession(gateway, stored, access.revived(stored.principal)),
  });
}

function accessFor(
  { auth = authDefaults }: SwitchyardOptions,
  { apiKeys }: Store,
  clock: Clock,
  onEnded: AccessDeps["onEnded"],
): Access {
  return new Access(auth, { store: apiKeys, clock, random: randomBytes, onEnded });
}

function logOfName({ upstreams }: Gateway, name: string, after: number): UpstreamLog | undefined {
  const upstream = upstreams.find((each) => each.name === name);
  return upstream && logOf(upstream, after);
}

function oauthFor(options: LoginOptions, clock: Clock, servers: ReadonlySet<HttpServer>): OAuth {
  const { dataDir, secret, redirectUri, openAuthorizationUrl } = options;
  return oauthClient({
    clock,
    store: dataDir === undefined ? memoryLogins() : loginFile({ dataDir, secret, clock }),
    openAuthorizationUrl,
    redirectUri() {
      const [server] = servers;
      return redirectUri ?? (server && `${server.origin}${callbackPath}`);
    },
  });
}
