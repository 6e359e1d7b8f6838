import type { IncomingHttpHeaders } from "node:http";
import type { Clock, StopTimer } from "../core/clock.ts";
import { deadline } from "../core/deadline.ts";
import { GatewayError, messageOf } from "../core/errors.ts";
import { type JsonObject, stringAt } from "../core/json.ts";
import { notificationText, readFrame, requestText } from "../protocol/frame.ts";
import { headerValue } from "../protocol/headers.ts";
import type { Answer } from "../protocol/json-rpc.ts";
import { type Revision, eraOf, newest } from "../protocol/revision.ts";
import { HttpClient, type HttpReceiver } from "../transport/http-client.ts";
import { HttpStream } from "./http-stream.ts";
import type { Link, LinkReceiver, LinkRequest } from "./link.ts";
import type { HttpTarget } from "./options.ts";
import { answerToServerRequest } from "./server-request.ts";

const accept = "application/json, text/event-stream";

/** A link over Streamable HTTP: every request is an exchange of its own. */
export class HttpLink implements Link {
  readonly pid = undefined;
  readonly #client: HttpClient;
  readonly #receiver: LinkReceiver;
  readonly #clock: Clock;
  readonly #closing = new AbortController();
  #revision: Revision | undefined;
  #sessionId: string | undefined;
  #stream: HttpStream | undefined;
  #lastId = 0;

  constructor(target: HttpTarget, receiver: LinkReceiver, clock: Clock) {
    this.#client = new HttpClient(target.url, target.headers);
    this.#receiver = receiver;
    this.#clock = clock;
  }

  newId(): number {
    this.#lastId += 1;
    return this.#lastId;
  }

  stderr(): string[] {
    return [];
  }

