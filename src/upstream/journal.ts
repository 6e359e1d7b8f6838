import type { Clock } from "../core/clock.ts";

/**
 * What a line of a journal is: `started`: a child was; `stderr`: it wrote this; `noise`: on the line of messages came something that is
 * none; `omission`: something in its lists was left out; `state`: the upstream entered a state; `warning`: it uses much.
 */
export type EntryKind = "started" | "stderr" | "noise" | "omission" | "state" | "warning";

/** One line of a journal. */
export interface JournalEntry {
  /** Higher than that of every entry before, in an earlier journal of the same upstream too. */
  readonly seq: number;
  /** Wall time in ms. */
  readonly at: number;
  readonly kind: EntryKind;
  /** As it came: may hold control characters. */
  readonly text: string;
}

/** Most that one journal keeps: entries, and characters in them. */
export const journalBounds = { entries: 2000, characters: 1024 * 1024 } as const;

/** The last that happened to one upstream, across the restarts of its child. Older entries make room for newer ones. */
export class Journal {
  readonly #clock: Clock;
  #entries: JournalEntry[] = [];
  /** Where the oldest entry is that still counts. */
  #first = 0;
  #characters = 0;
  #last: number;
  readonly #waiting = new Set<() => void>();
  #isClosed = false;

  constructor(clock: Clock) {
    this.#clock = clock;
    // So far apart that a journal that is made later begins above whatever this one may have reached: a million entries a second.
    this.#last = Math.floor(clock.now()) * 1000;
  }

  /** The number of the newest entry. */
  get last(): number {
    return this.#last;
  }

  add(kind: EntryKind, text: string): void {
    this.#last += 1;
    this.#entries.push({ seq: this.#last, at: this.#clock.now(), kind, text });
    this.#characters += text.length;
    while (this.#count > journalBounds.entries || this.#characters > journalBounds.characters) {
      this.#characters -= this.#entries[this.#first]?.text.length ?? 0;
      this.#first += 1;
    }
    if (this.#first > journalBounds.entries) this.#compact();
    this.#wake();
  }

  /** Entries with a higher number, oldest first; of these the last `count`. */
  after(seq: number, count: number = journalBounds.entries): JournalEntry[] {
    const newer = this.#last - seq;
    const wanted = Math.min(Math.max(newer, 0), Math.max(count, 0), this.#count);
    return this.#entries.slice(this.#entries.length - wanted);
  }

  /** Resolves when there is an entry with a higher number, when the journal is closed, or when the signal fires. */
  async beyond(seq: number, signal: AbortSignal): Promise<void> {
    if (this.#last > seq || this.#isClosed || signal.aborted) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#waiting.add(resolve);
    signal.addEventListener("abort", () => {
      resolve();
    });
    await promise;
    this.#waiting.delete(resolve);
  }

  /** Whoever waits need not wait any longer. What is kept can still be read. Safe to call twice. */
  close(): void {
    this.#isClosed = true;
    this.#wake();
  }

  get #count(): number {
    return this.#entries.length - this.#first;
  }

  #compact(): void {
    this.#entries = this.#entries.slice(this.#first);
    this.#first = 0;
  }

  #wake(): void {
    if (this.#waiting.size === 0) return;
    for (const wake of this.#waiting) wake();
    this.#waiting.clear();
  }
}
