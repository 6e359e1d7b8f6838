import { type LiveMessage, type WatchState, type Watching, watch } from "switchyard/live";
import { useSyncExternalStore } from "react";
import { askForKey } from "./session.ts";
import { type EndedCall, type Slice, Traffic, sliceMs } from "./traffic.ts";

/** What the page knows from the live stream. */
export interface LiveView {
  readonly connection: WatchState["kind"];
  /** What the visitor may do; undefined until the gateway has said so. */
  readonly role: string | undefined;
  /** The latest that happened, newest first. */
  readonly messages: readonly LiveMessage[];
  /** What of the calls was seen, oldest first. */
  readonly slices: readonly Slice[];
}

/** Messages that are held: enough to look back some minutes, and the same memory after a day. */
const maxMessages = 500;

/** How often what is shown follows what happens, in ms: a person sees no difference, and a thousand events cost one drawing. */
const showEveryMs = 200;

/** Nothing that happened, only that the connection is there. */
const silent: ReadonlySet<string> = new Set(["heartbeat", "pong", "connected", "subscribed", "unsubscribed"]);

/** The one connection of the page to the live stream. */
export class LiveFeed {
  readonly #listeners = new Set<() => void>();
  readonly #handlers = new Set<(message: LiveMessage) => void>();
  readonly #traffic = new Traffic();
  #watching: Watching | undefined;
  #messages: LiveMessage[] = [];
  #role: string | undefined;
  #view: LiveView = { connection: "connecting", role: undefined, messages: [], slices: [] };
  #showTimer: ReturnType<typeof setTimeout> | undefined;
  #passing: ReturnType<typeof setInterval> | undefined;

  /** Begins, or begins anew with another key. */
  start(key: string | undefined): void {
    this.stop();
    this.#role = undefined;
    const watching = watch(location.origin, { topics: [], ...(key !== undefined && { key }) });
    this.#watching = watching;
    watching.on("connected", ({ data }) => {
      this.#role = data.role;
      // All that this visitor may watch: it follows from the role.
      watching.subscribe(data.topics.filter((topic) => isTopic(topic)));
    });
    watching.on("*", (message) => {
      this.#take(message);
    });
    watching.onState((state) => {
      if (state.kind === "closed" && state.code === 1008) askForKey();
      this.#showSoon();
    });
    this.#showSoon();
    // Time moves on where nothing happens, too.
    this.#passing = setInterval(() => {
      this.#showSoon();
    }, sliceMs);
  }

  stop(): void {
    clearInterval(this.#passing);
    this.#watching?.close();
    this.#watching = undefined;
    clearTimeout(this.#showTimer);
    this.#showTimer = undefined;
  }

  get view(): LiveView {
    return this.#view;
  }

  /** Calls `run` when there is something new to show. */
  readonly listen = (run: () => void): (() => void) => {
    this.#listeners.add(run);
    return () => {
      this.#listeners.delete(run);
    };
  };

  /** Calls `run` with every message, at once. */
  onMessage(run: (message: LiveMessage) => void): () => void {
    this.#handlers.add(run);
    return () => {
      this.#handlers.delete(run);
    };
  }

  /** Takes in calls that ended before the page was there. */
  addEarlier(calls: readonly (EndedCall & { readonly endedAt: number })[]): void {
    for (const call of calls) this.#traffic.add(call, call.endedAt);
    this.#showSoon();
  }

  #take(message: LiveMessage): void {
    if (silent.has(message.type)) return;
    this.#messages.push(message);
    if (this.#messages.length > maxMessages * 2) this.#messages = this.#messages.slice(-maxMessages);
    if (message.type === "call_ended" && "outcome" in message.data) this.#traffic.add(message.data, Date.now());
    for (const run of this.#handlers) run(message);
    this.#showSoon();
  }

  #showSoon(): void {
    this.#showTimer ??= setTimeout(() => {
      this.#showTimer = undefined;
      this.#view = {
        connection: this.#watching?.state.kind ?? "closed",
        role: this.#role,
        messages: this.#messages.slice(-maxMessages).toReversed(),
        slices: this.#traffic.slices(Date.now()),
      };
      for (const run of this.#listeners) run();
    }, showEveryMs);
  }
}

const topics = ["upstreams", "calls", "jobs", "calculations", "entities", "status", "alerts", "cache"] as const;

/** What can be watched. */
export type Topic = (typeof topics)[number];

function isTopic(name: string): name is Topic {
  return topics.some((known) => known === name);
}

/** The page's own. */
export const feed = new LiveFeed();

/** What is known from the live stream, for a component. */
export function useLive(): LiveView {
  return useSyncExternalStore(feed.listen, () => feed.view);
}

/** How the page is connected: unlike {@link useLive}, nothing is drawn anew where that stays as it is. */
export function useConnection(): LiveView["connection"] {
  return useSyncExternalStore(feed.listen, () => feed.view.connection);
}

/** What the visitor may do, likewise. */
export function useRole(): LiveView["role"] {
  return useSyncExternalStore(feed.listen, () => feed.view.role);
}
