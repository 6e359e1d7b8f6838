import type { Clock, StopTimer } from "../core/clock.ts";
import type { EventLog } from "../events/event-log.ts";
import { type Topic, topicNames } from "./topic.ts";

/** Topics with frequent facts of which each counts. */
export const frequentTopics: ReadonlySet<Topic> = new Set(["calls", "calculations", "entities"]);

/** How long a topic that nobody watches any more is still told, in ms: whoever comes back in time has missed nothing. */
export const lingerMs = 60_000;

/** What somebody watches: what is told often is told only then. */
export class Interest {
  readonly #clock: Clock;
  readonly #log: EventLog;
  readonly #changed: ((topic: Topic, isWanted: boolean) => void) | undefined;
  readonly #watchers = new Map<Topic, number>();
  readonly #wanted = new Set<Topic>();
  readonly #toldSince = new Map<Topic, number>();
  readonly #endings = new Map<Topic, StopTimer>();

  constructor(clock: Clock, log: EventLog, changed?: (topic: Topic, isWanted: boolean) => void) {
    this.#clock = clock;
    this.#log = log;
    this.#changed = changed;
  }

  /** Whether somebody watches a topic, or did a moment ago. */
  isWanted(topic: Topic): boolean {
    return this.#wanted.has(topic);
  }

  /** The number of the event since which everything of a topic was told; without end where it is not told. */
  toldSince(topic: Topic): number {
    return this.#toldSince.get(topic) ?? Number.POSITIVE_INFINITY;
  }

  add(topics: readonly Topic[]): void {
    for (const topic of topics) {
      this.#watchers.set(topic, (this.#watchers.get(topic) ?? 0) + 1);
      this.#endings.get(topic)?.();
      this.#endings.delete(topic);
      if (this.#wanted.has(topic)) continue;
      this.#wanted.add(topic);
      // What happened while nobody watched has no number; so that nobody takes it for told, the telling begins with a number of its own.
      this.#toldSince.set(topic, frequentTopics.has(topic) ? this.#log.skip() : this.#log.seq);
      this.#changed?.(topic, true);
    }
  }

  remove(topics: readonly Topic[]): void {
    for (const topic of topics) {
      const left = (this.#watchers.get(topic) ?? 0) - 1;
      this.#watchers.set(topic, left);
      if (left > 0) continue;
      const stop = this.#clock.after(lingerMs, () => {
        this.#end(topic);
      });
      this.#endings.set(topic, stop);
    }
  }

  #end(topic: Topic): void {
    this.#endings.get(topic)?.();
    this.#endings.delete(topic);
    if (!this.#wanted.delete(topic)) return;
    this.#toldSince.delete(topic);
    this.#changed?.(topic, false);
  }

  /** Nothing is wanted any more. Safe to call twice. */
  close(): void {
    for (const topic of topicNames) this.#end(topic);
  }
}
