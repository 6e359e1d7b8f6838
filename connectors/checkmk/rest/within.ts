import { timed } from "switchyard/connector";

/** Runs it, and ends it by its signal where it takes longer than so many ms in all, or where nobody waits any more. */
export function within<T>(
  timeoutMs: number,
  signal: AbortSignal,
  run: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  return timed(run, { timeoutMs, maxTimeoutMs: timeoutMs })(signal);
}
