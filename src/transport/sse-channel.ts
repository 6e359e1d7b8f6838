import type { Clock } from "../core/clock.ts";
import { deadline } from "../core/deadline.ts";
import { GatewayError, toGatewayError } from "../core/errors.ts";
import { type Channel, type ChannelReceiver, maxFrameBytes, maxUnsentBytes } from "./channel.ts";
import {
  type Credentials,
  type CredentialSource,
  type Opening,
  type Refusal,
  challengeIn,
  isRefusal,
  maxAppeals,
  openWith,
} from "./credentials.ts";
import { HttpClient, type HttpReceiver } from "./http-client.ts";
import { refusedWith } from "./network-problem.ts";
import type { ResponseHeaders } from "./http1/response-head.ts";

/** Where a server of HTTP+SSE has its event stream. */
export interface SseAddress {
  readonly url: string;
  /** Sent with every request; may hold secrets, so no error carries them. */
  readonly headers: Readonly<Record<string, string>>;
  /** Who says who we are, asked anew for every request; absent: `headers` alone. */
  readonly credentials?: CredentialSource | undefined;
}

/** How long the stream may take to open and to name the address for messages, in ms. */
const openMs = 10_000;
/** How long the next message waits for the server to accept the one before, in ms: some answer only when they have dealt with it. */
const orderMs = 1000;
/** Most messages that may wait to be accepted. */
const maxUnaccepted = 10_000;

/**
 * Opens a channel over HTTP+SSE, the transport before Streamable HTTP: the server's messages come as events on one stream, ours go to
 * the address that its first event names, one request each, in order as far as the server accepts each within a second.
 *
 * @throws {GatewayError} `upstream_protocol_error` — what answers there is no such server (stage `exchange`), or names an address at
 *   another origin (stage `handshake`); `upstream_refused_credentials`, `upstream_unavailable`, `upstream_disconnected`; what
 *   {@link CredentialSource.appeal} throws; the signal's reason.
 * @see MCP 2024-11-05, basic/transports, HTTP with SSE.
 */
export async function openSse(address: SseAddress, clock: Clock, signal: AbortSignal): Promise<Channel> {
  signal.throwIfAborted();
  const opening = await openWith(address.credentials, signal, (credentials) =>
    opened(address, credentials, clock, signal),
  );
  if (opening.kind === "refused") throw refusedWith(opening.status, what);
  return opening.opened;
}

const what = "the opening of an event stream";

async function opened(
  address: SseAddress,
  credentials: Credentials | undefined,
  clock: Clock,
  signal: AbortSignal,
): Promise<Opening<Channel>> {
  const channel = new SseChannel(address, clock);
  const limit = deadline(clock, openMs, signal, noEndpoint);
  const giveUp = (): void => {
    channel.fail(limit.signal.reason instanceof GatewayError ? limit.signal.reason : noEndpoint());
  };
  limit.signal.addEventListener("abort", giveUp);
  try {
    await channel.open(credentials);
    return { kind: "open", opened: channel };
  } catch (thrown) {
    await channel.close();
    if (channel.refusal !== undefined) return { kind: "refused", ...channel.refusal };
    throw thrown;
  } finally {
    limit.stop();
    limit.signal.removeEventListener("abort", giveUp);
  }
}

interface Outgoing {
  readonly frame: string | Buffer;
  readonly refused: ((problem: GatewayError) => void) | undefined;
  /** How often it was refused for want of credentials. */
  readonly attempt: number;
}

class SseChannel implements Channel {
  readonly #url: URL;
  readonly #clock: Clock;
  readonly #client: HttpClient;
  readonly #credentials: CredentialSource | undefined;
  /** How the opening was refused for want of credentials. */
  refusal: Pick<Refusal, "status" | "challenge"> | undefined;
  readonly #closing = new AbortController();
  readonly #opened = Promise.withResolvers<void>();
  readonly #waiting: Outgoing[] = [];
  readonly #early: Buffer[] = [];
  #earlyBytes = 0;
  /** Where messages go; undefined until the server has said so. */
  #path: string | undefined;
  #receiver: ChannelReceiver | undefined;
  #isSending = false;
  #unaccepted = 0;
  #unsentBytes = 0;
  /** Why it ended; undefined while it has not. */
  #reason: string | undefined;
  #closed: Promise<void> | undefined;

