import type { Clock, StopTimer } from "../core/clock.ts";
import { Ring } from "../core/ring.ts";
import type { Posted, Poster } from "./post.ts";
import { keyOf, signedHeaders } from "./signature.ts";
import type { WebhookOptions } from "./webhook-options.ts";

/** How long after each attempt that failed the next is made, in ms, and up to a quarter more by chance; after the last the message is given up. */
export const retryMs: readonly number[] = [5_000, 30_000, 120_000, 600_000, 1_800_000, 3_600_000, 7_200_000];
/** Messages that may wait; beyond that the oldest is dropped. */
export const maxWaiting = 1000;
/** Deliveries that are kept to be looked at. */
const maxLogged = 200;

/** A message to be sent. */
export interface Outgoing {
  readonly id: string;
  readonly type: string;
  readonly body: string;
}

/** What became of one attempt, or of a message without one. */
export interface Delivery {
  readonly id: string;
  readonly type: string;
  /** Wall time in ms. */
  readonly at: number;
  /** From 1; 0 where none was made. */
  readonly attempt: number;
  readonly outcome: "delivered" | "failed" | "given_up" | "dropped";
  readonly status?: number;
  readonly problem?: string;
}

/** How a webhook does. */
export interface WebhookStatus {
  readonly name: string;
  /** Of its receiver; what comes after it in its address may be a secret. */
  readonly origin: string;
  readonly topics: readonly string[];
  /** `gone`: its receiver answered 410, and nothing is sent any more before the next start. */
  readonly state: "idle" | "sending" | "retrying" | "gone";
  readonly waiting: number;
  readonly delivered: number;
  readonly failed: number;
  readonly dropped: number;
}

interface WebhookDeps {
  readonly clock: Clock;
  readonly random: () => number;
  readonly poster: Poster;
}

/**
 * Sends messages to one receiver, each until it is taken, one after another and in order.
 *
 * - *idle*: nothing waits.
 * - *sending*: the first that waits is on its way.
 * - *retrying*: it was not taken and is sent again later; all others wait behind it.
 * - *gone*: the receiver wants nothing any more.
 */
export class Webhook {
  readonly #options: WebhookOptions;
  readonly #deps: WebhookDeps;
  readonly #key: Buffer;
  readonly #log = new Ring<Delivery>(maxLogged);
  readonly #waiting: Outgoing[] = [];
  #attempts = 0;
  #state: WebhookStatus["state"] = "idle";
  #counts = { delivered: 0, failed: 0, dropped: 0 };
  #stopTimer: StopTimer | undefined;
  #isClosed = false;

  constructor(options: WebhookOptions, deps: WebhookDeps) {
    this.#options = options;
    this.#deps = deps;
    this.#key = keyOf(options.secret);
  }

  /** Sends a message as soon as those before it are through. Returns at once. */
  send(message: Outgoing): void {
    if (this.#isClosed || this.#state === "gone") return;
    this.#waiting.push(message);
    if (this.#waiting.length > maxWaiting) {
      // The first may be on its way.
      const [oldest] = this.#waiting.splice(this.#state === "sending" ? 1 : 0, 1);
      if (this.#state !== "sending") this.#attempts = 0;
      this.#counts.dropped += 1;
      if (oldest !== undefined) this.#note(oldest, 0, "dropped", { problem: `More than ${maxWaiting} waited` });
    }
    if (this.#state === "idle") this.#next();
  }

  status(): WebhookStatus {
    const { name, url, topics } = this.#options;
    const { origin } = new URL(url);
    return { name, origin, topics, state: this.#state, waiting: this.#waiting.length, ...this.#counts };
  }

  /** The latest, oldest first. */
  deliveries(): Delivery[] {
    return this.#log.toArray();
  }

  /** Sends nothing more; resolves when nothing is under way. Safe to call twice. */
  async close(): Promise<void> {
    this.#isClosed = true;
    this.#stopTimer?.();
    await this.#deps.poster.close();
  }

  #next(): void {
    const [message] = this.#waiting;
    if (this.#isClosed) return;
    this.#state = message === undefined ? "idle" : "sending";
    if (message !== undefined) void this.#attempt(message);
  }

  async #attempt(message: Outgoing): Promise<void> {
    const { poster, clock } = this.#deps;
    this.#attempts += 1;
    // Signed anew each time: a receiver refuses what is signed too long ago.
    const posted = await poster.post(signedHeaders(this.#key, message.id, clock.now(), message.body), message.body);
    if (this.#isClosed) return;
    if ("status" in posted && posted.status >= 200 && posted.status < 300) this.#over(message, "delivered", posted);
    else if ("status" in posted && posted.status === 410) {
      this.#note(message, this.#attempts, "given_up", posted);
      this.#waiting.length = 0;
      this.#state = "gone";
    } else this.#retry(message, posted);
  }

  #retry(message: Outgoing, posted: Posted): void {
    const { clock, random } = this.#deps;
    const pauseMs = retryMs[this.#attempts - 1];
    if (pauseMs === undefined) {
      this.#over(message, "given_up", posted);
      return;
    }
    this.#note(message, this.#attempts, "failed", posted);
    this.#state = "retrying";
    this.#stopTimer = clock.after(Math.round(pauseMs * (1 + random() / 4)), () => {
      this.#next();
    });
  }

  #over(message: Outgoing, outcome: "delivered" | "given_up", posted: Posted): void {
    this.#counts[outcome === "delivered" ? "delivered" : "failed"] += 1;
    this.#note(message, this.#attempts, outcome, posted);
    this.#attempts = 0;
    this.#waiting.shift();
    this.#next();
  }

  #note({ id, type }: Outgoing, attempt: number, outcome: Delivery["outcome"], posted: Posted): void {
    this.#log.push({ id, type, at: this.#deps.clock.now(), attempt, outcome, ...posted });
  }
}
