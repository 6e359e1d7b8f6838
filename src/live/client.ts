import type { ControlData, ControlType } from "./controls.ts";
import type { MessageData, MessageType } from "./messages.ts";
import type { Topic } from "./topic.ts";

export type { ControlType, ControlData } from "./controls.ts";
export type { MessageData, MessageType } from "./messages.ts";
export type { Topic } from "./topic.ts";

/** Every type of message that the gateway sends. */
export type LiveType = MessageType | ControlType;

/** A message of one type. */
export interface LiveMessage<T extends LiveType = LiveType> {
  /** Where it has one: up to here everything has been told. */
  readonly id?: string;
  readonly type: T;
  /** Absent where it tells of nothing that happened. */
  readonly topic?: Topic;
  /** ISO 8601. */
  readonly timestamp: string;
  readonly data: T extends MessageType ? MessageData<T> : T extends ControlType ? ControlData<T> : never;
}

/** What is watched, and how. */
export interface WatchOptions {
  readonly topics: readonly Topic[];
  /** Patterns, with `*` for any characters, after `!` exceptions. Default: all. */
  readonly upstream?: readonly string[];
  readonly tool?: readonly string[];
  readonly type?: readonly string[];
  /** API key or token, where the gateway asks who calls. */
  readonly key?: string;
  /** The `id` to go on from. Default: what happens from now on. */
  readonly since?: string;
  /** How long to wait before the second attempt to connect, in ms; twice as long each time, with chance. Default 500. */
  readonly minDelayMs?: number;
  /** How long at the most. Default 30 000. */
  readonly maxDelayMs?: number;
  /** Between 0 and 1. Default: the machine's. */
  readonly random?: () => number;
}

/**
 * How a watch stands.
 *
 * - `connecting`: being connected, again where the connection was lost.
 * - `open`: told what happens.
 * - `waiting`: not connected; tried again after `delayMs`.
 * - `closed`: over: by {@link Watching.close}, or since the key is no longer valid.
 */
export type WatchState =
  | { readonly kind: "connecting" | "open" }
  | { readonly kind: "waiting"; readonly delayMs: number; readonly code: number; readonly reason: string }
  | { readonly kind: "closed"; readonly code: number; readonly reason: string };

/** Something that is watched. */
export interface Watching {
  readonly state: WatchState;
  /** What to come back with, also in another process; undefined before the first. */
  readonly id: string | undefined;
  /** Calls `run` with every message of this type, of any with `*`; what is returned ends that. */
  on<T extends LiveType>(type: T, run: (message: LiveMessage<T>) => void): () => void;
  on(type: "*", run: (message: LiveMessage) => void): () => void;
  /** Calls `run` whenever it stands otherwise. */
  onState(run: (state: WatchState) => void): () => void;
  /** Watches these topics too, or no longer. */
  subscribe(topics: readonly Topic[]): void;
  unsubscribe(topics: readonly Topic[]): void;
  /** Ends it. Safe to call twice. */
  close(): void;
}

/** The gateway shows every 30 s that it is there; a little more than twice that without, and it is gone. In ms. */
const silenceMs = 70_000;

/** The subprotocol of the live stream, and how a key goes with it where no header can be set. */
const subprotocol = "switchyard.live";
const bearer = "bearer.";

/** A key that is no longer valid, an operator's wish, and a gateway that never takes what we send: trying again is of no use. */
const finalCodes: ReadonlySet<number> = new Set([1003, 1008, 1009, 4003]);

/**
 * Watches a gateway: connects, again whenever the connection is lost, and goes on from where it was; what could not be made up for, a message
 * of type `gap` says. For browsers and Node.
 */
export function watch(url: string, options: WatchOptions): Watching {
  return new Watch(url, options);
}

/** Kept under the type of the messages that it takes. */
interface Handler {
  run(message: LiveMessage): void;
}

class Watch implements Watching {
  readonly #url: string;
  readonly #options: WatchOptions;
  readonly #topics: Set<Topic>;
  readonly #handlers = new Map<string, Set<Handler>>();
  readonly #stateHandlers = new Set<(state: WatchState) => void>();
  #state: WatchState = { kind: "connecting" };
  #socket: WebSocket | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #id: string | undefined;
  #failures = 0;

