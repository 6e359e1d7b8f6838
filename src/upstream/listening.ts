import type { Clock } from "../core/clock.ts";
import { GatewayError } from "../core/errors.ts";
import { type JsonObject, objectAt } from "../core/json.ts";
import { sleep } from "../core/sleep.ts";
import type { Notification } from "../protocol/call.ts";
import type { Answer } from "../protocol/json-rpc.ts";

/** What listening needs of its connection. */
export interface ListeningDeps {
  readonly clock: Clock;
  /** Sends `subscriptions/listen` and resolves with its answer; with undefined where the stream broke or `signal` ended it. */
  readonly listen: (
    filter: JsonObject,
    signal: AbortSignal,
    onNotification: (notification: Notification) => void,
    onHeard: () => void,
  ) => Promise<Answer | undefined>;
  /** After this long without a byte the stream is opened anew, in ms; undefined where its line is watched otherwise. */
  readonly longestSilenceMs: number | undefined;
  readonly onNotification: (notification: Notification) => void;
}

const firstDelayMs = 1000;
const longestDelayMs = 30_000;
const acknowledged = "notifications/subscriptions/acknowledged";

/** What changed while nobody listened was told to nobody: whoever listens again takes it that something did. */
const unheardChange: Notification = { method: "notifications/tools/list_changed", params: {} };

/**
 * What is listened to at a modern upstream: one stream for the whole filter, opened again when it breaks. A new filter gets a new stream,
 * and the old one ends when the new one is acknowledged, so that nothing is missed in between.
 *
 * @see MCP 2026-07-28, basic/patterns/subscriptions.
 */
export class Listening {
  readonly #deps: ListeningDeps;
  #current: AbortController | undefined;

  constructor(deps: ListeningDeps) {
    this.#deps = deps;
  }

  /**
   * Listens to this from now on; to nothing where the filter is empty. Resolves with what of it the upstream has acknowledged; with
   * nothing where it gave no sign.
   */
  async to(filter: JsonObject): Promise<JsonObject> {
    const before = this.#current;
    const end = (): void => {
      before?.abort();
    };
    if (Object.keys(filter).length === 0) {
      this.#current = undefined;
      end();
      return {};
    }
    const controller = new AbortController();
    this.#current = controller;
    const { promise, resolve } = Promise.withResolvers<JsonObject>();
    void this.#keep({ notifications: filter }, controller.signal, (honoured) => {
      end();
      resolve(honoured);
    });
    return promise;
  }

  /** Safe to call twice. */
  close(): void {
    this.#current?.abort();
    this.#current = undefined;
  }

  async #keep(filter: JsonObject, signal: AbortSignal, onFirst: (honoured: JsonObject) => void): Promise<void> {
    const { clock, listen, onNotification } = this.#deps;
    let isAgain = false;
    for (let delayMs = firstDelayMs; !signal.aborted; delayMs = Math.min(delayMs * 2, longestDelayMs)) {
      const startedAt = clock.monotonic();
      const heard = (notification: Notification): void => {
        if (notification.method !== acknowledged) onNotification(notification);
        else if (isAgain) onNotification(unheardChange);
        else onFirst(objectAt(notification.params, "notifications") ?? {});
        if (notification.method === acknowledged) isAgain = true;
      };
      const watch = this.#watchFor(signal);
      const answer = await listen(filter, watch.signal, heard, watch.heard);
      watch.stop();
      onFirst({});
      if (answer?.kind === "error") return;
      if (clock.monotonic() - startedAt > longestDelayMs) delayMs = firstDelayMs;
      await sleep(clock, delayMs, signal);
    }
  }

  /** A signal that fires with the given one, or when the stream has been silent for too long: a peer that vanished says nothing either. */
  #watchFor(signal: AbortSignal): SilenceWatch {
    const { clock, longestSilenceMs } = this.#deps;
    if (longestSilenceMs === undefined) return { signal, heard: () => undefined, stop: () => undefined };
    const attempt = new AbortController();
    let isHeard = false;
    const stop = clock.every(longestSilenceMs, () => {
      if (!isHeard) attempt.abort(new GatewayError("upstream_unresponsive", "The event stream is silent"));
      isHeard = false;
    });
    const heard = (): void => {
      isHeard = true;
    };
    return { signal: AbortSignal.any([signal, attempt.signal]), heard, stop };
  }
}

interface SilenceWatch {
  readonly signal: AbortSignal;
  readonly heard: () => void;
  readonly stop: () => void;
}
