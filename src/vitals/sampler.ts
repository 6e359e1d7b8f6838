import type { Clock, StopTimer } from "../core/clock.ts";
import type { ChildWatcher, WatchedChild } from "../upstream/child-watch.ts";
import { type Told, judge, toldNothing } from "./judge.ts";
import { type Look, usageBetween } from "./look.ts";
import type { ReadProcesses } from "./processes.ts";
import { ProcessTable } from "./tree.ts";
import { type Windows, noWindows, withMeasured } from "./windows.ts";

/** How often processes are looked at while calls are under way, and while none are, in ms. */
export const busyMs = 1000;
export const idleMs = 15_000;

interface Watched {
  readonly child: WatchedChild;
  look: Look;
  windows: Windows;
  told: Told;
}

/**
 * Measures the processes of children and holds them to their limits: every second while any of them is busy, else every fifteen; a new
 * child after a second. One pass serves all children: over the machine's processes where one has begun since, else over those that are known.
 * Where there is no child, nothing is done.
 */
export class Sampler implements ChildWatcher {
  readonly #clock: Clock;
  readonly #read: ReadProcesses | undefined;
  readonly #watched = new Set<Watched>();
  #stopTimer: StopTimer | undefined;
  #lookedAt = Number.NEGATIVE_INFINITY;
  #isLooking = false;

  /** Without `read`, which is where processes cannot be read, nothing is measured and no limit holds. */
  constructor(clock: Clock, read: ReadProcesses | undefined) {
    this.#clock = clock;
    this.#read = read;
  }

  watch(child: WatchedChild): () => void {
    if (this.#read === undefined) return () => undefined;
    const at = this.#clock.monotonic();
    const watched = { child, look: { at, tree: new Map() }, windows: noWindows(at), told: toldNothing };
    this.#watched.add(watched);
    this.#lookedAt = Number.NEGATIVE_INFINITY;
    this.#stopTimer ??= this.#clock.every(busyMs, () => {
      if (this.#isDue()) void this.#lookAtAll();
    });
    return () => {
      this.#forget(watched);
    };
  }

  #forget(watched: Watched): void {
    this.#watched.delete(watched);
    if (this.#watched.size > 0) return;
    this.#stopTimer?.();
    this.#stopTimer = undefined;
  }

  #isDue(): boolean {
    if (this.#isLooking) return false;
    if (this.#clock.monotonic() - this.#lookedAt >= idleMs) return true;
    return [...this.#watched].some(({ child }) => child.isBusy());
  }

  async #lookAtAll(): Promise<void> {
    this.#isLooking = true;
    this.#lookedAt = this.#clock.monotonic();
    try {
      const table = new ProcessTable((await this.#read?.(this.#known())) ?? []);
      for (const watched of this.#watched) this.#lookAt(watched, table);
    } catch {
      // No more files or processes may be had at the moment. The next look may see more; how old the last is shows in the status.
    } finally {
      this.#isLooking = false;
    }
  }

  /** Everybody's processes as the last look found them; undefined where somebody has not been looked at yet. */
  #known(): readonly number[] | undefined {
    const pids: number[] = [];
    for (const { look } of this.#watched) {
      if (look.tree.size === 0) return undefined;
      pids.push(...look.tree.keys());
    }
    return pids;
  }

  #lookAt(watched: Watched, table: ProcessTable): void {
    const { child, look } = watched;
    const at = this.#clock.monotonic();
    const tree = table.treeOf(child.pid, look.tree);
    // It has ended: whoever watches it is told so by the child itself.
    if (tree.size === 0) return;
    watched.look = { at, tree };
    const measured = usageBetween(look, watched.look);
    const { cpuPercent, residentBytes, processes } = measured;
    child.measured({ at: this.#clock.now(), cpuPercent, residentBytes, processes });
    const before = watched.windows.closed;
    watched.windows = withMeasured(watched.windows, at, measured);
    const { closed } = watched.windows;
    const verdict = judge(watched.told, child.limits, measured, closed === before ? undefined : closed.at(-1), closed);
    watched.told = verdict.told;
    for (const warning of verdict.warnings) child.warned(warning);
    if (verdict.problem === undefined) return;
    this.#forget(watched);
    child.exceeded(verdict.problem, [...tree.keys()]);
  }
}
