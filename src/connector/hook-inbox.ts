import { setImmediate as nextTurn } from "node:timers/promises";
import type { Clock } from "../core/clock.ts";
import { deadline } from "../core/deadline.ts";
import { messageOf } from "../core/errors.ts";
import { type JsonObject, objectAt, stringAt } from "../core/json.ts";
import type { HookVerdict } from "../protocol/hook.ts";
import type { Hook, HookRequest } from "./connector.ts";

/** Requests that wait to be seen to; with their bodies, 25 MiB. */
const maxWaiting = 100;

/** How long one may take, in ms: one that hangs must not keep the others from being seen to for good. */
export const longestTakeMs = 60_000;

/** How often it is told that what strangers post cannot be judged, in ms. */
const toldEveryMs = 60_000;

/** What an inbox lives in. */
export interface InboxDeps {
  readonly clock: Clock;
  /** Fires when the connector ends: what waits is dropped. */
  readonly signal: AbortSignal;
  /** Told, in a sentence, of one that could not be seen to. */
  readonly failed: (problem: string) => void;
}

/** What is posted for one connector: judged at once, and seen to one after another. */
export class HookInbox {
  readonly headers: readonly string[];
  readonly #hook: Hook;
  readonly #deps: InboxDeps;
  #waiting = 0;
  /** When it was last told that one could not be judged, in ms of the monotonic clock. */
  #toldAt = Number.NEGATIVE_INFINITY;
  #last: Promise<void> = Promise.resolve();

  constructor(hook: Hook, deps: InboxDeps) {
    this.headers = hook.headers;
    this.#hook = hook;
    this.#deps = deps;
  }

  /** Judges what the gateway hands over; it is seen to after that was answered. */
  receive(params: JsonObject): HookVerdict {
    const request = requestIn(params);
    if (!this.#isGenuine(request)) return "refused";
    if (this.#waiting >= maxWaiting) return "busy";
    this.#waiting += 1;
    this.#last = this.#last.then(() => this.#take(request));
    return "taken";
  }

  #isGenuine(request: HookRequest): boolean {
    try {
      return this.#hook.isGenuine(request);
    } catch (thrown) {
      this.#tell(`What was posted could not be judged: ${messageOf(thrown)}`);
      return false;
    }
  }

  /** Anybody may post what cannot be judged, as often as they like. */
  #tell(problem: string): void {
    const { clock, failed } = this.#deps;
    const at = clock.monotonic();
    if (at - this.#toldAt < toldEveryMs) return;
    this.#toldAt = at;
    failed(problem);
  }

  async #take(request: HookRequest): Promise<void> {
    const { clock, signal, failed } = this.#deps;
    // The answer goes out first, however long the rest keeps the thread.
    await nextTurn();
    const limit = deadline(clock, longestTakeMs, signal, () => new Error(`it took longer than ${longestTakeMs} ms`));
    try {
      if (!signal.aborted) await unlessOver(this.#hook.take(request, limit.signal), limit.signal);
    } catch (thrown) {
      if (!signal.aborted) failed(`What was posted could not be seen to: ${messageOf(thrown)}`);
    } finally {
      limit.stop();
      this.#waiting -= 1;
    }
  }
}

/** Waits for what is done, and no longer than until the signal fires, whether or not that is heeded. */
async function unlessOver(done: void | Promise<void>, signal: AbortSignal): Promise<void> {
  if (done === undefined) return;
  const { promise, reject } = Promise.withResolvers<never>();
  const leave = (): void => {
    reject(signal.reason instanceof Error ? signal.reason : new Error("it was ended"));
  };
  if (signal.aborted) leave();
  signal.addEventListener("abort", leave);
  try {
    await Promise.race([done, promise]);
  } finally {
    signal.removeEventListener("abort", leave);
  }
}

function requestIn(params: JsonObject): HookRequest {
  const headers = Object.entries(objectAt(params, "headers") ?? {}).filter(
    (entry): entry is [string, string] => typeof entry[1] === "string",
  );
  return { headers: Object.fromEntries(headers), body: Buffer.from(stringAt(params, "body") ?? "", "base64") };
}
