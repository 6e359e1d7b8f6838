import type { IncomingMessage, ServerResponse } from "node:http";
import type { Clock } from "../core/clock.ts";
import { GatewayError, messageOf, toGatewayError } from "../core/errors.ts";
import type { JsonObject } from "../core/json.ts";
import { dispatch, type Outcome } from "../gateway/dispatch.ts";
import { rpcErrorOf } from "../gateway/failure.ts";
import type { Gateway } from "../gateway/gateway.ts";
import { type Inbound, localPrincipal } from "../gateway/inbound.ts";
import { type Route, routeKey } from "../gateway/route.ts";
import { callerOf, initializeResult } from "../gateway/self.ts";
import type { Session } from "../gateway/session.ts";
import type { Sessions } from "../gateway/sessions.ts";
import type { Caller } from "../protocol/call.ts";
import { answerText, errorText } from "../protocol/frame.ts";
import { type Answer, type Message, type RequestId, readMessage } from "../protocol/json-rpc.ts";
import { Payload } from "../protocol/payload.ts";
import { type Revision, eraOf, isRevision, legacyRevisions, negotiate, newest } from "../protocol/revision.ts";
import { readBody } from "./body.ts";
import { checkModernRequest, checkRepeated, isModernRequest, unsupportedVersion } from "./modern.ts";
import { ReplayLog } from "./replay.ts";
import { type Accepts, type OpenReplay, Reply, acceptsOf, refuse } from "./reply.ts";
import { sendUnasked } from "./session-stream.ts";

const nobody: Caller = { info: undefined, capabilities: {} };

/** Revisions whose clients may send arrays: 2025-06-18 took them out. */
const batching: ReadonlySet<Revision> = new Set(["2024-11-05", "2025-03-26"]);
/** Messages in one array. */
const maxBatch = 100;

type RequestMessage = Extract<Message, { kind: "request" }>;

/** One HTTP request to the endpoint, and what is known of it. */
interface Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly route: Route;
  readonly accepts: Accepts;
}

/** What the endpoint needs. */
export interface McpEndpointDeps {
  readonly gateway: Gateway;
  readonly sessions: Sessions;
}

/**
 * Streamable HTTP towards downstreams: both eras at one address. A request that carries its revision is served by itself; any other
 * belongs to a session that `initialize` begins.
 *
 * @see MCP 2026-07-28 and 2025-11-25, basic/transports.
 */
export class McpEndpoint {
  readonly #gateway: Gateway;
  readonly #sessions: Sessions;
  readonly #replay = new WeakMap<Session, ReplayLog>();

  constructor({ gateway, sessions }: McpEndpointDeps) {
    this.#gateway = gateway;
    this.#sessions = sessions;
  }

  /** Serves one HTTP request to a route's address; Host and Origin have been checked. */
  handle(request: IncomingMessage, response: ServerResponse, route: Route): void {
    const { method } = request;
    if (method === "POST") this.#post(request, response, route);
    else if (method === "GET") this.#attempt(response, () => this.#get(request, response, route));
    else if (method === "DELETE") this.#attempt(response, () => this.#delete(request, response, route));
    else {
      response.setHeader("allow", "POST, GET, DELETE");
      refuse(response, new GatewayError("method_not_allowed", `${method ?? "This method"} is not served here`));
    }
  }

