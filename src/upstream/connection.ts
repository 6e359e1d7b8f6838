import type { Clock } from "../core/clock.ts";
import { errorTable } from "../core/error-table.ts";
import { type Signal, platformSignal } from "../core/canceller.ts";
import { changedMethod } from "../protocol/uses.ts";
import { GatewayError } from "../core/errors.ts";
import { type JsonObject, objectAt } from "../core/json.ts";
import { type Call, type LogLevel, type Notification, logLevels } from "../protocol/call.ts";
import type { Codec, Identity, ResultKind } from "../protocol/codec.ts";
import type { Codecs } from "../protocol/codecs.ts";
import { type HookVerdict, hookMethod, verdictIn } from "../protocol/hook.ts";
import type { Answer } from "../protocol/json-rpc.ts";
import { type ParamHeader, paramHeaderValues, paramHeadersOf } from "../protocol/param-headers.ts";
import { traceContextIn } from "../protocol/trace-context.ts";
import { declaringTasks } from "../protocol/tasks.ts";
import type { FactSink } from "../events/fact.ts";
import type { Guardian } from "../transport/guardian.ts";
import type { Channel } from "../transport/channel.ts";
import { connectWebSocket } from "../transport/web-socket.ts";
import type { Authorizer, AuthorizerReceiver } from "./authorizer.ts";
import type { CatalogStore } from "./catalog-store.ts";
import { openChild } from "./child-link.ts";
import type { ChildOwner, ChildWatcher } from "./child-watch.ts";
import { type Definitions, readDefinitions } from "./definitions.ts";
import { type Handshake, mayBeOlderTransport, shakeHands } from "./handshake.ts";
import type { Link, LinkReceiver } from "./link.ts";
import { longestSilenceMs } from "./http-stream.ts";
import { Listening } from "./listening.ts";
import type { ConnectorTarget, UpstreamOptions, UpstreamTarget } from "./options.ts";
import type { Asked } from "./server-request.ts";
import type { RecoveryQueue } from "./recovery-queue.ts";
import type { Starting } from "./starting.ts";
import { StreamLink } from "./stream-link.ts";

/** What every upstream of one gateway shares. */
export interface UpstreamDeps extends Starting {
  readonly clock: Clock;
  /** Between 0 and 1, for jitter. */
  readonly random: () => number;
  readonly codecs: Codecs;
  readonly identity: Identity;
  readonly guardian: Guardian;
  /** Where catalogs are kept; in memory where absent. */
  readonly catalogs?: CatalogStore;
  /** Where upstreams that are away wait to be tried again; without, each for itself. */
  readonly recovery?: RecoveryQueue;
  /** Told of everything notable. */
  readonly events?: FactSink;
  /** Looks after the children's processes; without, nobody does. */
  readonly watcher?: ChildWatcher;
  /** Starts a connector; without, there are none. */
  readonly connectors?: (target: ConnectorTarget) => Promise<Channel>;
  /** Who gets credentials for an upstream that asks for some; without, a refusal stands. */
  readonly authorizerFor?: (options: UpstreamOptions, receiver: AuthorizerReceiver) => Authorizer | undefined;
}

/** What a connection needs besides: its upstream's own. */
export interface ConnectionDeps extends UpstreamDeps {
  readonly authorizer?: Authorizer | undefined;
  /** Who is told of its child. */
  readonly owner?: ChildOwner;
}

/** What a connection tells its owner. */
export interface ConnectionReceiver extends LinkReceiver {
  /** Something in the lists was left out, and why: for people. */
  omission(text: string): void;
}

/** How a call goes out and what comes back besides its answer. */
export interface CallOptions {
  readonly signal: Signal;
  /** Called with progress (under the caller's own token) and log messages that belong to the call. */
  readonly onNotification: ((notification: Notification) => void) | undefined;
  /** Who answers what the upstream asks while it works on the call; without, it is refused. */
  readonly asked?: Asked | undefined;
  /** Where the call may go on as a task: its progress is passed on until this fires, also after the answer. */
  readonly lasting?: Signal | undefined;
}

