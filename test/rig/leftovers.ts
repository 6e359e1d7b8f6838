import { readdirSync, readlinkSync } from "node:fs";
import { type Clock, type StopTimer, systemClock } from "../../src/core/clock.ts";

/**
 * What this process has open beyond what it had when this was made: whatever keeps it alive, sockets that do not (a pool's, while they are
 * idle), and timers of the system's clock, which never do.
 */
export class Leftovers {
  readonly #before = countOf(openNow());
  readonly #timersBefore = new Set(timers.keys());

  /** One line for each kind that there is more of; for timers, where they were started. */
  get list(): string[] {
    const kinds = [...countOf(openNow())].filter(([kind, count]) => count > (this.#before.get(kind) ?? 0));
    const started = [...timers].filter(([timer]) => !this.#timersBefore.has(timer)).map(([, from]) => `timer ${from}`);
    return [...kinds.map(([kind, count]) => `${count} ${kind}`), ...started];
  }
}

function openNow(): string[] {
  return [...process.getActiveResourcesInfo(), ...sockets()];
}

/** Sockets among the open files of this process. Linux only; elsewhere there are none to be seen. */
function sockets(): string[] {
  const folder = "/proc/self/fd";
  try {
    return readdirSync(folder).flatMap((name) => kindOf(`${folder}/${name}`) ?? []);
  } catch {
    return [];
  }
}

function kindOf(descriptor: string): string | undefined {
  try {
    return readlinkSync(descriptor).startsWith("socket:") ? "socket" : undefined;
  } catch {
    // It was that of the listing itself.
    return undefined;
  }
}

function countOf(kinds: readonly string[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const kind of kinds) counts.set(kind, (counts.get(kind) ?? 0) + 1);
  return counts;
}

/** Timers of the system's clock that have neither run out nor been stopped, and where each was started. */
const timers = new Map<object, string>();

/** The system's clock is one object that everybody is given, so that looking on there sees every timer. */
function watchTimers(clock: Clock): void {
  const start = { after: clock.after.bind(clock), every: clock.every.bind(clock) };
  clock.after = (ms, run) => {
    const timer = {};
    const stop = start.after(ms, () => {
      timers.delete(timer);
      run();
    });
    return noted(stop, timer);
  };
  clock.every = (ms, run) => noted(start.every(ms, run), {});
}

function noted(stop: StopTimer, timer: object): StopTimer {
  timers.set(timer, callerIn(new Error("timer").stack ?? ""));
  return () => {
    timers.delete(timer);
    stop();
  };
}

/** The first line of a stack that is neither of this file nor of the clock. */
function callerIn(stack: string): string {
  const own = ["leftovers.ts", "core/clock.ts"];
  const line = stack.split("\n").find((each, at) => at > 0 && !own.some((file) => each.includes(file)));
  return line?.trim() ?? "at a place unknown";
}

watchTimers(systemClock);
