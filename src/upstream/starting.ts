import type { Gate } from "../core/gate.ts";
import type { UpstreamTarget } from "./options.ts";

/** Resolves when one more child may be started, with what to call when it has started; where none is started, at once. */
export function turnToStart(
  starting: Gate | undefined,
  { kind }: UpstreamTarget,
  signal: AbortSignal,
): Promise<() => void> {
  if (starting === undefined || kind !== "stdio" || signal.aborted) return Promise.resolve(() => undefined);
  // Closing ends the wait; whoever goes on then finds that there is nothing to start any more.
  return starting.enter(signal).catch(() => () => undefined);
}
