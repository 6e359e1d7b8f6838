import type { Signal } from "../../core/canceller.ts";
import type { Clock } from "../../core/clock.ts";

/** Waits so many ms, or until `signal` fires. */
export async function pause(clock: Clock, ms: number, signal: Signal): Promise<void> {
  if (signal.aborted) return;
  const { promise, resolve } = Promise.withResolvers<void>();
  const wake = (): void => {
    resolve();
  };
  const stopTimer = clock.after(ms, wake);
  signal.addEventListener("abort", wake);
  await promise;
  stopTimer();
  signal.removeEventListener("abort", wake);
}
