import type { Principal } from "../access/principal.ts";
import { Canceller, type Controller } from "../core/canceller.ts";
import type { Clock } from "../core/clock.ts";
import { GatewayError, messageOf, toGatewayError } from "../core/errors.ts";
import type { JsonObject } from "../core/json.ts";
import { Together } from "../core/together.ts";
import { dispatch } from "../gateway/dispatch.ts";
import { rpcErrorOf } from "../gateway/failure.ts";
import type { Gateway } from "../gateway/gateway.ts";
import type { Inbound } from "../gateway/inbound.ts";
import type { Route } from "../gateway/route.ts";
import { callerOf, initializeResult } from "../gateway/self.ts";
import type { Session } from "../gateway/session.ts";
import type { Sessions } from "../gateway/sessions.ts";
import type { Caller } from "../protocol/call.ts";
import { answerText, errorText } from "../protocol/frame.ts";
import { type Message, type MessageArray, type RequestId, readMessages } from "../protocol/json-rpc.ts";
import { Payload } from "../protocol/payload.ts";
import { traceContextIn } from "../protocol/trace-context.ts";
import { negotiate, newest } from "../protocol/revision.ts";
import { type RequestMessage, type UnansweredMessage, answerBatch, invalidRequest } from "./batch.ts";
import { readBody } from "./body.ts";
import { HttpSessions, isInSession, versionOf } from "./http-sessions.ts";
import { checkModernRequest, checkRepeated, isModernRequest } from "./modern.ts";
import { outcomeFrame, sendOutcome } from "./outcome.ts";
import { type Accepts, Reply, acceptsOf, refuse } from "./reply.ts";
import type { HttpRequest, HttpResponse } from "./http-exchange.ts";

const nobody: Caller = { info: undefined, capabilities: {} };

/** One HTTP request to the endpoint, and what is known of it. */
interface Exchange {
  readonly request: HttpRequest;
  readonly response: HttpResponse;
  readonly route: Route;
  readonly principal: Principal;
  readonly accepts: Accepts;
  /** Size of its one message, in bytes. */
  readonly bytes: number | undefined;
}

/** What the endpoint needs. */
export interface McpEndpointDeps {
  readonly gateway: Gateway;
  readonly sessions: Sessions;
  /** The address of the client that sent a request. */
  readonly addressOf: (request: HttpRequest) => string;
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
  readonly #held: HttpSessions;
  readonly #together = new Together();
  readonly #addressOf: McpEndpointDeps["addressOf"];

  constructor({ gateway, sessions, addressOf }: McpEndpointDeps) {
    this.#addressOf = addressOf;
    this.#gateway = gateway;
    this.#sessions = sessions;
    this.#held = new HttpSessions(sessions, gateway.deps.clock);
  }

  /** Serves one HTTP request to a route's address; Host and Origin have been checked. */
  handle(request: HttpRequest, response: HttpResponse, route: Route, principal: Principal): void {
    const { method } = request;
    if (method === "POST") this.#post(request, response, route, principal);
    else if (method === "GET") this.#attempt(response, () => this.#held.listen(request, response, route, principal));
    else if (method === "DELETE") this.#attempt(response, () => this.#held.end(request, response, route, principal));
    else {
      response.setHeader("allow", "POST, GET, DELETE");
      refuse(response, new GatewayError("method_not_allowed", `${method ?? "This method"} is not served here`));
    }
  }

