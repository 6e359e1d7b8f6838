import type { Controller } from "../core/canceller.ts";
import type { Clock } from "../core/clock.ts";
import { GatewayError } from "../core/errors.ts";
import { type JsonObject, isJsonObject } from "../core/json.ts";
import type { Notification, Question } from "../protocol/call.ts";
import type { Answer, RequestId } from "../protocol/json-rpc.ts";
import { Payload } from "../protocol/payload.ts";
import type { CallAnswer } from "../upstream/connection.ts";

interface Open {
  readonly question: Question;
  readonly answer: (answer: Answer) => void;
}

/** How long after a question others that come with it are waited for, in ms: one round trip serves them all. */
const gatherMs = 10;
/** Questions of one call that may be open at once. */
const maxOpen = 32;

/**
 * A call at a legacy upstream whose caller can only be asked by ending its request: the upstream's questions are gathered, handed out as
 * the result, and answered when the caller comes back, while the call waits where it is.
 *
 * - *running*: the upstream works; the caller's request is open, and gets progress.
 * - *asked*: questions are open; the caller's request has been answered with them.
 *
 * @see MCP 2026-07-28, basic/patterns/mrtr.
 */
export class Conversation {
  readonly #clock: Clock;
  readonly #open = new Map<string, Open>();
  #answer: Promise<CallAnswer> | undefined;
  #asked = Promise.withResolvers<"asked">();
  #lastKey = 0;
  #way: Way | undefined;
  /** How often the caller was asked. */
  round = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Takes note of the call that this is about. Called once. */
  about(answer: Promise<CallAnswer>): void {
    this.#answer = answer;
    answer.catch(() => {
      // Whoever waits for it next is told; between two requests nobody does.
    });
  }

  /** The caller's request that is open now: progress goes its way, under its token. */
  follow(way: Way): void {
    this.#way = way;
  }

  /** Sends a notification to the caller, where it is there. */
  notify({ method, params }: Notification): void {
    const way = this.#way;
    if (way === undefined) return;
    if (method !== "notifications/progress") way.notify({ method, params });
    else if (way.progressToken !== undefined)
      way.notify({ method, params: { ...params, progressToken: way.progressToken } });
  }

  /** Asks the caller; resolves when it has come back with an answer. */
  ask(question: Question): Promise<Answer> {
    if (this.#open.size >= maxOpen) throw new GatewayError("invalid_request", "Too many questions are open");
    const { promise, resolve } = Promise.withResolvers<Answer>();
    this.#lastKey += 1;
    this.#open.set(`q${this.#lastKey}`, { question, answer: resolve });
    if (this.#open.size === 1) {
      this.#clock.after(gatherMs, () => {
        this.#asked.resolve("asked");
      });
    }
    return promise;
  }

  /** Resolves with the call's answer, or when the caller is to be asked. */
  async next(): Promise<CallAnswer | "asked"> {
    if (this.#answer === undefined) throw new GatewayError("internal_error", "The conversation is about no call");
    const next = await Promise.race([this.#answer, this.#asked.promise]);
    if (next === "asked") {
      this.#way = undefined;
      this.round += 1;
    }
    return next;
  }

  /** The open questions, as `inputRequests`. */
  get questions(): JsonObject {
    return Object.fromEntries([...this.#open].map(([key, { question }]) => [key, question]));
  }

  /** Takes `inputResponses`. What is not answered stays open and is asked again; what nobody asked is ignored. */
  take(responses: JsonObject): void {
    this.#asked = Promise.withResolvers();
    for (const [key, response] of Object.entries(responses)) {
      const open = this.#open.get(key);
      if (open === undefined || !isJsonObject(response)) continue;
      this.#open.delete(key);
      open.answer({ kind: "result", result: Payload.of(response) });
    }
    if (this.#open.size > 0) this.#asked.resolve("asked");
  }
}

/** The way to a caller while its request is open. */
export interface Way {
  readonly notify: (notification: Notification) => void;
  readonly progressToken: RequestId | undefined;
}

/** A conversation that waits for its caller. */
export interface Parked {
  /** The id of the principal that may come back for it. */
  readonly principal: string;
  readonly conversation: Conversation;
  /** Ends the call at the upstream. */
  readonly controller: Controller;
}

interface Held extends Parked {
  readonly stopTimer: () => void;
}

/** Calls that may wait for their callers at once. */
export const maxParked = 1000;

/** The conversations that wait for their callers. Bounded in number and in time; a call that nobody comes back for is cancelled. */
export class ParkedCalls {
  readonly #held = new Map<string, Held>();
  readonly #clock: Clock;
  readonly #waitMs: number;

  constructor(clock: Clock, waitMs: number) {
    this.#clock = clock;
    this.#waitMs = waitMs;
  }

  get size(): number {
    return this.#held.size;
  }

  /**
   * Keeps a conversation under this id.
   *
   * @throws {GatewayError} `too_many_parked` — as many wait as may.
   */
  park(id: string, parked: Parked): void {
    if (this.#held.size >= maxParked) {
      throw new GatewayError("too_many_parked", `${maxParked} calls wait for answers of their callers already`);
    }
    const stopTimer = this.#clock.after(this.#waitMs, () => {
      this.#held.delete(id);
      parked.controller.abort(new GatewayError("deadline_exceeded", "The caller did not come back with an answer"));
    });
    this.#held.set(id, { ...parked, stopTimer });
  }

  /** Gives back the conversation of this id, if it waits and has asked this often. */
  take(id: string, round: number): Parked | undefined {
    const held = this.#held.get(id);
    if (held === undefined || held.conversation.round !== round) return undefined;
    this.#held.delete(id);
    held.stopTimer();
    return held;
  }

  /** Cancels every call that waits for this principal. */
  endOf(principal: string, reason: GatewayError): void {
    for (const [id, held] of this.#held) {
      if (held.principal !== principal) continue;
      this.#held.delete(id);
      held.stopTimer();
      held.controller.abort(reason);
    }
  }

  /** Cancels every call that waits. Safe to call twice. */
  close(): void {
    for (const { controller, stopTimer } of this.#held.values()) {
      stopTimer();
      controller.abort(new GatewayError("shutting_down", "The gateway is stopping"));
    }
    this.#held.clear();
  }
}