/** The answer to a call, and what kind of result it is. */
export interface CallAnswer {
  readonly answer: Answer;
  /** `complete` for errors too. */
  readonly kind: ResultKind;
}

/** How long an upstream on a stream may be silent on the modern probe before the legacy handshake is tried beside it, in ms. */
const silenceMs = 2000;

/** One agreed link to one upstream: speaks its revision so that nobody else need know it. */
export class Connection {
  readonly handshake: Handshake;
  /** What carries it: not always what was configured, as what answers over HTTP may be older than that. */
  readonly transport: UpstreamTarget["kind"];
  readonly #link: Link;
  readonly #receiver: ConnectionReceiver;
  readonly #closing = new AbortController();
  /** Arguments that travel in headers as well, by tool. */
  readonly #repeated = new Map<string, readonly ParamHeader[]>();
  readonly #watched = new Set<string>();
  readonly #watchedTasks = new Set<string>();
  /** Who wants the progress of calls that go on as tasks, by token. */
  readonly #lasting = new Map<unknown, (notification: Notification) => void>();
  /** What is listened to is changed by one at a time, so that each learns what was acknowledged. */
  #relistened: Promise<JsonObject> = Promise.resolve({});
  readonly #listening: Listening;
  #logLevel: LogLevel | undefined;

