import { GatewayError, toGatewayError } from "../core/errors.ts";
import type { JsonObject } from "../core/json.ts";
import { dispatch } from "../gateway/dispatch.ts";
import { rpcErrorOf } from "../gateway/failure.ts";
import type { Gateway } from "../gateway/gateway.ts";
import { localPrincipal } from "../gateway/inbound.ts";
import type { Route } from "../gateway/route.ts";
import { callerOf, initializeResult } from "../gateway/self.ts";
import { type Outlet, Session } from "../gateway/session.ts";
import type { Caller, Notification } from "../protocol/call.ts";
import { answerText, errorText, notificationText, readFrame } from "../protocol/frame.ts";
import type { Message, RequestId } from "../protocol/json-rpc.ts";
import { Payload } from "../protocol/payload.ts";
import { readRequestMeta } from "../protocol/rev-2026-07-28/codec.ts";
import { eraOf, isRevision, modernRevisions, negotiate, newest } from "../protocol/revision.ts";
import type { Channel } from "../transport/channel.ts";
import { isModernRequest, unsupportedVersion } from "./modern.ts";
import { maxUnreadBytes } from "./reply.ts";

const nobody: Caller = { info: undefined, capabilities: {} };

/**
 * Serves one downstream over a two-way stream, in both eras at once: a request that carries its revision is served by itself, any other
 * belongs to the one session that `initialize` begins.
 *
 * @see MCP 2026-07-28, basic/transports/stdio; MCP 2025-11-25, basic/transports, stdio.
 */
export class ChannelEndpoint {
  readonly #channel: Channel;
  readonly #gateway: Gateway;
  readonly #route: Route;
  readonly #running = new Map<RequestId, AbortController>();
  readonly #ended = Promise.withResolvers<void>();
  #session: Session | undefined;
  #onIdle: (() => void) | undefined;
  #isOver = false;
  #unsubscribe: (() => void) | undefined;

  constructor(channel: Channel, gateway: Gateway, route: Route) {
    this.#channel = channel;
    this.#gateway = gateway;
    this.#route = route;
  }

