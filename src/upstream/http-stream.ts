import { type Clock, type StopTimer, longestTimerMs } from "../core/clock.ts";
import { GatewayError } from "../core/errors.ts";
import { challengeIn } from "../transport/credentials.ts";
import type { HttpClient } from "../transport/http-client.ts";
import type { ResponseHeaders } from "../transport/http1/response-head.ts";

/** What the stream needs. */
export interface HttpStreamOptions {
  readonly client: Pick<HttpClient, "send">;
  readonly clock: Clock;
  /** Asked anew for every attempt. */
  readonly headers: () => Readonly<Record<string, string>>;
  readonly onFrame: (frame: Buffer) => void;
  /** Told when a stream that was open before is refused with 401, before it is opened again. May reject. */
  readonly onRefusal?: (challenge: string | undefined) => Promise<void>;
  /** Told when a stream was opened again and what came in between is lost, as the upstream does not number its events. */
  readonly onGap?: () => void;
}

const firstDelayMs = 1000;
const longestDelayMs = 30_000;
/** What a server may wish for at the least: one that wishes for nothing would be asked without pause. */
const shortestDelayMs = 100;
/**
 * After this long without a byte the stream is opened anew, in ms. A peer that vanished without a word looks like one that has nothing to
 * say, and no request of ours would fail of it, as each goes its own way.
 */
export const longestSilenceMs = 300_000;

/**
 * The stream on which a legacy upstream sends what nobody asked for: GET on its endpoint, opened again whenever it ends or is silent for
 * too long. An upstream that offers none says so (405) and is left alone. Where it numbers its events, it is told which one was the last,
 * and it is never asked sooner than it wishes.
 *
 * @see MCP 2025-11-25, basic/transports, Listening for Messages from the Server, Resumability and Redelivery.
 */
export class HttpStream {
  readonly #options: HttpStreamOptions;
  readonly #closing = new AbortController();
  #delayMs = firstDelayMs;
  #stopTimer: StopTimer | undefined;
  #stopWatch: StopTimer | undefined;
  #isHeard = false;
  #wasOpen = false;
  /** What the upstream wishes to be left alone for between two openings; undefined where it has said nothing. */
  #wishMs: number | undefined;
  #lastEventId: string | undefined;

  constructor(options: HttpStreamOptions) {
    this.#options = options;
  }

  start(): void {
    const { client, headers, onFrame } = this.#options;
    let isOffered = true;
    let refused: { readonly challenge: string | undefined } | undefined;
    client.send(
      { method: "GET", headers: { ...headers(), ...this.#resumption() }, signal: this.#watched() },
      {
        head: (status, answer) => {
          isOffered = !(status >= 400 && status < 500) && (status >= 500 || isEventStream(answer));
          if (status === 200) this.#delayMs = this.#wishMs ?? firstDelayMs;
          if (status === 200 && isOffered) this.#opened();
          // What was offered once is offered still: only our credentials have run out.
          if (status === 401 && this.#wasOpen) refused = { challenge: challengeIn(answer) };
          else if (!isOffered) isOffered = this.#forgetsEvents();
        },
        frame: onFrame,
        heard: () => {
          this.#isHeard = true;
        },
        eventId: (id) => {
          this.#lastEventId = id;
        },
        retry: (ms) => {
          this.#wishMs = Math.min(Math.max(ms, shortestDelayMs), longestTimerMs);
          this.#delayMs = this.#wishMs;
        },
        ended: () => {
          this.#stopWatch?.();
          if (refused !== undefined) void this.#appeal(refused.challenge);
          else if (isOffered) this.#startLater();
        },
      },
    );
  }

  /** Safe to call twice. */
  close(): void {
    this.#stopTimer?.();
    this.#stopWatch?.();
    this.#closing.abort();
  }

  /** Fires when the stream is closed for good, or this opening of it has been silent for too long; its answer may never come either. */
  #watched(): AbortSignal {
    const attempt = new AbortController();
    this.#isHeard = false;
    this.#stopWatch = this.#options.clock.every(longestSilenceMs, () => {
      if (!this.#isHeard) attempt.abort(new GatewayError("upstream_unresponsive", "The event stream is silent"));
      this.#isHeard = false;
    });
    return AbortSignal.any([this.#closing.signal, attempt.signal]);
  }

  #opened(): void {
    if (this.#wasOpen && this.#lastEventId === undefined) this.#options.onGap?.();
    this.#wasOpen = true;
  }

  #resumption(): Readonly<Record<string, string>> {
    return this.#lastEventId === undefined ? {} : { "last-event-id": this.#lastEventId };
  }

  /** An upstream that does not know the event any more may well offer a stream that begins anew: worth asking once. */
  #forgetsEvents(): boolean {
    const hadOne = this.#lastEventId !== undefined;
    this.#lastEventId = undefined;
    return hadOne;
  }

  async #appeal(challenge: string | undefined): Promise<void> {
    try {
      await this.#options.onRefusal?.(challenge);
    } catch {
      // The next request is refused too, and whoever sent it is told.
    }
    this.#startLater();
  }

  #startLater(): void {
    if (this.#closing.signal.aborted) return;
    this.#stopTimer = this.#options.clock.after(this.#delayMs, () => {
      this.start();
    });
    this.#delayMs = Math.min(this.#delayMs * 2, Math.max(this.#wishMs ?? 0, longestDelayMs));
  }
}

function isEventStream(headers: ResponseHeaders): boolean {
  return headers["content-type"]?.startsWith("text/event-stream") === true;
}
