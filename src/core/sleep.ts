import type { Signal } from "./canceller.ts";
import type { Clock } from "./clock.ts";

/** Resolves after `ms`, or as soon as the signal fires; leaves neither timer nor listener. */
export async function sleep(clock: Clock, ms: number, signal: Signal): Promise<void> {
  if (signal.aborted) return;
  const { promise, resolve } = Promise.withResolvers<void>();
  const stopTimer = clock.after(ms, resolve);
  const wake = (): void => {
    resolve();
  };
  signal.addEventListener("abort", wake);
  await promise;
  stopTimer();
  signal.removeEventListener("abort", wake);
}
