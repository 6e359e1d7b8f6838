import type { IncomingHttpHeaders } from "node:http";
import type { Clock } from "../core/clock.ts";
import { GatewayError } from "../core/errors.ts";
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
    const { signal } = this.#closing;
    if (!signal.aborted) this.#client.send({ method: "POST", headers, body, signal }, unheard);
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

  get receiver(): LinkReceiver {
    return this.#receiver;
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
      this.#receiver.notification({ method: message.method, params: message.params ?? {} });
    } else if (message.kind === "request") {
      this.post(answerToServerRequest(message.id, message.method).toString("utf8"));
    } else if (message.kind === "invalid" || message.kind === "unparsable") {
      this.#receiver.noise(message.reason);
    }
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
/** Methods whose subject travels in the Mcp-Name header (2026-07-28, basic/transports/streamable-http). */
const named: ReadonlySet<string> = new Set(["tools/call", "resources/read", "prompts/get"]);

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
  #isSettled = false;

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

  head(status: number, headers: IncomingHttpHeaders): void {
    this.#status = status;
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
        this.#notification(message.method, message.params ?? {});
        return;
      case "request":
        this.#link.post(answerToServerRequest(message.id, message.method).toString("utf8"));
        return;
      case "invalid":
      case "unparsable":
        if (this.#status < 300)
          this.#link.receiver.noise(`${message.reason}: ${frame.toString("utf8", 0, noiseBytes)}`);
        return;
    }
  }

  ended(problem: GatewayError | undefined): void {
    if (this.#request.signal.aborted && !this.#link.isModern && this.#request.method !== "initialize") {
      this.#link.notify("notifications/cancelled", {
        requestId: this.#request.id,
        reason: problem?.message ?? "cancelled",
      });
    }
    if (this.#isSettled) return;
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
    if (status >= 300) {
      return new GatewayError("upstream_protocol_error", `The upstream answered HTTP ${status} without a message`, {
        data,
      });
    }
    return new GatewayError("upstream_disconnected", "The upstream ended the exchange without an answer", { data });
  }
}

/** How much of something that is no message is shown. */
const noiseBytes = 200;
