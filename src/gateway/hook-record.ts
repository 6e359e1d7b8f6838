import type { Clock, StopTimer } from "../core/clock.ts";
import type { FactSink, HookFact } from "../events/fact.ts";

/** What is posted in this time after one that was told is told together. */
const windowMs = 60_000;

/** What came since the last was told. */
interface Since {
  count: number;
  address: string;
  readonly stop: StopTimer;
}

/**
 * Tells what is posted for connectors, so that it goes on record: the first at once, and once a minute how many there were since. Whoever floods the
 * gateway so cannot flood its record.
 */
export class HookRecord {
  readonly #clock: Clock;
  readonly #events: FactSink | undefined;
  readonly #since = new Map<string, Since>();
  #isClosed = false;

  constructor(clock: Clock, events: FactSink | undefined) {
    this.#clock = clock;
    this.#events = events;
  }

  /** Takes note of one. `upstream` is one that there is. */
  note(type: HookFact["type"], upstream: string | undefined, address: string): void {
    // What was being judged when it was closed is over a moment later.
    if (this.#isClosed) return;
    const key = `${type} ${upstream ?? ""}`;
    const since = this.#since.get(key);
    if (since === undefined) this.#tell({ type, ...(upstream !== undefined && { upstream }), count: 1, address }, key);
    else {
      if (since.count === 0) since.address = address;
      since.count += 1;
    }
  }

  /** Stops waiting for more. Safe to call twice. */
  close(): void {
    this.#isClosed = true;
    for (const { stop } of this.#since.values()) stop();
    this.#since.clear();
  }

  #tell(fact: HookFact, key: string): void {
    this.#events?.append(fact);
    const stop = this.#clock.after(windowMs, () => {
      const since = this.#since.get(key);
      this.#since.delete(key);
      if (since !== undefined && since.count > 0) {
        this.#tell({ ...fact, count: since.count, address: since.address }, key);
      }
    });
    this.#since.set(key, { count: 0, address: fact.address, stop });
  }
}
