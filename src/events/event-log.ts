import type { Clock } from "../core/clock.ts";
import { Ring } from "../core/ring.ts";
import type { Event, Fact } from "./fact.ts";

/** Events that a log keeps for those who come back: the latest. */
export const maxEvents = 10_000;

/** What somebody who comes back with a cursor is given. */
export interface Missed {
  /** Those after the cursor that are still there, in order. */
  readonly events: readonly Event[];
  /** Whether some after the cursor are gone: then what is known from events is no longer whole. */
  readonly hasGap: boolean;
}

/** The one stream of facts of a process: numbered in the order in which they were told, the latest kept. */
export class EventLog {
  readonly #clock: Clock;
  readonly #ring: Ring<Event>;
  readonly #listeners = new Set<(event: Event) => void>();
  #seq = 0;

  constructor(clock: Clock, capacity: number = maxEvents) {
    this.#clock = clock;
    this.#ring = new Ring(capacity);
  }

  /** The number of the latest event; 0 before the first. */
  get seq(): number {
    return this.#seq;
  }

  /** Tells a fact to everybody who listens. A listener that fails fails alone. */
  append(fact: Fact): Event {
    this.#seq += 1;
    const event: Event = { ...fact, seq: this.#seq, at: this.#clock.now() };
    this.#ring.push(event);
    for (const listener of this.#listeners) {
      try {
        listener(event);
      } catch {
        // What tells of failures is among the listeners, so there is nobody to tell; whoever caused the event must not suffer.
      }
    }
    return event;
  }

  /** What came after the event of this number. */
  after(seq: number): Missed {
    const kept = this.#ring.toArray();
    const first = kept[0]?.seq ?? this.#seq + 1;
    return { events: kept.filter((event) => event.seq > seq), hasGap: seq + 1 < first || seq > this.#seq };
  }

  /** Calls `listener` with every event from now on; what is returned ends that. */
  subscribe(listener: (event: Event) => void): () => void {
    this.#listeners.add(listener);
    return () => {
      this.#listeners.delete(listener);
    };
  }
}