  private constructor(
    transport: UpstreamTarget["kind"],
    link: Link,
    handshake: Handshake,
    deps: UpstreamDeps,
    receiver: ConnectionReceiver,
  ) {
    this.transport = transport;
    this.#link = link;
    this.handshake = handshake;
    this.#receiver = receiver;
    this.#listening = new Listening({
      clock: deps.clock,
      // Whether a stream of its own is still there, nothing else would tell.
      longestSilenceMs: transport === "http" ? longestSilenceMs : undefined,
      listen: (filter, signal, onNotification, onHeard) => {
        const capabilities = this.#watchedTasks.size > 0 ? declaringTasks({}) : {};
        return this.#quietly("subscriptions/listen", filter, { onNotification, onHeard, signal, capabilities });
      },
      onNotification: (notification) => {
        receiver.notification(notification);
      },
    });
  }

  /**
   * Starts or reaches the upstream and agrees on a revision. Where that fails or `signal` fires, nothing is left behind.
   *
   * What does not know Streamable HTTP at its address is tried as a server of HTTP+SSE, the transport before it. Without `isProbed` the
   * upstream is taken for a legacy one: some of these end on the probe.
   *
   * @throws {GatewayError} what {@link openChild}, {@link connectWebSocket}, `openSse` and {@link shakeHands} throw; the
   *   signal's reason.
   * @see MCP 2025-11-25, basic/transports, Backwards Compatibility.
   */
  static async open(
    { target }: UpstreamOptions,
    deps: ConnectionDeps,
    receiver: ConnectionReceiver,
    signal: AbortSignal,
    isProbed = true,
  ): Promise<Connection> {
    try {
      return await Connection.#openOver(target, deps, receiver, signal, isProbed);
    } catch (thrown) {
      if (target.kind !== "http" || !mayBeOlderTransport(thrown)) throw thrown;
      return Connection.#openOver({ ...target, kind: "sse" }, deps, receiver, signal, false).catch(
        (second: unknown) => {
          // Unless such a server was there, that there is none says less than what was wrong before.
          throw second instanceof GatewayError && second.data?.["stage"] === "handshake" ? second : thrown;
        },
      );
    }
  }

  static async #openOver(
    target: UpstreamTarget,
    deps: ConnectionDeps,
    receiver: ConnectionReceiver,
    signal: AbortSignal,
    isProbed: boolean,
  ): Promise<Connection> {
    signal.throwIfAborted();
    const link = await openLink(target, deps, receiver, signal);
    try {
      const { clock, codecs, identity } = deps;
      const silence = target.kind === "http" ? undefined : silenceMs;
      const isLegacy = target.kind === "sse" || !isProbed;
      const handshake = await shakeHands({ link, clock, codecs, identity, silenceMs: silence, isLegacy }, signal);
      return new Connection(target.kind, link, handshake, deps, receiver);
    } catch (thrown) {
      await link.close();
      throw withStderr(thrown, link);
    }
  }

  get codec(): Codec {
    return this.handshake.codec;
  }

  get pid(): number | undefined {
    return this.#link.pid;
  }

  stderr(): string[] {
    return this.#link.stderr();
  }

  /** Reads every list the upstream offers; over HTTP without tools whose arguments cannot be repeated in headers as they ask. */
  async definitions(signal: AbortSignal): Promise<Definitions> {
    const { codec, capabilities } = this.handshake;
    const onOmission = (text: string): void => {
      this.#receiver.omission(text);
    };
    const definitions = await readDefinitions({ link: this.#link, codec, capabilities, onOmission }, signal);
    if (codec.era === "legacy" || !this.#link.hasHeaders) return definitions;
    this.#repeated.clear();
    return { ...definitions, tools: definitions.tools.filter((tool) => this.#mayBeCalled(tool)) };
  }

  #mayBeCalled(tool: JsonObject): boolean {
    const found = paramHeadersOf(tool["inputSchema"]);
    if (found.kind === "invalid") {
      this.#receiver.omission(`the tool ${JSON.stringify(tool["name"])} is left out: ${found.reason}`);
      return false;
    }
    if (found.headers.length > 0) this.#repeated.set(String(tool["name"]), found.headers);
    return true;
  }

  /**
   * Sends a call in the upstream's revision.
   *
   * @throws {GatewayError} what {@link Link.request} throws; the signal's reason; `upstream_protocol_error` for a result of a kind
   *   that nobody knows.
   */
  call(call: Call, options: CallOptions): Promise<CallAnswer> {
    return this.#send(call, options).then((answer) => {
      const isStale = answer.kind === "error" && answer.error.code === errorTable.header_mismatch.rpc;
      if (isStale && this.#link.hasHeaders && call.method === "tools/call") return this.#callAnew(call, options);
      return this.#sorted(call, answer);
    });
  }

  /** For a tool that asks for other headers than it did when it was listed: refused unseen, so the call may be sent again. */
  async #callAnew(call: Call, options: CallOptions): Promise<CallAnswer> {
    await this.definitions(platformSignal(options.signal));
    this.#receiver.notification({ method: "notifications/tools/list_changed", params: {} });
    return this.#sorted(call, await this.#send(call, options));
  }

  #sorted(call: Call, answer: Answer): CallAnswer {
    if (call.task !== undefined && answer.kind === "result" && this.codec.era === "legacy") {
      return { answer, kind: objectAt(answer.result.value, "task") === undefined ? "complete" : "task" };
    }
    return { answer, kind: answer.kind === "error" ? "complete" : this.codec.decodeResult(answer.result) };
  }

  #send(call: Call, { signal, onNotification, asked, lasting }: CallOptions): Promise<Answer> {
    const { codec } = this.handshake;
    const repeated = this.#repeated.size === 0 ? undefined : this.#repeated.get(String(call.params["name"]));
    const id = this.#link.newId();
    if (call.logLevel !== undefined && codec.era === "legacy") this.wantLogs(call.logLevel);
    if (lasting !== undefined && onNotification !== undefined)
      this.#follow(id, lasting, (notification) => {
        passRetokened(call, notification, onNotification);
      });
    return this.#link.request({
      id,
      method: call.method,
      params: codec.encodeCall(call, call.progressToken === undefined ? undefined : id),
      headers: this.#headersFor(call, repeated),
      signal,
      asked,
      onNotification: (notification) => {
        // A server should not, but may, tell of changes on the stream of a call (2025-11-25, basic/transports): they concern everybody.
        if (changes.has(notification.method)) this.#receiver.notification(notification);
        else if (onNotification !== undefined) passRetokened(call, notification, onNotification);
      },
    });
  }

  /** Arguments that are repeated, and the trace, which what stands between reads there. */
  #headersFor(
    { meta, params }: Call,
    repeated: readonly ParamHeader[] | undefined,
  ): Record<string, string> | undefined {
    const own = repeated && paramHeaderValues(repeated, params);
    if (meta === undefined || !this.#link.hasHeaders) return own;
    const trace = traceContextIn(meta);
    return trace === undefined ? own : { ...own, ...trace };
  }

  #follow(token: number, lasting: Signal, pass: (notification: Notification) => void): void {
    if (lasting.aborted) return;
    this.#lasting.set(token, pass);
    lasting.addEventListener("abort", () => this.#lasting.delete(token), { once: true });
  }

  /** Takes progress that came when no request of its token was under way; what no task is behind is dropped. */
  progress(notification: Notification): void {
    this.#lasting.get(notification.params["progressToken"])?.(notification);
  }

  /** Resolves with any answer to a question that every server must answer, an error included. */
  async ping(signal: AbortSignal): Promise<void> {
    const { codec } = this.handshake;
    const method = codec.era === "modern" ? "server/discover" : "ping";
    await this.#link.request({ id: this.#link.newId(), method, params: codec.encodeParams({}), signal });
  }

  /** Hands over what was posted for the upstream; see `protocol/hook.ts`. @throws {GatewayError} what {@link Link.request} throws. */
  async hand(posted: JsonObject, signal: Signal): Promise<HookVerdict> {
    const params = this.codec.encodeParams(posted);
    const answer = await this.#link.request({ id: this.#link.newId(), method: hookMethod, params, signal });
    return answer.kind === "error" ? "refused" : verdictIn(answer.result.value);
  }

  /** Asks a legacy upstream for log messages from this severity on; what was asked for before stays wanted. */
  wantLogs(level: LogLevel): void {
    const { codec, capabilities } = this.handshake;
    if (codec.era !== "legacy" || objectAt(capabilities, "logging") === undefined) return;
    if (this.#logLevel !== undefined && logLevels.indexOf(level) >= logLevels.indexOf(this.#logLevel)) return;
    this.#logLevel = level;
    void this.#quietly("logging/setLevel", { level });
  }

  /** Begins to receive what a modern upstream announces of changes; legacy ones send it unasked. */
  listen(): void {
    if (this.codec.era === "modern") void this.#relisten();
  }

  /**
   * Asks to be told when this resource changes.
   *
   * @throws {GatewayError} `method_not_found` — the upstream does not offer that; `resource_not_found` — it refused.
   */
  async watch(uri: string): Promise<void> {
    const { codec, capabilities } = this.handshake;
    if (objectAt(capabilities, "resources")?.["subscribe"] !== true) {
      throw new GatewayError("method_not_found", "The upstream does not tell of changes of resources");
    }
    this.#watched.add(uri);
    if (codec.era === "modern") {
      await this.#relisten();
      return;
    }
    const answer = await this.#quietly("resources/subscribe", { uri });
    if (answer?.kind !== "error") return;
    this.#watched.delete(uri);
    throw new GatewayError("resource_not_found", `The upstream refused to watch the resource: ${answer.error.message}`);
  }

  /** Asks not to be told any more. */
  async unwatch(uri: string): Promise<void> {
    if (!this.#watched.delete(uri)) return;
    if (this.codec.era === "modern") await this.#relisten();
    else await this.#quietly("resources/unsubscribe", { uri });
  }

  /** Asks a modern upstream to be told how these tasks stand; of which of them it will tell. */
  async watchTasks(taskIds: readonly string[]): Promise<string[]> {
    if (this.codec.era === "legacy" || taskIds.length === 0) return [];
    for (const taskId of taskIds) this.#watchedTasks.add(taskId);
    const { taskIds: acknowledged } = await this.#relisten();
    const honoured = new Set(Array.isArray(acknowledged) ? acknowledged : []);
    for (const taskId of taskIds) if (!honoured.has(taskId)) this.#watchedTasks.delete(taskId);
    return taskIds.filter((taskId) => honoured.has(taskId));
  }

  /** Asks not to be told of them any more. */
  async unwatchTasks(taskIds: readonly string[]): Promise<void> {
    for (const taskId of taskIds) this.#watchedTasks.delete(taskId);
    if (taskIds.length > 0) await this.#relisten();
  }

  /** Resolves with what was acknowledged. */
  #relisten(): Promise<JsonObject> {
    this.#relistened = this.#relistened.then(() => this.#listening.to(this.#filter()));
    return this.#relistened;
  }

  #filter(): JsonObject {
    const { capabilities } = this.handshake;
    const filter: Record<string, unknown> = {};
    for (const [name, member] of Object.entries(changeFilters)) {
      if (objectAt(capabilities, name)?.["listChanged"] === true) filter[member] = true;
    }
    if (this.#watched.size > 0) filter["resourceSubscriptions"] = [...this.#watched];
    if (this.#watchedTasks.size > 0) filter["taskIds"] = [...this.#watchedTasks];
    return filter;
  }

  async close(): Promise<void> {
    this.#listening.close();
    this.#closing.abort(new GatewayError("upstream_unavailable", "The connection to the upstream was closed"));
    await this.#link.close();
  }

  /** A request whose failure is told by the connection's end, or is not worth telling. */
  async #quietly(
    method: string,
    params: JsonObject,
    { onNotification, onHeard, signal = this.#closing.signal, capabilities }: QuietOptions = {},
  ): Promise<Answer | undefined> {
    const id = this.#link.newId();
    try {
      return await this.#link.request({
        id,
        method,
        params: this.codec.encodeParams(params, capabilities),
        signal,
        onNotification,
        onHeard,
      });
    } catch {
      return undefined;
    }
  }
}