  #attempt(response: ServerResponse, run: () => void): void {
    try {
      run();
    } catch (thrown) {
      refuse(response, toGatewayError(thrown));
    }
  }

  #post(request: IncomingMessage, response: ServerResponse, route: Route): void {
    const type = request.headers["content-type"];
    const accepts = acceptsOf(request);
    if (type === undefined || !/^application\/json\s*(?:;|$)/i.test(type)) {
      refuse(response, new GatewayError("unsupported_media_type", "The body must be application/json"));
      return;
    }
    if (!accepts.json && !accepts.stream) {
      refuse(response, new GatewayError("not_acceptable", "Answers come as application/json or text/event-stream"));
      return;
    }
    readBody(request, (body) => {
      if (body instanceof GatewayError) refuse(response, body);
      else this.#takeBody(body, { request, response, route, accepts });
    });
  }

  #takeBody(body: Buffer, exchange: Exchange): void {
    let value: unknown;
    try {
      value = JSON.parse(body.toString("utf8"));
    } catch (thrown) {
      refuse(exchange.response, new GatewayError("parse_error", `The body is not JSON: ${messageOf(thrown)}`));
      return;
    }
    const message = readMessage(value);
    try {
      if (Array.isArray(value)) this.#batch(value, exchange);
      else this.#take(message, exchange);
    } catch (thrown) {
      refuse(exchange.response, toGatewayError(thrown), idToAnswer(message));
    }
  }

  #take(message: Message, exchange: Exchange): void {
    const { request, response, route } = exchange;
    switch (message.kind) {
      case "request":
        this.#request(message, exchange);
        return;
      case "notification":
        this.#notification(message.method, message.params, request, route);
        accepted(response);
        return;
      case "result":
      case "error":
        this.#sessionOf(request, route).questions.settle(message.id, message);
        accepted(response);
        return;
      case "invalid":
      case "unparsable":
        throw new GatewayError("invalid_request", `Invalid request: ${message.reason}`);
    }
  }

  #request({ id, method, params }: RequestMessage, exchange: Exchange): void {
    const { request, response, route, accepts } = exchange;
    // With the metadata of a modern request it is a method that there is no more (2026-07-28, basic/versioning).
    if (method === "initialize" && !isModernRequest(params, undefined)) {
      void this.#initialize(id, params ?? {}, route, new Reply(response, accepts));
      return;
    }
    // In a session the header may be wrong, but does not make the request one of another era.
    const isModern = isModernRequest(params, isInSession(request) ? undefined : versionOf(request));
    if (isModern) this.#checkModern(method, params, exchange);
    const session = isModern ? undefined : this.#sessionOf(request, route);
    const reply = new Reply(response, accepts, session && this.#replayFor(session));
    if (isModern && method === "subscriptions/listen") keepListening(reply, accepts, this.#gateway.deps.clock);
    const controller = new AbortController();
    session?.begin(id, controller);
    const inbound = this.#inbound(method, params, route, session, reply, controller);
    // A modern downstream that hangs up has cancelled; a legacy one may only have lost its connection.
    if (isModern) {
      response.on("close", () => {
        if (!response.writableFinished) controller.abort(new GatewayError("cancelled", "The caller hung up"));
      });
    }
    void dispatch(this.#gateway, inbound, id).then((outcome) => {
      session?.finish(id);
      finish(reply, id, outcome, inbound);
    });
  }

  #checkModern(method: string, params: JsonObject | undefined, { request, route }: Exchange): void {
    checkModernRequest(method, params, request.headers);
    if (method !== "tools/call" || params === undefined) return;
    const repeated = this.#gateway.view(route).repeatedIn(String(params["name"]));
    if (repeated !== undefined) checkRepeated(repeated, params, request.headers);
  }

  /**
   * Serves an array of messages: the requests all at once, their answers as one array in the order in which they were asked.
   *
   * @throws {GatewayError} `invalid_request` — the session's revision has no arrays, or this one is empty or too long.
   * @see MCP 2025-03-26, basic, Batching.
   */
  #batch(values: readonly unknown[], { request, response, route, accepts }: Exchange): void {
    const session = this.#sessionOf(request, route);
    checkBatch(values, session);
    const reply = new Reply(response, accepts, this.#replayFor(session));
    const answers = values.map(async (value) => {
      const message = readMessage(value);
      if (message.kind === "request") return this.#batched(message, session, route, reply);
      if (message.kind === "notification") this.#notification(message.method, message.params, request, route);
      else if (message.kind === "result" || message.kind === "error") session.questions.settle(message.id, message);
      else return refusal(message);
      return undefined;
    });
    void Promise.all(answers).then((frames) => {
      const answered = frames.filter((frame) => frame !== undefined);
      if (answered.length === 0) accepted(response);
      else reply.end(Buffer.from(`[${answered.join(",")}]`), 200);
    });
  }

  async #batched(
    { id, method, params }: RequestMessage,
    session: Session,
    route: Route,
    reply: Reply,
  ): Promise<string | undefined> {
    const controller = new AbortController();
    try {
      session.begin(id, controller);
    } catch (thrown) {
      return errorText(id, rpcErrorOf(toGatewayError(thrown)));
    }
    const outcome = await dispatch(this.#gateway, this.#inbound(method, params, route, session, reply, controller), id);
    session.finish(id);
    return outcome.failure?.code === "cancelled" ? undefined : frameOf(id, outcome.answer).toString("utf8");
  }

  #inbound(
    method: string,
    params: JsonObject | undefined,
    route: Route,
    session: Session | undefined,
    reply: Reply,
    controller: AbortController,
  ): Inbound {
    return {
      route,
      codec: session?.codec ?? this.#gateway.deps.codecs[newest.modern],
      method,
      params,
      session,
      caller: session?.caller ?? nobody,
      controller,
      notify: (notification) => {
        reply.notify(notification);
      },
      principal: localPrincipal,
      ask: session && ((question, signal) => session.questions.ask(question, (frame) => reply.ask(frame), signal)),
    };
  }

  async #initialize(id: RequestId, params: JsonObject, route: Route, reply: Reply): Promise<void> {
    try {
      await this.#gateway.settled;
      const revision = negotiate(params["protocolVersion"]);
      const { codecs, identity } = this.#gateway.deps;
      const view = this.#gateway.view(route);
      const session = this.#sessions.create({ route, codec: codecs[revision], caller: callerOf(params) });
      const result = Payload.of(initializeResult(view, revision, identity));
      reply.end(answerText(id, { kind: "result", result }), 200, { "mcp-session-id": session.id });
    } catch (thrown) {
      const error = toGatewayError(thrown);
      reply.end(Buffer.from(errorText(id, rpcErrorOf(error))), error.http);
    }
  }

  #notification(method: string, params: JsonObject | undefined, request: IncomingMessage, route: Route): void {
    // Modern downstreams have nothing to notify us of over HTTP: hanging up is how they cancel.
    if (!isInSession(request) && isModernRequest(params, versionOf(request))) return;
    const session = this.#sessionOf(request, route);
    if (method === "notifications/cancelled") session.cancel(params);
  }

  #get(request: IncomingMessage, response: ServerResponse, route: Route): void {
    if (!isInSession(request)) {
      response.setHeader("allow", "POST");
      throw new GatewayError("method_not_allowed", "Without a session there is no stream to open");
    }
    const session = this.#sessionOf(request, route);
    if (!acceptsOf(request).stream) {
      throw new GatewayError("not_acceptable", "The stream of a session is text/event-stream");
    }
    const log = this.#replayOf(session);
    const lastEventId = request.headers["last-event-id"];
    const resumed = typeof lastEventId === "string" ? log.resume(response, lastEventId) : undefined;
    if (resumed?.purpose === "answer") return;
    const stream = resumed ?? log.open(response, "unasked", isPrimed(session), { "mcp-session-id": session.id });
    sendUnasked(session, stream, response, this.#gateway.deps.clock);
  }

  #replayFor(session: Session): OpenReplay {
    return (response) => this.#replayOf(session).open(response, "answer", isPrimed(session));
  }

  #replayOf(session: Session): ReplayLog {
    const log = this.#replay.get(session) ?? new ReplayLog(this.#gateway.deps.clock);
    this.#replay.set(session, log);
    return log;
  }

  #delete(request: IncomingMessage, response: ServerResponse, route: Route): void {
    const session = this.#sessionOf(request, route);
    this.#sessions.end(session.id);
    response.writeHead(204);
    response.end();
  }

  #sessionOf(request: IncomingMessage, route: Route): Session {
    const id = request.headers["mcp-session-id"];
    if (typeof id !== "string") {
      throw new GatewayError(
        "session_required",
        "This request belongs to no session: the Mcp-Session-Id header is missing",
      );
    }
    const session = this.#sessions.use(id);
    if (session === undefined || routeKey(session.route) !== routeKey(route)) {
      throw new GatewayError("session_not_found", "There is no such session");
    }
    const version = versionOf(request);
    if (version !== undefined && (!isRevision(version) || eraOf(version) !== "legacy"))
      throw unsupportedVersion(version, legacyRevisions);
    return session;
  }
}

