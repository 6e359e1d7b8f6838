/**
 * How one operation of a job stands.
 *
 * - `waiting`: has not begun, or failed in a way that another attempt may mend.
 * - `running`: was noted as begun before its call was made. Found so by a later process, it was in flight when the earlier one ended.
 * - `succeeded`, `failed`: ended, and kept with what it answered. They never change.
 *
 * `attempts` counts those that began. What of a job that is over did not end counts as cancelled: no row says so.
 */
export type OperationState =
  | { readonly kind: "waiting"; readonly attempts: number }
  | { readonly kind: "running"; readonly attempts: number }
  | { readonly kind: "succeeded"; readonly attempts: number }
  | { readonly kind: "failed"; readonly attempts: number; readonly code: string };

export type OperationInput =
  | { readonly kind: "begun" }
  | { readonly kind: "succeeded" }
  /** `isFinal` where no other attempt is to be made. */
  | { readonly kind: "failed"; readonly code: string; readonly isFinal: boolean }
  /** The process that made the call is gone; whether the call may simply be made again. */
  | { readonly kind: "lost"; readonly isRepeatable: boolean };

export const operationKinds = ["waiting", "running", "succeeded", "failed"] as const;

/** Whether it will never change again. */
export function hasEnded({ kind }: OperationState): boolean {
  return kind === "succeeded" || kind === "failed";
}

/** An operation's whole behaviour. Pure. What does not fit a state leaves it as it is: the same object. */
export function nextState(state: OperationState, input: OperationInput): OperationState {
  const { attempts } = state;
  switch (input.kind) {
    case "begun":
      return state.kind === "waiting" ? { kind: "running", attempts: attempts + 1 } : state;
    case "succeeded":
      return state.kind === "running" ? { kind: "succeeded", attempts } : state;
    case "failed":
      // Also one that never begins, as it needs another that failed.
      if (hasEnded(state)) return state;
      return input.isFinal ? { kind: "failed", attempts, code: input.code } : { kind: "waiting", attempts };
    case "lost":
      if (state.kind !== "running") return state;
      return input.isRepeatable ? { kind: "waiting", attempts } : { kind: "failed", attempts, code: "outcome_unknown" };
  }
}
