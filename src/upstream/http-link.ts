import { type Signal, platformSignal } from "../core/canceller.ts";
import { BriefMap } from "../core/brief-map.ts";
import type { Clock } from "../core/clock.ts";
import { deadline } from "../core/deadline.ts";
import { GatewayError, messageOf, toGatewayError } from "../core/errors.ts";
import { type JsonObject, stringAt } from "../core/json.ts";
import { messagesIn, notificationText, requestText } from "../protocol/frame.ts";
import type { Notification, Question } from "../protocol/call.ts";
import { headerValue, namedBy } from "../protocol/headers.ts";
import type { Answer, Message, RequestId } from "../protocol/json-rpc.ts";
import { type Revision, eraOf, newest } from "../protocol/revision.ts";
import { type Credentials, type Refusal, maxAppeals } from "../transport/credentials.ts";
import { HttpClient, type HttpReceiver } from "../transport/http-client.ts";
import type { Authorizer } from "./authorizer.ts";
import { type ExchangeOwner, RequestExchange, type Settle, refusedCredentials } from "./http-exchange.ts";
import { HttpStream } from "./http-stream.ts";
import type { Link, LinkReceiver, LinkRequest } from "./link.ts";
import type { HttpTarget } from "./options.ts";
import { type Asked, answerServerRequest } from "./server-request.ts";

const accept = "application/json, text/event-stream";

/** What changed while nobody listened was told to nobody. */
const unheardChange: Notification = { method: "notifications/tools/list_changed", params: {} };

/** A link over Streamable HTTP: every request is an exchange of its own. */
export class HttpLink implements Link, ExchangeOwner {
  readonly pid = undefined;
  readonly hasHeaders = true;
  readonly #client: HttpClient;
  readonly #receiver: LinkReceiver;
  readonly #clock: Clock;
  readonly #authorizer: Authorizer | undefined;
  readonly #closing = new AbortController();
  #revision: Revision | undefined;
  #sessionId: string | undefined;
  #stream: HttpStream | undefined;
  #lastId = 0;
  #isLost = false;
  #underWay = 0;
  /** Who may be asked in the name of the requests under way. */
  readonly #asked = new BriefMap<number, Asked>();
  #onIdle: (() => void) | undefined;

  constructor(target: HttpTarget, receiver: LinkReceiver, clock: Clock, authorizer?: Authorizer) {
    this.#client = new HttpClient(target.url, target.headers);
    this.#receiver = receiver;
    this.#clock = clock;
    this.#authorizer = authorizer;
  }

  newId(): number {
    this.#lastId += 1;
    return this.#lastId;
  }

  stderr(): string[] {
    return [];
  }