/** From 2025-11-25 on a stream begins with an event that only brings an id; older clients would take it for a message. */
function isPrimed({ codec }: Session): boolean {
  return codec.revision === "2025-11-25";
}

function isInSession(request: IncomingMessage): boolean {
  return request.headers["mcp-session-id"] !== undefined;
}

/** The id under which a message can be refused: the one of an answer is that of a request of ours, not of theirs. */
function idToAnswer(message: Message): RequestId | undefined {
  if (message.kind === "invalid") return message.isAnswer ? undefined : message.id;
  return message.kind === "request" ? message.id : undefined;
}

function versionOf(request: IncomingMessage): string | undefined {
  const version = request.headers["mcp-protocol-version"];
  return typeof version === "string" ? version : undefined;
}

function checkBatch(values: readonly unknown[], { codec }: Session): void {
  if (!batching.has(codec.revision)) {
    throw new GatewayError("invalid_request", `Invalid request: revision ${codec.revision} has no arrays of messages`);
  }
  if (values.length === 0 || values.length > maxBatch) {
    throw new GatewayError("invalid_request", `Invalid request: an array holds 1 to ${maxBatch} messages`);
  }
}

function refusal(message: Extract<Message, { kind: "invalid" | "unparsable" }>): string {
  const error = new GatewayError("invalid_request", `Invalid request: ${message.reason}`);
  return errorText(message.kind === "invalid" ? message.id : undefined, rpcErrorOf(error));
}