  constructor({ url, headers, credentials }: SseAddress, clock: Clock) {
    this.#url = new URL(url);
    this.#clock = clock;
    this.#client = new HttpClient(url, headers);
    this.#credentials = credentials;
  }

  get unsentBytes(): number {
    return this.#unsentBytes;
  }

  /** Resolves when the server has said where messages go. Called once. */
  open(credentials: Credentials | undefined): Promise<void> {
    this.#client.send(
      { method: "GET", headers: { accept: "text/event-stream", ...credentials }, signal: this.#closing.signal },
      {
        head: (status, headers) => {
          this.#begin(status, headers);
        },
        frame: (frame, type) => {
          if (this.#reason === undefined) this.#take(frame, type);
        },
        ended: (problem) => {
          this.fail(problem ?? streamEnded());
        },
      },
    );
    return this.#opened.promise;
  }

  start(receiver: ChannelReceiver): void {
    this.#receiver = receiver;
    for (const frame of this.#early.splice(0)) receiver.frame(frame);
    if (this.#reason !== undefined) receiver.ended({ reason: this.#reason });
  }

  send(frame: string | Buffer, refused?: (problem: GatewayError) => void): void {
    if (this.#reason !== undefined) throw new GatewayError("upstream_unavailable", "The event stream has ended");
    if (this.#unsentBytes > maxUnsentBytes || this.#unaccepted >= maxUnaccepted) {
      throw new GatewayError("upstream_unavailable", "The upstream accepts messages too slowly");
    }
    this.#unaccepted += 1;
    this.#unsentBytes += Buffer.byteLength(frame);
    this.#waiting.push({ frame, refused, attempt: 0 });
    if (!this.#isSending) this.#sendNext();
  }

  close(): Promise<void> {
    this.#closed ??= this.#close();
    return this.#closed;
  }

  async #close(): Promise<void> {
    this.fail(new GatewayError("upstream_unavailable", "The channel was closed"));
    await this.#client.close();
  }

  /** Ends the channel: the exchange with the stream is given up, and what opened it or receives from it is told why. */
  fail(problem: GatewayError, refusal?: GatewayError): void {
    if (this.#reason !== undefined) return;
    this.#reason = clause(problem.message);
    for (const { refused } of this.#waiting.splice(0)) refused?.(problem);
    this.#closing.abort(problem);
    this.#opened.reject(problem);
    this.#receiver?.ended({ reason: this.#reason, refusal });
  }

  #begin(status: number, headers: ResponseHeaders): void {
    const type = headers["content-type"]?.split(";")[0]?.trim().toLowerCase();
    if (status === 200 && type === "text/event-stream") return;
    if (isRefusal(status)) this.refusal = { status, challenge: challengeIn(headers) };
    this.fail(status === 200 ? noStream(type) : refusedWith(status, what));
  }

  #take(frame: Buffer, type: string | undefined): void {
    if (type === "endpoint") this.#enter(frame.toString("utf8").trim());
    else if (type === "message" && this.#path === undefined) this.fail(noEndpoint());
    else if (type === "message") this.#deliver(frame);
  }

  #enter(endpoint: string): void {
    if (this.#path !== undefined) return;
    const url = URL.parse(endpoint, this.#url.href);
    if (url === null || url.origin !== this.#url.origin) {
      this.fail(foreignEndpoint(url?.origin ?? "nowhere", this.#url.origin));
      return;
    }
    this.#path = url.pathname + url.search;
    this.#opened.resolve();
  }

  #deliver(frame: Buffer): void {
    if (this.#receiver !== undefined) {
      this.#receiver.frame(frame);
      return;
    }
    this.#early.push(frame);
    this.#earlyBytes += frame.length;
    if (this.#earlyBytes > maxFrameBytes) this.fail(tooEarly());
  }

  #sendNext(): void {
    const next = this.#waiting.shift();
    this.#isSending = next !== undefined && this.#path !== undefined;
    if (next === undefined || this.#path === undefined) return;
    const goOn = once(() => {
      stopTimer();
      this.#sendNext();
    });
    const stopTimer = this.#clock.after(orderMs, goOn);
    const sent = this.#credentials?.headers();
    this.#client.send(
      {
        method: "POST",
        path: this.#path,
        headers: { "content-type": "application/json", accept: "application/json, text/event-stream", ...sent },
        body: next.frame,
        signal: this.#closing.signal,
      },
      this.#acceptance(next, sent, goOn),
    );
  }

  #acceptance(outgoing: Outgoing, sent: Credentials | undefined, goOn: () => void): HttpReceiver {
    const { attempt } = outgoing;
    let status = 0;
    let refusal: Refusal | undefined;
    return {
      head: (found, headers) => {
        status = found;
        const mayAppeal = this.#credentials !== undefined && attempt < maxAppeals && isRefusal(found);
        if (mayAppeal) refusal = { status: found, challenge: challengeIn(headers), sent, attempt };
        else goOn();
      },
      frame: () => undefined,
      ended: (problem) => {
        if (problem === undefined && refusal !== undefined) void this.#appeal(outgoing, refusal, goOn);
        else {
          this.#settled(outgoing);
          if (this.#reason === undefined) this.#answered(status, problem, outgoing.refused);
          goOn();
        }
      },
    };
  }

  /** The message is sent again, before those that wait, with better credentials; without any, nothing more goes this way. */
  async #appeal(outgoing: Outgoing, refusal: Refusal, goOn: () => void): Promise<void> {
    const { status } = refusal;
    try {
      const isWorthwhile = await this.#credentials?.appeal(refusal, this.#closing.signal);
      if (this.#reason !== undefined) return;
      if (isWorthwhile === true) this.#waiting.unshift({ ...outgoing, attempt: outgoing.attempt + 1 });
      else {
        this.#settled(outgoing);
        outgoing.refused?.(refusedWith(status, "a message"));
      }
    } catch (thrown) {
      this.#settled(outgoing);
      const problem = toGatewayError(thrown);
      outgoing.refused?.(problem);
      if (status === 401) this.fail(problem, problem);
    } finally {
      goOn();
      if (!this.#isSending) this.#sendNext();
    }
  }

  #settled({ frame }: Outgoing): void {
    this.#unaccepted -= 1;
    this.#unsentBytes -= Buffer.byteLength(frame);
  }

  #answered(status: number, problem: GatewayError | undefined, refused: Outgoing["refused"]): void {
    if (problem !== undefined) refused?.(problem);
    else if (isGone(status)) this.#forgotten(status, refused);
    else if (status >= 300) refused?.(refusedWith(status, "a message"));
  }

  /** The message was refused unseen: whoever sent it may send it again once there is a new stream. */
  #forgotten(status: number, refused: Outgoing["refused"]): void {
    const message = `The upstream no longer knows our session (HTTP ${status})`;
    const problem = new GatewayError("upstream_unavailable", message, { data: { stage: "session", status } });
    refused?.(problem);
    this.fail(problem);
  }
}

function isGone(status: number): boolean {
  return status === 404 || status === 410;
}

/** A sentence as the end of another. */
function clause(sentence: string): string {
  return sentence.charAt(0).toLowerCase() + sentence.slice(1);
}

function once(run: () => void): () => void {
  let hasRun = false;
  return () => {
    if (hasRun) return;
    hasRun = true;
    run();
  };
}

function streamEnded(): GatewayError {
  return new GatewayError("upstream_disconnected", "The event stream ended", { data: { stage: "exchange" } });
}

function noStream(type: string | undefined): GatewayError {
  return new GatewayError("upstream_protocol_error", `The upstream answered with ${type ?? "no content"}, not events`, {
    data: { stage: "exchange", suggestion: "Correct the path in `url`, or its `type`: no event stream begins there." },
  });
}

function noEndpoint(): GatewayError {
  return new GatewayError("upstream_protocol_error", "The upstream did not say where messages go", {
    data: { stage: "exchange", suggestion: "A server of HTTP+SSE begins its stream with an `endpoint` event." },
  });
}

function foreignEndpoint(found: string, own: string): GatewayError {
  const message = `The upstream wants messages at ${found}, which is not its own origin ${own}`;
  return new GatewayError("upstream_protocol_error", message, {
    data: {
      stage: "handshake",
      suggestion: "Let it name the address as a path; behind a proxy it may not know its own.",
    },
  });
}

function tooEarly(): GatewayError {
  const message = `The upstream sent more than ${maxFrameBytes} bytes before it was asked anything`;
  return new GatewayError("upstream_protocol_error", message, { data: { stage: "exchange" } });
}
