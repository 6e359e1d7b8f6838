import type { Principal } from "../access/principal.ts";
import { Canceller, type Controller } from "../core/canceller.ts";
import { BriefMap } from "../core/brief-map.ts";
import { GatewayError, toGatewayError } from "../core/errors.ts";
import type { JsonObject } from "../core/json.ts";
import { type Outcome, dispatch } from "../gateway/dispatch.ts";
import { rpcErrorOf } from "../gateway/failure.ts";
import type { Origin } from "../gateway/ended-call.ts";
import type { Gateway } from "../gateway/gateway.ts";
import type { Route } from "../gateway/route.ts";
import { callerOf, initializeResult } from "../gateway/self.ts";
import { type Outlet, Session } from "../gateway/session.ts";
import type { Caller, Notification } from "../protocol/call.ts";
import { answerText, errorText, notificationText, readFrame } from "../protocol/frame.ts";
import type { Message, MessageArray, RequestId } from "../protocol/json-rpc.ts";
import { Payload } from "../protocol/payload.ts";
import { readRequestMeta } from "../protocol/rev-2026-07-28/codec.ts";
import { eraOf, isRevision, modernRevisions, negotiate, newest } from "../protocol/revision.ts";
import type { Channel } from "../transport/channel.ts";
import { type RequestMessage, type UnansweredMessage, answerBatch, invalidRequest } from "./batch.ts";
import { isModernRequest, unsupportedVersion } from "./modern.ts";
import { outcomeFrame } from "./outcome.ts";
import { maxUnreadBytes } from "./reply.ts";

const nobody: Caller = { info: undefined, capabilities: {} };

/** Who is on a channel: who it is, and where it came from. */
export interface ChannelDownstream extends Origin {
  readonly principal: Principal;
}

/** Serves a method that is none of MCP's: resolves with the members of the result. */
export type OwnMethod = (params: JsonObject, from: ChannelDownstream) => Promise<JsonObject>;