function accepted(response: ServerResponse): void {
  response.writeHead(202);
  response.end();
}

function finish(reply: Reply, id: RequestId, { answer, failure }: Outcome, { codec }: Inbound): void {
  if (failure?.code === "cancelled") {
    reply.abandon();
    return;
  }
  // Within a session every answer is 200; without one, the status says what intermediaries should know of a request that is at fault.
  reply.end(frameOf(id, answer), codec.era === "modern" ? statusOf(answer, failure) : 200);
}

function keepListening(reply: Reply, accepts: Accepts, clock: Clock): void {
  if (!accepts.stream) throw new GatewayError("not_acceptable", "What is listened to comes as text/event-stream");
  reply.keepAlive(clock);
}

/** An upstream's answer may be such that it cannot be written again. */
function frameOf(id: RequestId, answer: Answer): Buffer {
  try {
    return answerText(id, answer);
  } catch (thrown) {
    return Buffer.from(errorText(id, rpcErrorOf(toGatewayError(thrown))));
  }
}

/** A server needs a capability that the client does not have (2026-07-28, schema, MissingRequiredClientCapabilityError). */
const missingCapability = -32021;

/** Faults of the request itself have a status of their own; what happened on the way to an upstream is an answer like any other. */
function statusOf(answer: Answer, failure: GatewayError | undefined): number {
  if (answer.kind === "result") return 200;
  if (failure === undefined) return answer.error.code === missingCapability ? 400 : 200;
  return failure.code === "method_not_found" || failure.code === "invalid_params" ? failure.http : 200;
}
