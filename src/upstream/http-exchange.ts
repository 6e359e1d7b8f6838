import type { Signal } from "../core/canceller.ts";
import { type Clock, type StopTimer, longestTimerMs } from "../core/clock.ts";
import { GatewayError } from "../core/errors.ts";
import type { JsonObject } from "../core/json.ts";
import type { Notification, Question } from "../protocol/call.ts";
import { messagesIn } from "../protocol/frame.ts";
import type { Answer, Message, RequestId } from "../protocol/json-rpc.ts";
import { type Credentials, type Refusal, challengeIn, isRefusal } from "../transport/credentials.ts";
import type { HttpReceiver } from "../transport/http-client.ts";
import { refusedInitialize } from "./handshake.ts";
import type { LinkRequest } from "./link.ts";
import type { Asked } from "./server-request.ts";
import type { ResponseHeaders } from "../transport/http1/response-head.ts";

/** What an exchange asks of the link that it belongs to. */
export interface ExchangeOwner {
  readonly clock: Clock;
  /** Whether the upstream takes a lost connection for a wish to stop: true from 2026-07-28 on, and until a revision is agreed on. */
  readonly isModern: boolean;
  readonly sessionId: string | undefined;
  /** Takes the session id that the answer to `initialize` brings. */
  enterSession(id: string): void;
  notify(method: string, params: JsonObject): void;
  /** Takes a notification that belongs to another request. */
  notification(notification: Notification): void;
  /** Answers a request of the upstream's. */
  answer(id: RequestId, question: Question, asked: Asked | undefined): void;
  /** Sees to a refusal for want of credentials, and then settles the request; false where nobody can. */
  appeal(refusal: Refusal, request: LinkRequest, settle: Settle): boolean;
  /** Comes back, after a while, for the rest of a stream that broke; what comes of it goes to the exchange. */
  resume(exchange: HttpReceiver, lastEventId: string, delayMs: number, signal: Signal): void;
  /** The exchange is over. */
  over(): void;
  /** The upstream no longer knows our session: the link is of no more use. */
  lose(problem: GatewayError): void;
  /** Passes something on; where that fails, the exchange that it came by goes on. */
  guard(frame: Buffer, pass: () => void): void;
  /** Tells of something that is no message, or that nothing can be made of. */
  noise(reason: string, frame: Buffer): void;
}

/** Ends the wait for an answer. */
export interface Settle {
  readonly resolve: (answer: Answer) => void;
  readonly reject: (reason: unknown) => void;
}

/** How often a broken stream is taken up again that brings nothing new, and how long is waited where the upstream does not say. */
const maxResumes = 5;
const resumeMs = 1000;

/** How long a stream may stay open that has brought its answer, in ms: not every server ends it, and each holds a connection. */
const lingerMs = 1000;

/**
 * One request over Streamable HTTP: settles with the first answer to it, passes on what comes before, and says why where none comes.
 *
 * @see MCP 2026-07-28 and 2025-11-25, basic/transports, Sending Messages.
 */
export class RequestExchange implements HttpReceiver {
  readonly #owner: ExchangeOwner;
  readonly #request: LinkRequest;
  readonly #resolve: (answer: Answer) => void;
  readonly #reject: (reason: unknown) => void;
  readonly #sent: Credentials | undefined;
  readonly #attempt: number;
  #status = 0;
  #challenge: string | undefined;
  #contentType: string | undefined;
  /** Why what came is no answer. */
  #oddity = "";
  #isSettled = false;
  #hangUp: (() => void) | undefined;
  #stopTimer: StopTimer | undefined;
  #lastEventId: string | undefined;
  #retryAfter: string | undefined;
  #retryMs = resumeMs;
  /** How often the stream was taken up again since it last brought something. */
  #resumes = 0;
  #isGone = false;

  constructor(
    owner: ExchangeOwner,
    request: LinkRequest,
    resolve: (answer: Answer) => void,
    reject: (reason: unknown) => void,
    sent: Credentials | undefined,
    attempt: number,
  ) {
    this.#owner = owner;
    this.#request = request;
    this.#resolve = resolve;
    this.#reject = reject;
    this.#sent = sent;
    this.#attempt = attempt;
  }

  heard(): void {
    this.#request.onHeard?.();
  }

  head(status: number, headers: ResponseHeaders, hangUp: () => void): void {
    if (this.#resumes > 0) {
      this.#hangUp = hangUp;
      this.#isGone = status !== 200;
      return;
    }
    this.#status = status;
    this.#hangUp = hangUp;
    this.#contentType = headers["content-type"];
    this.#retryAfter = headers["retry-after"];
    if (isRefusal(status)) this.#challenge = challengeIn(headers);
    const session = headers["mcp-session-id"];
    if (this.#request.method === "initialize" && status < 300 && typeof session === "string") {
      this.#owner.enterSession(session);
    }
  }

  eventId(id: string): void {
    this.#lastEventId = id;
    this.#resumes = Math.min(this.#resumes, 1);
  }

  retry(ms: number): void {
    // Long waits end with the call's own time.
    this.#retryMs = Math.min(ms, longestTimerMs);
  }