/** What else than MCP is spoken on a channel, and how much. */
export interface ChannelManners {
  /** Asked before messages are taken, so many at once; where it says no, they are not. Default: all are. */
  readonly mayTake?: (messages: number) => boolean;
  /** Methods beside those of MCP, for whoever has begun as in MCP. Default: none. */
  readonly methods?: ReadonlyMap<string, OwnMethod>;
}

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
  readonly #principal: Principal;
  readonly #origin: Origin;
  readonly #mayTake: (messages: number) => boolean;
  readonly #methods: ReadonlyMap<string, OwnMethod> | undefined;
  readonly #running = new BriefMap<RequestId, Controller>();
  readonly #ended = Promise.withResolvers<void>();
  #session: Session | undefined;
  #onIdle: (() => void) | undefined;
  #isOver = false;
  #unsubscribe: (() => void) | undefined;

  constructor(
    channel: Channel,
    gateway: Gateway,
    route: Route,
    { principal, ...origin }: ChannelDownstream,
    { mayTake = () => true, methods }: ChannelManners = {},
  ) {
    this.#channel = channel;
    this.#gateway = gateway;
    this.#route = route;
    this.#principal = principal;
    this.#origin = origin;
    this.#mayTake = mayTake;
    this.#methods = methods;
  }

  /** Begins to serve. Called once. */
  start(): void {
    this.#channel.start({
      frame: (frame) => {
        this.#receive(readFrame(frame), frame.length);
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

  /** Ends what is under way, and takes nothing more; the channel is the caller's to close. */
  stop(reason: GatewayError): void {
    this.#isOver = true;
    this.#unsubscribe?.();
    for (const controller of this.#running.values()) controller.abort(reason);
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

  #receive(read: Message | MessageArray, bytes: number): void {
    if (this.#isOver || !this.#mayTake(read.kind === "array" ? read.messages.length : 1)) return;
    if (read.kind === "array") void this.#batch(read);
    else this.#take(read, bytes);
  }

  #take(message: Message, bytes: number): void {
    switch (message.kind) {
      case "request":
        void this.#answer(message, bytes);
        return;
      case "notification":
      case "result":
      case "error":
        this.#takeUnanswered(message);
        return;
      case "invalid":
        this.#takeInvalid(message);
        return;
      case "unparsable":
        this.#refuse(undefined, new GatewayError("parse_error", `The message is not JSON: ${message.reason}`));
        return;
    }
  }

  #takeUnanswered(message: UnansweredMessage): void {
    if (message.kind !== "notification") this.#session?.questions.settle(message.id, message);
    else if (message.method === "notifications/cancelled") this.#cancel(message.params);
  }

  /** An answer that is none has the id of a request of ours, under which nothing is answered; what was asked has come to nothing. */
  #takeInvalid({ id, reason, isAnswer }: Extract<Message, { kind: "invalid" }>): void {
    const refusal = invalidRequest(reason);
    if (isAnswer) this.#session?.questions.settle(id, { kind: "error", error: rpcErrorOf(refusal) });
    this.#refuse(isAnswer ? undefined : id, refusal);
  }

  async #answer(request: RequestMessage, bytes: number): Promise<void> {
    try {
      await this.#whileRunning(request.id, async (controller) => {
        const frame = await this.#frameFor(request, controller, bytes);
        if (frame !== undefined) this.#send(frame);
      });
    } catch (thrown) {
      this.#refuse(request.id, toGatewayError(thrown));
    }
  }

  /** Serves an array of messages of the session: in it there is no request of another era. */
  async #batch(array: MessageArray): Promise<void> {
    try {
      const session = this.#session;
      if (session === undefined) throw new GatewayError("session_required", "An array came before initialize");
      const frame = await answerBatch(array, session.codec.revision, {
        answer: (request) =>
          this.#whileRunning(request.id, async (controller) =>
            outcomeFrame(request.id, await this.#dispatch(request, session, controller)),
          ),
        take: (message) => {
          this.#takeUnanswered(message);
        },
      });
      if (frame !== undefined) this.#send(frame);
    } catch (thrown) {
      this.#refuse(undefined, toGatewayError(thrown));
    }
  }

  /** Takes note of a request for as long as it is served. */
  async #whileRunning<T>(id: RequestId, serve: (controller: Controller) => Promise<T>): Promise<T> {
    if (this.#running.has(id)) {
      throw new GatewayError("invalid_request", `the id ${JSON.stringify(id)} is that of a request under way`);
    }
    const controller = new Canceller();
    this.#running.set(id, controller);
    try {
      return await serve(controller);
    } finally {
      this.#running.delete(id);
      if (this.#running.size === 0) this.#onIdle?.();
    }
  }

  async #frameFor(request: RequestMessage, controller: Controller, bytes: number): Promise<Buffer | undefined> {
    const { id, method, params } = request;
    const isModern = isModernRequest(params, undefined);
    if (method === "initialize" && !isModern)
      return answerText(id, { kind: "result", result: await this.#initialize(params ?? {}) });
    if (isModern) checkVersion(params);
    const session = isModern ? undefined : this.#session;
    if (!isModern && session === undefined && method !== "ping" && method !== "server/discover") {
      throw new GatewayError("session_required", `${method.slice(0, 100)} came before initialize`);
    }
    const own = this.#methods?.get(method);
    if (own !== undefined) {
      const value = await own(params ?? {}, { principal: this.#principal, ...this.#origin });
      const result = Payload.of(isModern ? { resultType: "complete", ...value } : value);
      return answerText(id, { kind: "result", result });
    }
    return outcomeFrame(id, await this.#dispatch(request, session, controller, bytes));
  }

  #dispatch(
    { id, method, params }: RequestMessage,
    session: Session | undefined,
    controller: Controller,
    bytes?: number,
  ): Promise<Outcome> {
    const { codecs } = this.#gateway.deps;
    return dispatch(
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
        principal: this.#principal,
        origin: this.#origin,
        bytes,
        ask: session && ((question, signal) => session.questions.ask(question, (frame) => this.#send(frame), signal)),
      },
      id,
    );
  }

  async #initialize(params: JsonObject): Promise<Payload> {
    await this.#gateway.listable;
    if (this.#isOver) throw new GatewayError("cancelled", "The caller has left");
    const revision = negotiate(params["protocolVersion"]);
    const { codecs, identity } = this.#gateway.deps;
    const view = this.#gateway.view(this.#route, this.#principal.rights);
    this.#unsubscribe?.();
    const session = new Session({
      id: "",
      route: this.#route,
      principal: this.#principal,
      codec: codecs[revision],
      caller: callerOf(params),
    });
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
    this.stop(new GatewayError("cancelled", "The caller has left", { data: { hasLeft: true } }));
    this.#ended.resolve();
  }
}

const accompanying: ReadonlySet<string> = new Set(["notifications/progress", "notifications/message"]);

function checkVersion(params: JsonObject | undefined): void {
  const { protocolVersion } = readRequestMeta(params);
  if (!isRevision(protocolVersion) || eraOf(protocolVersion) !== "modern")
    throw unsupportedVersion(protocolVersion, modernRevisions);
}