  constructor(url: string, options: WatchOptions) {
    this.#url = `${url.replace(/^http/, "ws").replace(/\/+$/, "")}/ws`;
    this.#options = options;
    this.#topics = new Set(options.topics);
    this.#id = options.since;
    this.#connect();
  }

  get state(): WatchState {
    return this.#state;
  }

  get id(): string | undefined {
    return this.#id;
  }

  on<T extends LiveType>(type: T | "*", run: (message: LiveMessage<T>) => void): () => void {
    const handlers = this.#handlers.get(type) ?? new Set<Handler>();
    const handler = { run };
    this.#handlers.set(type, handlers);
    handlers.add(handler);
    return () => {
      handlers.delete(handler);
    };
  }

  onState(run: (state: WatchState) => void): () => void {
    this.#stateHandlers.add(run);
    return () => {
      this.#stateHandlers.delete(run);
    };
  }

  subscribe(topics: readonly Topic[]): void {
    for (const topic of topics) this.#topics.add(topic);
    if (this.#state.kind === "open") this.#send("subscribe", { topics });
  }

  unsubscribe(topics: readonly Topic[]): void {
    for (const topic of topics) this.#topics.delete(topic);
    if (this.#state.kind === "open") this.#send("unsubscribe", { topics });
  }

  close(): void {
    if (this.#state.kind === "closed") return;
    this.#end(1000, "closed");
  }

  #connect(): void {
    const { key } = this.#options;
    const socket = new WebSocket(this.#url, [subprotocol, ...(key === undefined ? [] : [`${bearer}${key}`])]);
    this.#socket = socket;
    this.#enter({ kind: "connecting" });
    this.#listenFor(silenceMs);
    socket.addEventListener("message", ({ data }) => {
      if (socket === this.#socket) this.#take(String(data));
    });
    socket.addEventListener("close", ({ code, reason }) => {
      if (socket === this.#socket) this.#lost(code, reason);
    });
  }

  /** After this long without a word the connection counts as lost, although nobody closed it. */
  #listenFor(ms: number): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      this.#lost(1006, "the gateway was silent");
    }, ms);
  }

  #take(text: string): void {
    this.#listenFor(silenceMs);
    const message: LiveMessage = JSON.parse(text);
    if (message.type === "connected") this.#begin();
    else if (message.type === "subscribed") this.#failures = 0;
    if (message.id !== undefined && message.type !== "connected") this.#id = message.id;
    for (const handler of [...(this.#handlers.get(message.type) ?? []), ...(this.#handlers.get("*") ?? [])]) {
      guarded(() => {
        handler.run(message);
      });
    }
  }

  #begin(): void {
    const { upstream = [], tool = [], type = [] } = this.#options;
    const since = this.#id === undefined ? {} : { since: this.#id };
    if (this.#topics.size > 0) this.#send("subscribe", { topics: [...this.#topics], upstream, tool, type, ...since });
    this.#enter({ kind: "open" });
  }

  #send(type: "subscribe" | "unsubscribe", data: object): void {
    this.#socket?.send(JSON.stringify({ type, data }));
  }

  #lost(code: number, reason: string): void {
    if (finalCodes.has(code)) {
      this.#end(code, reason);
      return;
    }
    this.#leave();
    const { minDelayMs = 500, maxDelayMs = 30_000, random = Math.random } = this.#options;
    const longestMs = Math.min(maxDelayMs, minDelayMs * 2 ** this.#failures);
    // Half of it is chance, so that not all come back at once to a gateway that was started anew.
    const delayMs = Math.round(longestMs * (0.5 + random() / 2));
    this.#failures += 1;
    this.#timer = setTimeout(() => {
      this.#connect();
    }, delayMs);
    this.#enter({ kind: "waiting", delayMs, code, reason });
  }

  #end(code: number, reason: string): void {
    this.#leave();
    this.#enter({ kind: "closed", code, reason });
  }

  #leave(): void {
    clearTimeout(this.#timer);
    const socket = this.#socket;
    this.#socket = undefined;
    socket?.close();
  }

  #enter(state: WatchState): void {
    this.#state = state;
    for (const run of this.#stateHandlers) {
      guarded(() => {
        run(state);
      });
    }
  }
}

/** A handler that fails must not keep the others from being told; that it failed is seen where all such failures are. */
function guarded(run: () => void): void {
  try {
    run();
  } catch (thrown) {
    queueMicrotask(() => {
      throw thrown;
    });
  }
}