  #attempt(response: HttpResponse, run: () => void): void {
    try {
      run();
    } catch (thrown) {
      refuse(response, toGatewayError(thrown));
    }
  }

  #post(request: HttpRequest, response: HttpResponse, route: Route, principal: Principal): void {
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
      else this.#takeBody(body, { request, response, route, principal, accepts, bytes: body.length });
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
    const message = readMessages(value);
    try {
      if (message.kind === "array") this.#batch(message, { ...exchange, bytes: undefined });
      else this.#take(message, exchange);
    } catch (thrown) {
      refuse(exchange.response, toGatewayError(thrown), idToAnswer(message));
    }
  }

  #take(message: Message, exchange: Exchange): void {
    const { request, response, route, principal } = exchange;
    switch (message.kind) {
      case "request":
        this.#request(message, exchange);
        return;
      case "notification":
        this.#notification(message, exchange);
        accepted(response);
        return;
      case "result":
      case "error":
        takeInto(this.#held.of(request, route, principal), message);
        accepted(response);
        return;
      case "invalid":
      case "unparsable":
        throw invalidRequest(message.reason);
    }
  }

  #request({ id, method, params }: RequestMessage, exchange: Exchange): void {
    const { request, response, route, principal, accepts } = exchange;
    // With the metadata of a modern request it is a method that there is no more (2026-07-28, basic/versioning).
    if (method === "initialize" && !isModernRequest(params, undefined)) {
      void this.#initialize(id, params ?? {}, exchange, new Reply(response, accepts));
      return;
    }
    // In a session the header may be wrong, but does not make the request one of another era.
    const isModern = isModernRequest(params, isInSession(request) ? undefined : versionOf(request));
    if (isModern) this.#checkModern(method, params, exchange);
    const session = isModern ? undefined : this.#held.of(request, route, principal);
    const reply = new Reply(response, accepts, session && this.#held.replayFor(session));
    if (isModern && method === "subscriptions/listen") keepListening(reply, accepts, this.#gateway.deps.clock);
    const controller = new Canceller();
    session?.begin(id, controller);
    const inbound = this.#inbound(method, params, exchange, session, reply, controller);
    const stay = during(principal, controller);
    // A modern downstream that hangs up has cancelled; a legacy one may only have lost its connection.
    if (isModern) {
      response.on("close", () => {
        if (!response.writableFinished)
          controller.abort(new GatewayError("cancelled", "The caller hung up", { data: { hasLeft: true } }));
      });
    }
    this.#together.begin();
    void dispatch(this.#gateway, inbound, id).then((outcome) => {
      stay();
      session?.finish(id);
      this.#together.end();
      this.#together.do(() => {
        sendOutcome(reply, id, outcome, inbound.codec.era);
      });
    });
  }

  #checkModern(method: string, params: JsonObject | undefined, { request, route, principal }: Exchange): void {
    checkModernRequest(method, params, request.headers);
    if (method !== "tools/call" || params === undefined) return;
    const repeated = this.#gateway.view(route, principal.rights).repeatedIn(String(params["name"]));
    if (repeated !== undefined) checkRepeated(repeated, params, request.headers);
  }

  /** Serves an array of messages of a session. */
  #batch(array: MessageArray, exchange: Exchange): void {
    const { request, response, route, principal, accepts } = exchange;
    const session = this.#held.of(request, route, principal);
    const reply = new Reply(response, accepts, this.#held.replayFor(session));
    const answers = answerBatch(array, session.codec.revision, {
      answer: (message) => this.#batched(message, session, exchange, reply),
      take: (message) => {
        takeInto(session, message);
      },
    });
    answers.then(
      (frame) => {
        if (frame === undefined) accepted(response);
        else reply.end([frame], 200);
      },
      (thrown: unknown) => {
        refuse(response, toGatewayError(thrown));
      },
    );
  }

  async #batched(
    { id, method, params }: RequestMessage,
    session: Session,
    exchange: Exchange,
    reply: Reply,
  ): Promise<Buffer | undefined> {
    const controller = new Canceller();
    session.begin(id, controller);
    const inbound = this.#inbound(method, params, exchange, session, reply, controller);
    const stay = during(exchange.principal, controller);
    const outcome = await dispatch(this.#gateway, inbound, id);
    stay();
    session.finish(id);
    return outcomeFrame(id, outcome);
  }

  #inbound(
    method: string,
    params: JsonObject | undefined,
    { request, route, principal, bytes }: Exchange,
    session: Session | undefined,
    reply: Reply,
    controller: Controller,
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
      principal,
      trace: traceContextIn(request.headers),
      origin: { entrance: "http", address: this.#addressOf(request) },
      bytes,
      ask: session && ((question, signal) => session.questions.ask(question, (frame) => reply.ask(frame), signal)),
    };
  }

  async #initialize(id: RequestId, params: JsonObject, { route, principal }: Exchange, reply: Reply): Promise<void> {
    try {
      await this.#gateway.listable;
      if (principal.tenure.isOver) throw new GatewayError("unauthenticated", "Who asks may no longer");
      const revision = negotiate(params["protocolVersion"]);
      const { codecs, identity } = this.#gateway.deps;
      const view = this.#gateway.view(route, principal.rights);
      const session = this.#sessions.create({ route, principal, codec: codecs[revision], caller: callerOf(params) });
      const result = Payload.of(initializeResult(view, revision, identity));
      reply.end([answerText(id, { kind: "result", result })], 200, { "mcp-session-id": session.id });
    } catch (thrown) {
      const error = toGatewayError(thrown);
      reply.end([Buffer.from(errorText(id, rpcErrorOf(error)))], error.http);
    }
  }

  #notification(
    message: UnansweredMessage & { readonly kind: "notification" },
    { request, route, principal }: Exchange,
  ): void {
    // Modern downstreams have nothing to notify us of over HTTP: hanging up is how they cancel.
    if (!isInSession(request) && isModernRequest(message.params, versionOf(request))) return;
    takeInto(this.#held.of(request, route, principal), message);
  }
}

/** The id under which a message can be refused: the one of an answer is that of a request of ours, not of theirs. */
function idToAnswer(message: Message | MessageArray): RequestId | undefined {
  if (message.kind === "invalid") return message.isAnswer ? undefined : message.id;
  return message.kind === "request" ? message.id : undefined;
}

/** Ends a request with the time of who asks; what is returned is called at its own end. */
function during({ tenure }: Principal, controller: Controller): () => void {
  return tenure.during((reason) => {
    controller.abort(reason);
  });
}

/** What a session is told and does not answer. */
function takeInto(session: Session, message: UnansweredMessage): void {
  if (message.kind !== "notification") session.questions.settle(message.id, message);
  else if (message.method === "notifications/cancelled") session.cancel(message.params);
}

function accepted(response: HttpResponse): void {
  response.writeHead(202);
  response.end();
}

function keepListening(reply: Reply, accepts: Accepts, clock: Clock): void {
  if (!accepts.stream) throw new GatewayError("not_acceptable", "What is listened to comes as text/event-stream");
  reply.keepAlive(clock);
}
