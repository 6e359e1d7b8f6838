import { setImmediate as nextTurn } from "node:timers/promises";
import { messageOf } from "../core/errors.ts";
import { type JsonObject, objectAt, stringAt } from "../core/json.ts";
import type { HookVerdict } from "../protocol/hook.ts";
import type { Hook, HookRequest } from "./connector.ts";

/** Requests that wait to be seen to; with their bodies, 25 MiB. */
const maxWaiting = 100;

/** What an inbox lives in. */
export interface InboxDeps {
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
      this.#deps.failed(`What was posted could not be judged: ${messageOf(thrown)}`);
      return false;
    }
  }

  async #take(request: HookRequest): Promise<void> {
    const { signal, failed } = this.#deps;
    try {
      // The answer goes out first, however long the rest keeps the thread.
      await nextTurn();
      if (!signal.aborted) await this.#hook.take(request, signal);
    } catch (thrown) {
      if (!signal.aborted) failed(`What was posted could not be seen to: ${messageOf(thrown)}`);
    } finally {
      this.#waiting -= 1;
    }
  }
}

function requestIn(params: JsonObject): HookRequest {
  const headers = Object.entries(objectAt(params, "headers") ?? {}).filter(
    (entry): entry is [string, string] => typeof entry[1] === "string",
  );
  return { headers: Object.fromEntries(headers), body: Buffer.from(stringAt(params, "body") ?? "", "base64") };
}