  request(request: LinkRequest): Promise<Answer> {
    const { id, asked } = request;
    if (asked === undefined) return this.#exchange(request);
    this.#asked.set(id, asked);
    return this.#exchange(request).finally(() => {
      this.#asked.delete(id);
    });
  }

  #exchange(request: LinkRequest): Promise<Answer> {
    return new Promise((resolve, reject) => {
      this.#send(request, resolve, reject, 0);
    });
  }

  #send(request: LinkRequest, resolve: Settle["resolve"], reject: Settle["reject"], attempt: number): void {
    const own = this.#headersFor(request.method, request.params);
    const headers = request.headers === undefined ? own : { ...own, ...request.headers };
    const body = requestText(request.id, request.method, request.params);
    this.#underWay += 1;
    this.#client.send(
      { method: "POST", headers, body, signal: request.signal },
      new RequestExchange(this, request, resolve, reject, this.#authorizer?.headers(), attempt),
    );
  }

  appeal(refusal: Refusal, request: LinkRequest, settle: Settle): boolean {
    if (this.#authorizer === undefined || refusal.attempt >= maxAppeals) return false;
    void this.#appeal(this.#authorizer, refusal, request, settle);
    return true;
  }

  async #appeal(
    authorizer: Authorizer,
    refusal: Refusal,
    request: LinkRequest,
    { resolve, reject }: Settle,
  ): Promise<void> {
    try {
      if (await authorizer.appeal(refusal, platformSignal(request.signal)))
        this.#send(request, resolve, reject, refusal.attempt + 1);
      else reject(refusedCredentials(refusal.status));
    } catch (thrown) {
      // Without credentials nothing more comes over this link; those that lack a scope serve other requests.
      if (refusal.status === 401 && !request.signal.aborted) this.lose(toGatewayError(thrown));
      reject(thrown);
    }
  }

  notify(method: string, params: JsonObject | undefined): void {
    this.#post(notificationText(method, params), this.#headersFor(method, params ?? {}));
  }

  notification(notification: Notification): void {
    this.#receiver.notification(notification);
  }

  answer(id: RequestId, question: Question, asked: Asked | undefined): void {
    // From 2026-07-28 on servers do not ask, and must not be answered (basic/transports/streamable-http, Sending Messages).
    if (this.#revision !== undefined && eraOf(this.#revision) === "modern") {
      this.#receiver.noise(`${question.method} is asked, which servers of ${this.#revision} do not do`);
      return;
    }
    this.#answerFor(id, question, asked === undefined ? [] : [asked]);
  }

  #answerFor(id: RequestId, question: Question, asked: readonly Asked[]): void {
    void answerServerRequest(id, question, asked).then((frame) => {
      this.#post(frame.toString("utf8"), this.#headersFor("", {}));
    });
  }

  resume(exchange: HttpReceiver, lastEventId: string, delayMs: number, signal: Signal): void {
    const stopTimer = this.#clock.after(delayMs, () => {
      signal.removeEventListener("abort", giveUp);
      const headers = { ...this.#headersFor("", {}), accept: "text/event-stream", "last-event-id": lastEventId };
      this.#client.send({ method: "GET", headers, signal }, exchange);
    });
    const giveUp = (): void => {
      stopTimer();
      exchange.ended(toGatewayError(signal.reason));
    };
    signal.addEventListener("abort", giveUp, { once: true });
  }

  /** Sends a message that no answer is awaited to. */
  #post(body: string, headers: Readonly<Record<string, string>>): void {
    if (this.#closing.signal.aborted) return;
    const { signal, stop } = deadline(this.#clock, unheardMs, this.#closing.signal, tooSlow);
    this.#client.send({ method: "POST", headers, body, signal }, { ...unheard, ended: stop });
  }

  speak(revision: Revision): void {
    this.#revision = revision;
    if (eraOf(revision) !== "legacy" || this.#closing.signal.aborted) return;
    const authorizer = this.#authorizer;
    let sent: Credentials | undefined;
    this.#stream = new HttpStream({
      client: this.#client,
      clock: this.#clock,
      headers: () => {
        sent = authorizer?.headers();
        return { ...this.#headersFor("", {}), accept: "text/event-stream" };
      },
      onFrame: (frame) => {
        this.take(frame);
      },
      onGap: () => {
        this.notification(unheardChange);
      },
      onRefusal: async (challenge) => {
        await authorizer?.appeal({ status: 401, challenge, sent, attempt: 0 }, this.#closing.signal);
      },
    });
    this.#stream.start();
  }

  get isModern(): boolean {
    return this.#revision === undefined || eraOf(this.#revision) === "modern";
  }

  get clock(): Clock {
    return this.#clock;
  }

  get sessionId(): string | undefined {
    return this.#sessionId;
  }

  enterSession(id: string): void {
    this.#sessionId = id;
  }

  /** Takes a message that the upstream sent unasked. */
  take(frame: Buffer): void {
    for (const message of messagesIn(frame)) this.#takeMessage(message, frame);
  }

  #takeMessage(message: Message, frame: Buffer): void {
    if (message.kind === "notification") {
      this.guard(frame, () => {
        this.notification({ method: message.method, params: message.params ?? {} });
      });
    } else if (message.kind === "request") {
      // What comes by the common stream may belong to any of the requests under way.
      this.#answerFor(message.id, { method: message.method, params: message.params ?? {} }, this.#asked.values());
    } else if (message.kind === "invalid" || message.kind === "unparsable") {
      this.noise(message.reason, frame);
    }
  }

  guard(frame: Buffer, pass: () => void): void {
    try {
      pass();
    } catch (thrown) {
      this.noise(messageOf(thrown), frame);
    }
  }

  noise(reason: string, frame: Buffer): void {
    this.#receiver.noise(`${reason}: ${frame.toString("utf8", 0, noiseBytes)}`);
  }

  over(): void {
    this.#underWay -= 1;
    if (this.#underWay === 0) this.#onIdle?.();
  }

  lose(problem: GatewayError): void {
    if (this.#isLost) return;
    this.#isLost = true;
    this.#receiver.ended(problem);
  }

  async close(): Promise<void> {
    if (this.#closing.signal.aborted) return;
    this.#stream?.close();
    if (this.#isLost) await this.#idle();
    else if (this.#sessionId !== undefined) await this.#endSession();
    this.#closing.abort(new GatewayError("upstream_unavailable", "The connection to the upstream was closed"));
    await this.#client.close();
  }

  /** Other requests of a lost session are about to be refused as well, which says that nothing was done: worth a moment. */
  async #idle(): Promise<void> {
    if (this.#underWay === 0) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#onIdle = resolve;
    const stopTimer = this.#clock.after(farewellMs, resolve);
    await promise;
    stopTimer();
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
    const credentials = this.#authorizer?.headers();
    if (credentials !== undefined) Object.assign(headers, credentials);
    if (this.#sessionId !== undefined) headers["mcp-session-id"] = this.#sessionId;
    const revision = this.#revision ?? (method === "initialize" ? undefined : newest.modern);
    if (revision === undefined) return headers;
    headers["mcp-protocol-version"] = revision;
    if (eraOf(revision) === "legacy") return headers;
    headers["mcp-method"] = method;
    const member = namedBy.get(method);
    const name = member === undefined ? undefined : stringAt(params, member);
    if (name !== undefined) headers["mcp-name"] = headerValue(name);
    return headers;
  }
}

/** How long the last answers of a session are waited for, in ms. */
const farewellMs = 1000;
/** How long a message that wants no answer may take to be accepted, in ms: each holds a connection until then. */
const unheardMs = 10_000;

function tooSlow(): GatewayError {
  return new GatewayError("deadline_exceeded", "The upstream did not accept a message");
}

const unheard: HttpReceiver = {
  head() {},
  frame() {},
  ended() {},
};

/** How much of something that is no message is shown. */
const noiseBytes = 200;
