import type { Signal } from "./canceller.ts";
import type { Clock } from "./clock.ts";

/** A signal that fires when time is up or another signal fires; `stop` must be called when the work is over. */
export interface Deadline {
  readonly signal: AbortSignal;
  readonly stop: () => void;
}

/** A signal that fires with `reason()` after `ms`, or with `parent`'s reason when that fires. */
export function deadline(clock: Clock, ms: number, parent: Signal, reason: () => Error): Deadline {
  const controller = new AbortController();
  const stopTimer = clock.after(ms, () => {
    controller.abort(reason());
  });
  const follow = (): void => {
    controller.abort(parent.reason);
  };
  if (parent.aborted) follow();
  else parent.addEventListener("abort", follow);
  return {
    signal: controller.signal,
    stop() {
      stopTimer();
      parent.removeEventListener("abort", follow);
    },
  };
}
