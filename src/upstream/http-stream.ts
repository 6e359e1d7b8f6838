import type { IncomingHttpHeaders } from "node:http";
import { type Clock, type StopTimer, longestTimerMs } from "../core/clock.ts";
import { challengeIn } from "../transport/credentials.ts";
import type { HttpClient } from "../transport/http-client.ts";

/** What the stream needs. */
export interface HttpStreamOptions {
  readonly client: Pick<HttpClient, "send">;
  readonly clock: Clock;
  /** Asked anew for every attempt. */
  readonly headers: () => Readonly<Record<string, string>>;
  readonly onFrame: (frame: Buffer) => void;
  /** Told when a stream that was open before is refused with 401, before it is opened again. May reject. */
  readonly onRefusal?: (challenge: string | undefined) => Promise<void>;
}

const firstDelayMs = 1000;
const longestDelayMs = 30_000;
/** What a server may wish for at the least: one that wishes for nothing would be asked without pause. */
const shortestDelayMs = 100;

/**
 * The stream on which a legacy upstream sends what nobody asked for: GET on its endpoint, opened again whenever it ends. An upstream
 * that offers none says so (405) and is left alone. Where it numbers its events, it is told which one was the last, and it is never
 * asked sooner than it wishes.
 *
 * @see MCP 2025-11-25, basic/transports, Listening for Messages from the Server, Resumability and Redelivery.
 */
export class HttpStream {
  readonly #options: HttpStreamOptions;
  readonly #closing = new AbortController();
  #delayMs = firstDelayMs;
  #stopTimer: StopTimer | undefined;
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
      { method: "GET", headers: { ...headers(), ...this.#resumption() }, signal: this.#closing.signal },
      {
        head: (status, answer) => {
          isOffered = !(status >= 400 && status < 500) && (status >= 500 || isEventStream(answer));
          if (status === 200) this.#delayMs = this.#wishMs ?? firstDelayMs;
          if (status === 200 && isOffered) this.#wasOpen = true;
          // What was offered once is offered still: only our credentials have run out.
          if (status === 401 && this.#wasOpen) refused = { challenge: challengeIn(answer) };
          else if (!isOffered) isOffered = this.#forgetsEvents();
        },
        frame: onFrame,
        eventId: (id) => {
          this.#lastEventId = id;
        },
        retry: (ms) => {
          this.#wishMs = Math.min(Math.max(ms, shortestDelayMs), longestTimerMs);
          this.#delayMs = this.#wishMs;
        },
        ended: () => {
          if (refused !== undefined) void this.#appeal(refused.challenge);
          else if (isOffered) this.#startLater();
        },
      },
    );
  }

  /** Safe to call twice. */
  close(): void {
    this.#stopTimer?.();
    this.#closing.abort();
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

function isEventStream(headers: IncomingHttpHeaders): boolean {
  return headers["content-type"]?.startsWith("text/event-stream") === true;
}