  request(request: LinkRequest): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const headers = this.#headersFor(request.method, request.params);
      const body = requestText(request.id, request.method, request.params);
      this.#client.send(
        { method: "POST", headers, body, signal: request.signal },
        new RequestExchange(this, request, resolve, reject),
      );
    });
  }

  notify(method: string, params: JsonObject | undefined): void {
    this.post(notificationText(method, params), this.#headersFor(method, params ?? {}));
  }

  /** Sends a message that no answer is awaited to. */
  post(body: string, headers: Readonly<Record<string, string>> = this.#headersFor("", {})): void {
    if (this.#closing.signal.aborted) return;
    const { signal, stop } = deadline(this.#clock, unheardMs, this.#closing.signal, tooSlow);
    this.#client.send({ method: "POST", headers, body, signal }, { ...unheard, ended: stop });
  }

  speak(revision: Revision): void {
    this.#revision = revision;
    if (eraOf(revision) !== "legacy" || this.#closing.signal.aborted) return;
    this.#stream = new HttpStream({
      client: this.#client,
      clock: this.#clock,
      headers: () => ({ ...this.#headersFor("", {}), accept: "text/event-stream" }),
      onFrame: (frame) => {
        this.take(frame);
      },
    });
    this.#stream.start();
  }

  /** Whether this link's upstream takes a lost connection for a wish to stop: true from 2026-07-28 on. */
  get isModern(): boolean {
    return this.#revision === undefined || eraOf(this.#revision) === "modern";
  }

  get clock(): Clock {
    return this.#clock;
  }

  get sessionId(): string | undefined {
    return this.#sessionId;
  }

  /** Takes the session id that the answer to `initialize` brings. */
  enterSession(id: string): void {
    this.#sessionId = id;
  }

  /** Takes a message that the upstream sent unasked. */
  take(frame: Buffer): void {
    const message = readFrame(frame);
    if (message.kind === "notification") {
      this.guard(frame, () => {
        this.#receiver.notification({ method: message.method, params: message.params ?? {} });
      });
    } else if (message.kind === "request") {
      this.post(answerToServerRequest(message.id, message.method).toString("utf8"));
    } else if (message.kind === "invalid" || message.kind === "unparsable") {
      this.noise(message.reason, frame);
    }
  }

  /** Passes something on; where that fails, the exchange that it came by goes on. */
  guard(frame: Buffer, pass: () => void): void {
    try {
      pass();
    } catch (thrown) {
      this.noise(messageOf(thrown), frame);
    }
  }

  /** Tells of something that is no message, or that nothing can be made of. */
  noise(reason: string, frame: Buffer): void {
    this.#receiver.noise(`${reason}: ${frame.toString("utf8", 0, noiseBytes)}`);
  }

  /** The upstream no longer knows our session: the link is of no more use. */
  lose(problem: GatewayError): void {
    this.#receiver.ended(problem);
  }

  async close(): Promise<void> {
    if (this.#closing.signal.aborted) return;
    this.#stream?.close();
    if (this.#sessionId !== undefined) await this.#endSession();
    this.#closing.abort(new GatewayError("upstream_unavailable", "The connection to the upstream was closed"));
    await this.#client.close();
  }

  async #endSession(): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const giveUp = new AbortController();
    const stopTimer = this.#clock.after(farewellMs, () => {
      giveUp.abort(new GatewayError("deadline_exceeded", "The upstream did not answer the end of the session"));
    });
    this.#client.send(
      { method: "DELETE", headers: this.#headersFor("", {}), signal: giveUp.signal },
      {
        ...unheard,
        ended: () => {
          resolve();
        },
      },
    );
    await promise;
    stopTimer();
  }

  #headersFor(method: string, params: JsonObject): Record<string, string> {
    const headers: Record<string, string> = { "content-type": "application/json", accept };
    if (this.#sessionId !== undefined) headers["mcp-session-id"] = this.#sessionId;
    const revision = this.#revision ?? (method === "initialize" ? undefined : newest.modern);
    if (revision === undefined) return headers;
    headers["mcp-protocol-version"] = revision;
    if (eraOf(revision) === "legacy") return headers;
    headers["mcp-method"] = method;
    const name = stringAt(params, "name") ?? stringAt(params, "uri");
    if (name !== undefined && named.has(method)) headers["mcp-name"] = headerValue(name);
    return headers;
  }
}

/** How long the answer to the end of a session is waited for, in ms. */
const farewellMs = 1000;
/** How long a message that wants no answer may take to be accepted, in ms: each holds a connection until then. */
const unheardMs = 10_000;
/** How long a stream may stay open that has brought its answer, in ms: not every server ends it, and each holds a connection. */
const lingerMs = 1000;
/** Methods whose subject travels in the Mcp-Name header (2026-07-28, basic/transports/streamable-http). */
const named: ReadonlySet<string> = new Set(["tools/call", "resources/read", "prompts/get"]);

function tooSlow(): GatewayError {
  return new GatewayError("deadline_exceeded", "The upstream did not accept a message");
}

const unheard: HttpReceiver = {
  head() {},
  frame() {},
  ended() {},
};

class RequestExchange implements HttpReceiver {
  readonly #link: HttpLink;
  readonly #request: LinkRequest;
  readonly #resolve: (answer: Answer) => void;
  readonly #reject: (reason: unknown) => void;
  #status = 0;
  #contentType: string | undefined;
  /** Why what came is no answer. */
  #oddity = "";
  #isSettled = false;
  #hangUp: (() => void) | undefined;
  #stopTimer: StopTimer | undefined;

  constructor(
    link: HttpLink,
    request: LinkRequest,
    resolve: (answer: Answer) => void,
    reject: (reason: unknown) => void,
  ) {
    this.#link = link;
    this.#request = request;
    this.#resolve = resolve;
    this.#reject = reject;
  }

  head(status: number, headers: IncomingHttpHeaders, hangUp: () => void): void {
    this.#status = status;
    this.#hangUp = hangUp;
    this.#contentType = headers["content-type"];
    const session = headers["mcp-session-id"];
    if (this.#request.method === "initialize" && status < 300 && typeof session === "string") {
      this.#link.enterSession(session);
    }
  }

  frame(frame: Buffer): void {
    const message = readFrame(frame);
    switch (message.kind) {
      case "result":
        if (message.id === this.#request.id && this.#status < 300) this.#settle(message);
        return;
      case "error":
        // An exchange has one answer; where the upstream could not read the request's id, the error has none.
        if (message.id === undefined || message.id === this.#request.id) this.#settleError(message);
        return;
      case "notification":
        this.#link.guard(frame, () => {
          this.#notification(message.method, message.params ?? {});
        });
        return;
      case "request":
        this.#link.post(answerToServerRequest(message.id, message.method).toString("utf8"));
        return;
      case "invalid":
      case "unparsable":
        if (this.#status >= 300) return;
        if (message.kind === "invalid" && message.isAnswer) this.#oddity = `: ${message.reason}`;
        this.#link.noise(message.reason, frame);
        return;
    }
  }

  ended(problem: GatewayError | undefined): void {
    this.#stopTimer?.();
    if (this.#isSettled) return;
    if (this.#request.signal.aborted && !this.#link.isModern && this.#request.method !== "initialize") {
      this.#link.notify("notifications/cancelled", {
        requestId: this.#request.id,
        reason: problem?.message ?? "cancelled",
      });
    }
    this.#isSettled = true;
    this.#reject(problem ?? this.#problemOfStatus());
  }

  #notification(method: string, params: JsonObject): void {
    const belongs = method !== "notifications/progress" || params["progressToken"] === this.#request.id;
    if (belongs && this.#request.onNotification !== undefined) this.#request.onNotification({ method, params });
  }

  #settle(answer: Answer): void {
    if (this.#isSettled) return;
    this.#isSettled = true;
    this.#resolve(answer);
    if (this.#hangUp !== undefined && isEventStream(this.#contentType)) {
      this.#stopTimer = this.#link.clock.after(lingerMs, this.#hangUp);
    }
  }

  #settleError(answer: Extract<Answer, { kind: "error" }>): void {
    const isRefusal = this.#status === 401 || this.#status === 403;
    const isLostSession = this.#status === 404 && this.#link.sessionId !== undefined;
    // These two say something about the connection rather than about the request: ended() tells.
    if (!isRefusal && !isLostSession) this.#settle(answer);
  }

  #problemOfStatus(): GatewayError {
    const status = this.#status;
    const data = { stage: "exchange", status };
    if (status === 401 || status === 403) {
      return new GatewayError("upstream_refused_credentials", `The upstream refused us with HTTP ${status}`, { data });
    }
    if (status === 404 && this.#link.sessionId !== undefined) {
      const lost = new GatewayError("upstream_unavailable", "The upstream no longer knows our session (HTTP 404)", {
        data: { stage: "session", status },
      });
      this.#link.lose(lost);
      return lost;
    }
    const suggestion = suggestionFor(status);
    if (status >= 300) {
      return new GatewayError("upstream_protocol_error", `The upstream answered HTTP ${status} without a message`, {
        data: { ...data, suggestion },
      });
    }
    if (isEventStream(this.#contentType) && this.#oddity === "") {
      return new GatewayError("upstream_disconnected", "The upstream ended the exchange without an answer", { data });
    }
    const type = this.#contentType?.split(";")[0] ?? "no content";
    return new GatewayError(
      "upstream_protocol_error",
      `The upstream answered HTTP ${status} with ${type} and no answer in it${this.#oddity}`,
      { data: { ...data, suggestion } },
    );
  }
}

function isEventStream(contentType: string | undefined): boolean {
  return contentType !== undefined && /^text\/event-stream\b/i.test(contentType);
}

function suggestionFor(status: number): string {
  if (status >= 500) return "The server failed. Its own log may say why.";
  if (status >= 300 && status < 400) return "Put the address that it redirects to into `url`.";
  return "Correct the path in `url`: what answers there does not answer as an MCP server does.";
}

/** How much of something that is no message is shown. */
const noiseBytes = 200;
