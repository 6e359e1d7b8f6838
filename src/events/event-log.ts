import type { Clock } from "../core/clock.ts";
import { Ring } from "../core/ring.ts";
import type { Past } from "./event-store.ts";
import type { Event, Fact, FrequentFact } from "./fact.ts";

/** Events that a log keeps for those who come back: the latest, and as many of those that happen often. */
export const maxEvents = 10_000;

/** What somebody who comes back with a cursor is given. */
export interface Missed {
  /** Those after the cursor that are still there, in order. */
  readonly events: readonly Event[];
  /** Whether some after the cursor are gone, frequent ones aside: then what is known from events is no longer whole. */
  readonly hasGap: boolean;
}

const frequent: Readonly<Record<FrequentFact["type"] | "job.progressed", true>> = {
  "call.ended": true,
  "call.progressed": true,
  "resource.changed": true,
  "system.measured": true,
  "status.summed": true,
  "cache.counted": true,
  "job.progressed": true,
};

/** Whether a value that was kept as an event is one, as far as its form says. */
export function isEvent(value: object | undefined): value is Event {
  return value !== undefined && "type" in value && "seq" in value && "at" in value && typeof value.type === "string";
}

/** Whether facts of this type happen so often that they are kept apart. */
export function isFrequent(type: Fact["type"]): boolean {
  return Object.hasOwn(frequent, type);
}

/**
 * The one stream of facts of a process: numbered in the order in which they were told, the latest kept. Those of an earlier process, where it
 * is known, come before them, numbered from 0 downwards.
 */
export class EventLog {
  readonly #clock: Clock;
  readonly #notable: Ring<Event>;
  readonly #frequent: Ring<Event>;
  readonly #listeners = new Set<(event: Event) => void>();
  #epoch: string;
  #past: { readonly of: Past; events: readonly Event[]; after: number } | undefined;
  #seq = 0;

  constructor(clock: Clock, capacity: number = maxEvents, epoch = "0") {
    this.#clock = clock;
    this.#notable = new Ring(capacity);
    this.#frequent = new Ring(capacity);
    this.#epoch = epoch;
  }

  /** Tells the numbers of this log from those of another: who comes back to one must know both. */
  get epoch(): string {
    return this.#epoch;
  }

  /** What is added to a number of this process for it to hold also where an earlier process's numbers do. */
  get base(): number {
    return this.#past?.of.last ?? 0;
  }

  /**
   * Goes on from what was told before this process: where all of that was kept, in the same epoch. To be called before anybody is given a
   * number of the epoch that this log has until then.
   */
  goOnFrom(past: Past): void {
    this.#past = { of: past, events: [], after: 0 };
    if (past.isWhole) this.#epoch = past.epoch;
  }

  /** The place in this log of a number of some epoch, and whether everything since then is known; undefined where it is of a log that is not. */
  placeOf(epoch: string, number: number): { readonly seq: number; readonly isWhole: boolean } | undefined {
    const seq = number - this.base;
    if (epoch === this.#epoch) return seq > this.#seq ? undefined : { seq, isWhole: true };
    return epoch === this.#past?.of.epoch ? { seq: Math.min(seq, 0), isWhole: false } : undefined;
  }

  /** Leaves a number out, so that what came before something can be told from what came after it. */
  skip(): number {
    this.#seq += 1;
    return this.#seq;
  }

  /** The number of the latest event; 0 before the first. */
  get seq(): number {
    return this.#seq;
  }

  /** Tells a fact to everybody who listens. A listener that fails fails alone. */
  append(fact: Fact): Event {
    this.#seq += 1;
    const event: Event = { ...fact, seq: this.#seq, at: this.#clock.now() };
    (isFrequent(fact.type) ? this.#frequent : this.#notable).push(event);
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
    return { events: this.read(seq), hasGap: this.hasLost(seq, "notable") };
  }

  /** What came after the event of this number and is still there, in order, at most so many; costs what is given, not what is kept. */
  read(seq: number, limit = Number.POSITIVE_INFINITY): Event[] {
    const found = seq < 0 ? this.#readPast(seq, limit) : [];
    let [notable, often] = [firstAfter(this.#notable, seq), firstAfter(this.#frequent, seq)];
    while (found.length < limit) {
      const [one, other] = [this.#notable.peek(notable), this.#frequent.peek(often)];
      const next = one === undefined || (other !== undefined && other.seq < one.seq) ? other : one;
      if (next === undefined) break;
      found.push(next);
      if (next === one) notable += 1;
      else often += 1;
    }
    return found;
  }

  /** Whether some of a kind after this number are gone, or this number is not of this log. */
  hasLost(seq: number, kind: "notable" | "frequent"): boolean {
    const ring = kind === "notable" ? this.#notable : this.#frequent;
    if (seq > this.#seq) return true;
    const { of } = this.#past ?? {};
    const lostBefore = of === undefined || kind === "frequent" ? 0 : of.lost - of.last;
    return seq < (ring.lastDropped?.seq ?? lostBefore);
  }

  /** The number of the latest event that is gone; 0 where none is. */
  get lastLost(): number {
    return Math.max(this.#notable.lastDropped?.seq ?? 0, this.#frequent.lastDropped?.seq ?? 0);
  }

  /** Read when somebody comes back who was there before this process, and as far back as anybody was. */
  #readPast(seq: number, limit: number): Event[] {
    const past = this.#past;
    if (past === undefined) return [];
    if (seq < past.after) {
      const { of } = past;
      past.events = of.read(seq + of.last).map((event) => Object.assign(event, { seq: event.seq - of.last }));
      past.after = seq;
    }
    return past.events.filter((event) => event.seq > seq).slice(0, limit);
  }

  /** Calls `listener` with every event from now on; what is returned ends that. */
  subscribe(listener: (event: Event) => void): () => void {
    this.#listeners.add(listener);
    return () => {
      this.#listeners.delete(listener);
    };
  }
}

/** The place of the first event after this number; the end where there is none. */
function firstAfter(ring: Ring<Event>, seq: number): number {
  let [low, high] = [0, ring.size];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((ring.peek(middle)?.seq ?? 0) > seq) high = middle;
    else low = middle + 1;
  }
  return low;
}