interface QuietOptions {
  readonly onNotification?: (notification: Notification) => void;
  readonly onHeard?: () => void;
  readonly signal?: AbortSignal;
  readonly capabilities?: JsonObject;
}

/** The upstream's capability, and the filter by which its changes are asked for. */
const changeFilters = {
  tools: "toolsListChanged",
  prompts: "promptsListChanged",
  resources: "resourcesListChanged",
} as const;

/** Notifications that belong to no call, whichever way they come. */
const changes: ReadonlySet<string> = new Set([
  "notifications/tools/list_changed",
  "notifications/prompts/list_changed",
  "notifications/resources/list_changed",
  "notifications/resources/updated",
  "notifications/tasks",
  "notifications/tasks/status",
  changedMethod,
]);

function passRetokened(
  call: Call,
  { method, params }: Notification,
  onNotification: (notification: Notification) => void,
): void {
  if (method !== "notifications/progress") onNotification({ method, params });
  else if (call.progressToken !== undefined) {
    onNotification({ method, params: { ...params, progressToken: call.progressToken } });
  }
}

/** What speaks HTTP is loaded by the first upstream that needs it: it takes a tenth of the time to start, and many have none. */
async function openLink(
  target: UpstreamTarget,
  deps: ConnectionDeps,
  receiver: LinkReceiver,
  signal: AbortSignal,
): Promise<Link> {
  const { clock, authorizer } = deps;
  switch (target.kind) {
    case "http": {
      const { HttpLink } = await import("./http-link.ts");
      await authorizer?.load();
      return new HttpLink(target, receiver, clock, authorizer);
    }
    case "sse": {
      const { openSse } = await import("../transport/sse-channel.ts");
      await authorizer?.load();
      return new StreamLink(await openSse({ ...target, credentials: authorizer }, clock, signal), receiver);
    }
    case "ws": {
      await authorizer?.load();
      return new StreamLink(await connectWebSocket({ ...target, credentials: authorizer }, clock, signal), receiver);
    }
    case "channel":
      return new StreamLink(target.open(), receiver);
    case "connector":
      return new StreamLink(await openConnector(target, deps), receiver);
    case "stdio":
      return openChild(target, deps, receiver);
  }
}

async function openConnector(target: ConnectorTarget, { connectors }: UpstreamDeps): Promise<Channel> {
  if (connectors !== undefined) return connectors(target);
  throw new GatewayError("upstream_unavailable", "Connectors are not served here", { data: { stage: "connect" } });
}

/** How many of a failed child's last words go into the error. */
const lastWords = 5;

function withStderr(thrown: unknown, link: Link): unknown {
  const said = link.stderr().slice(-lastWords);
  if (!(thrown instanceof GatewayError) || said.length === 0) return thrown;
  const data = { ...thrown.data, stderr: said };
  return new GatewayError(thrown.code, thrown.message, { data, cause: thrown });
}
