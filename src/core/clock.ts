/** Stops a timer; safe to call at any time and twice. */
export type StopTimer = () => void;

/** The only source of time: given to whatever needs it, so that tests can move it by hand. */
export interface Clock {
  /** Wall time in ms since 1970; may jump. */
  now(): number;
  /** Time in ms from an arbitrary start; never goes back. */
  monotonic(): number;
  /** Calls `run` once after `ms`. The timer does not keep the process alive. */
  after(ms: number, run: () => void): StopTimer;
  /** Calls `run` every `ms`. The timer does not keep the process alive. */
  every(ms: number, run: () => void): StopTimer;
}

/** Longest time that a timer can be set for, in ms: a longer one would run out at once. */
export const longestTimerMs = 2 ** 31 - 1;

/** The machine's clock. */
export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  after(ms, run) {
    const timer = setTimeout(run, ms).unref();
    return () => {
      clearTimeout(timer);
    };
  },
  every(ms, run) {
    const timer = setInterval(run, ms).unref();
    return () => {
      clearInterval(timer);
    };
  },
};