  frame(frame: Buffer): void {
    if (this.#isGone) return;
    for (const message of messagesIn(frame)) this.#take(message, frame);
  }

  #take(message: Message, frame: Buffer): void {
    switch (message.kind) {
      case "result":
        if (message.id === this.#request.id && this.#status < 300) this.#settle(message);
        return;
      case "error":
        // An exchange has one answer; where the upstream could not read the request's id, the error has none.
        if (message.id === undefined || message.id === this.#request.id) this.#settleError(message);
        return;
      case "notification":
        this.#owner.guard(frame, () => {
          this.#notification(message.method, message.params ?? {});
        });
        return;
      case "request":
        this.#owner.answer(message.id, { method: message.method, params: message.params ?? {} }, this.#request.asked);
        return;
      case "invalid":
      case "unparsable":
        if (this.#status >= 300) return;
        if (message.kind === "invalid" && message.isAnswer) this.#oddity = `: ${message.reason}`;
        this.#owner.noise(message.reason, frame);
        return;
    }
  }

  ended(problem: GatewayError | undefined): void {
    this.#stopTimer?.();
    if (this.#isResumed(problem)) return;
    this.#finish(problem);
    this.#owner.over();
  }

  /**
   * A legacy upstream may end a stream at will before it has answered; where it numbers its events, the rest is to be had.
   *
   * @see MCP 2025-11-25, basic/transports, Resumability and Redelivery.
   */
  #isResumed(problem: GatewayError | undefined): boolean {
    const { signal } = this.#request;
    const isBroken = problem === undefined || problem.code === "upstream_disconnected";
    if (this.#isSettled || this.#isGone || signal.aborted || !isBroken || this.#owner.isModern) return false;
    if (this.#lastEventId === undefined || this.#status !== 200 || this.#resumes >= maxResumes) return false;
    this.#resumes += 1;
    this.#owner.resume(this, this.#lastEventId, this.#retryMs, signal);
    return true;
  }

  #finish(problem: GatewayError | undefined): void {
    if (this.#isSettled) return;
    if (this.#request.signal.aborted && !this.#owner.isModern && this.#request.method !== "initialize") {
      this.#owner.notify("notifications/cancelled", {
        requestId: this.#request.id,
        reason: problem?.message ?? "cancelled",
      });
    }
    this.#isSettled = true;
    if (problem !== undefined || !this.#isAppealed()) this.#reject(problem ?? this.#problemOfStatus());
  }

  #isAppealed(): boolean {
    const status = this.#status;
    if (!isRefusal(status)) return false;
    const refusal = { status, challenge: this.#challenge, sent: this.#sent, attempt: this.#attempt };
    return this.#owner.appeal(refusal, this.#request, { resolve: this.#resolve, reject: this.#reject });
  }

  #notification(method: string, params: JsonObject): void {
    const belongs = method !== "notifications/progress" || params["progressToken"] === this.#request.id;
    if (!belongs) this.#owner.notification({ method, params });
    else if (this.#request.onNotification !== undefined) this.#request.onNotification({ method, params });
  }

  #settle(answer: Answer): void {
    if (this.#isSettled) return;
    this.#isSettled = true;
    this.#resolve(answer);
    if (this.#hangUp !== undefined && isEventStream(this.#contentType)) {
      this.#stopTimer = this.#owner.clock.after(lingerMs, this.#hangUp);
    }
  }

  #settleError(answer: Extract<Answer, { kind: "error" }>): void {
    const isLostSession = this.#status === 404 && this.#owner.sessionId !== undefined;
    // These two say something about the connection rather than about the request: ended() tells.
    if (isRefusal(this.#status) || isLostSession) return;
    // The status says more than the error where the address may be that of an older transport.
    if (this.#request.method === "initialize" && this.#status >= 400) {
      this.#isSettled = true;
      this.#reject(refusedInitialize(answer.error, { status: this.#status }));
    } else this.#settle(answer);
  }

  #problemOfStatus(): GatewayError {
    const status = this.#status;
    if (isRefusal(status)) return refusedCredentials(status);
    const retryAfterMs = retryAfterIn(this.#retryAfter, this.#owner.clock.now());
    const data = { stage: "exchange", status, ...(retryAfterMs === undefined ? {} : { retryAfterMs }) };
    if (status === 429) {
      return new GatewayError("upstream_rate_limited", "The upstream is called too often (HTTP 429)", { data });
    }
    if (status === 404 && this.#owner.sessionId !== undefined) {
      const lost = new GatewayError("upstream_unavailable", "The upstream no longer knows our session (HTTP 404)", {
        data: { stage: "session", status },
      });
      this.#owner.lose(lost);
      return lost;
    }
    const suggestion = suggestionFor(status);
    if (status >= 300) {
      const when = retryAfterMs === undefined ? {} : { retryAfterMs };
      return new GatewayError("upstream_protocol_error", `The upstream answered HTTP ${status} without a message`, {
        data: { ...data, ...when, suggestion },
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

/** The error for a refusal that nobody could see to. */
export function refusedCredentials(status: 401 | 403): GatewayError {
  return new GatewayError("upstream_refused_credentials", `The upstream refused us with HTTP ${status}`, {
    data: { stage: "exchange", status },
  });
}

function isEventStream(contentType: string | undefined): boolean {
  return contentType !== undefined && /^text\/event-stream\b/i.test(contentType);
}

function suggestionFor(status: number): string {
  if (status >= 500) return "The server failed. Its own log may say why.";
  if (status >= 300 && status < 400) return "Put the address that it redirects to into `url`.";
  return "Correct the path in `url`: what answers there does not answer as an MCP server does.";
}

/** Longest wish to be left alone that is believed, in ms: a day. */
const longestRetryAfterMs = 86_400_000;

/**
 * How long a server wishes to be left alone, in ms; undefined where it does not say so in a way that can be understood.
 *
 * @see RFC 9110, 10.2.3, Retry-After: whole seconds, or a date.
 */
export function retryAfterIn(header: string | undefined, now: number): number | undefined {
  if (header === undefined) return undefined;
  const ms = /^\d+$/.test(header) ? Number(header) * 1000 : Date.parse(header) - now;
  return Number.isNaN(ms) ? undefined : Math.min(Math.max(0, ms), longestRetryAfterMs);
}