  /** Begins to serve. Called once. */
  start(): void {
    this.#channel.start({
      frame: (frame) => {
        this.#take(readFrame(frame));
      },
      noise: () => {
        this.#send(
          Buffer.from(errorText(undefined, rpcErrorOf(new GatewayError("body_too_large", "The message is too long")))),
        );
      },
      ended: () => {
        this.#end();
      },
    });
  }

  /** Whether requests are under way; a subscription is one. */
  get isBusy(): boolean {
    return this.#running.size > 0;
  }

  /** Resolves when no request is under way. One waits for that at a time. */
  async idle(): Promise<void> {
    if (!this.isBusy) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#onIdle = resolve;
    await promise;
  }

  /** Resolves when the downstream has left. */
  get ended(): Promise<void> {
    return this.#ended.promise;
  }

  #take(message: Message): void {
    switch (message.kind) {
      case "request":
        void this.#answer(message.id, message.method, message.params);
        return;
      case "notification":
        if (message.method === "notifications/cancelled") this.#cancel(message.params);
        return;
      case "result":
      case "error":
        this.#session?.questions.settle(message.id, message);
        return;
      case "invalid":
        this.#refuse(message.id, new GatewayError("invalid_request", `Invalid request: ${message.reason}`));
        return;
      case "unparsable":
        this.#refuse(undefined, new GatewayError("parse_error", `The message is not JSON: ${message.reason}`));
        return;
    }
  }

  async #answer(id: RequestId, method: string, params: JsonObject | undefined): Promise<void> {
    if (this.#running.has(id)) {
      this.#refuse(
        id,
        new GatewayError("invalid_request", `the id ${JSON.stringify(id)} is that of a request under way`),
      );
      return;
    }
    const controller = new AbortController();
    this.#running.set(id, controller);
    try {
      const frame = await this.#frameFor(id, method, params, controller);
      if (frame !== undefined) this.#send(frame);
    } catch (thrown) {
      this.#refuse(id, toGatewayError(thrown));
    } finally {
      this.#running.delete(id);
      if (this.#running.size === 0) this.#onIdle?.();
    }
  }

  async #frameFor(
    id: RequestId,
    method: string,
    params: JsonObject | undefined,
    controller: AbortController,
  ): Promise<Buffer | undefined> {
    const isModern = isModernRequest(params, undefined);
    if (method === "initialize" && !isModern)
      return answerText(id, { kind: "result", result: await this.#initialize(params ?? {}) });
    if (isModern) checkVersion(params);
    const session = isModern ? undefined : this.#session;
    if (!isModern && session === undefined && method !== "ping" && method !== "server/discover") {
      throw new GatewayError("session_required", `${method.slice(0, 100)} came before initialize`);
    }
    const { codecs } = this.#gateway.deps;
    const { answer, failure } = await dispatch(
      this.#gateway,
      {
        route: this.#route,
        codec: session?.codec ?? codecs[method === "ping" ? newest.legacy : newest.modern],
        method,
        params,
        session,
        caller: session?.caller ?? nobody,
        controller,
        notify: (notification) => {
          this.#tell(notification);
        },
        principal: localPrincipal,
        ask: session && ((question, signal) => session.questions.ask(question, (frame) => this.#send(frame), signal)),
      },
      id,
    );
    return failure?.code === "cancelled" ? undefined : answerText(id, answer);
  }

  async #initialize(params: JsonObject): Promise<Payload> {
    await this.#gateway.listable;
    if (this.#isOver) throw new GatewayError("cancelled", "The caller has left");
    const revision = negotiate(params["protocolVersion"]);
    const { codecs, identity } = this.#gateway.deps;
    const view = this.#gateway.view(this.#route);
    this.#unsubscribe?.();
    const session = new Session({ id: "", route: this.#route, codec: codecs[revision], caller: callerOf(params) });
    this.#session = session;
    this.#unsubscribe = this.#gateway.subscribe(session);
    const outlet: Outlet = (notification) => this.#tell(notification);
    session.open(outlet, () => undefined);
    return Payload.of(initializeResult(view, revision, identity));
  }

  #cancel(params: JsonObject | undefined): void {
    const { requestId } = params ?? {};
    if (typeof requestId !== "string" && typeof requestId !== "number") return;
    this.#running.get(requestId)?.abort(new GatewayError("cancelled", "The caller cancelled the request"));
  }

  #refuse(id: RequestId | undefined, error: GatewayError): void {
    this.#send(Buffer.from(errorText(id, rpcErrorOf(error))));
  }

  /** What only accompanies a call is dropped where the downstream is behind: its answer should not be lost for that. */
  #tell({ method, params }: Notification): boolean {
    if (accompanying.has(method) && this.#channel.unsentBytes > maxUnreadBytes) return false;
    return this.#send(notificationText(method, params));
  }

  #send(frame: Buffer | string): boolean {
    try {
      this.#channel.send(frame);
      return true;
    } catch {
      // The downstream is gone or does not read: the channel's end, which follows, ends what is under way.
      return false;
    }
  }

  #end(): void {
    this.#isOver = true;
    this.#unsubscribe?.();
    for (const controller of this.#running.values()) {
      controller.abort(new GatewayError("cancelled", "The caller has left"));
    }
    this.#ended.resolve();
  }
}

const accompanying: ReadonlySet<string> = new Set(["notifications/progress", "notifications/message"]);

function checkVersion(params: JsonObject | undefined): void {
  const { protocolVersion } = readRequestMeta(params);
  if (!isRevision(protocolVersion) || eraOf(protocolVersion) !== "modern")
    throw unsupportedVersion(protocolVersion, modernRevisions);
}
