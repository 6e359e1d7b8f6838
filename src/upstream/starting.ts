import type { Gate } from "../core/gate.ts";
import type { UpstreamTarget } from "./options.ts";

/** What says when something may be started on this machine. */
export interface Starting {
  /** Lets only so many children start at once; without, all do. */
  readonly starting?: Gate;
  /** Nothing is started on this machine before it has resolved. Default: at once. */
  readonly startAfter?: Promise<void>;
}

/**
 * Resolves when a child or a connector may be started, with what to call when it has started; for what runs elsewhere, at once. Closing ends
 * the wait; whoever goes on then finds that there is nothing to start any more.
 */
export async function turnToStart(
  { starting, startAfter }: Starting,
  { kind }: UpstreamTarget,
  signal: AbortSignal,
): Promise<() => void> {
  const isHere = kind === "stdio" || kind === "connector";
  if (isHere && startAfter !== undefined) await unlessAborted(startAfter, signal);
  if (starting === undefined || kind !== "stdio" || signal.aborted) return () => undefined;
  return starting.enter(signal).catch(() => () => undefined);
}

/** Resolves with the promise, or when the signal fires. */
async function unlessAborted(promise: Promise<void>, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return;
  const aborted = Promise.withResolvers<void>();
  const stop = (): void => {
    aborted.resolve();
  };
  signal.addEventListener("abort", stop);
  await Promise.race([promise, aborted.promise]);
  signal.removeEventListener("abort", stop);
}
