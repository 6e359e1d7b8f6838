/** How far back counts are kept, in minutes. */
export const keptMinutes = 360;

/** What was counted within a window. */
export interface Counted {
  readonly all: number;
  readonly bad: number;
}

/** How many of how many were bad, minute by minute, for the last six hours: three kilobytes, however much is counted. */
export class MinuteCounts {
  readonly #all = new Uint32Array(keptMinutes);
  readonly #bad = new Uint32Array(keptMinutes);
  #latest: number | undefined;

  /** Adds what was counted in a minute, which is no earlier than those before. */
  add(minute: number, { all, bad }: Counted): void {
    this.#goTo(minute);
    const at = minute % keptMinutes;
    this.#all[at] = (this.#all[at] ?? 0) + all;
    this.#bad[at] = (this.#bad[at] ?? 0) + bad;
  }

  /** What was counted in the last minutes, the one under way included. */
  sum(minute: number, minutes: number): Counted {
    let [all, bad] = [0, 0];
    const latest = this.#latest ?? minute;
    const oldest = Math.max(minute - Math.min(minutes, keptMinutes) + 1, latest - keptMinutes + 1, 0);
    for (let each = oldest; each <= Math.min(minute, latest); each += 1) {
      all += this.#all[each % keptMinutes] ?? 0;
      bad += this.#bad[each % keptMinutes] ?? 0;
    }
    return { all, bad };
  }

  #goTo(minute: number): void {
    const from = this.#latest ?? minute;
    const passed = Math.min(minute - from, keptMinutes);
    for (let back = 0; back < passed; back += 1) {
      this.#all[(minute - back) % keptMinutes] = 0;
      this.#bad[(minute - back) % keptMinutes] = 0;
    }
    this.#latest = Math.max(minute, from);
  }
}
