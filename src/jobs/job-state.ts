/**
 * How a job stands.
 *
 * - `queued`: waits for its turn; entered when it is made and when it is resumed. Nothing of it begins.
 * - `running`: its operations begin one after another. Also after a restart, where it goes on by itself.
 * - `paused`: nothing more of it begins; what had begun goes on to its end, and is counted.
 * - `completed`: every operation has ended, each well or not.
 * - `failed`: it was given up before its end, because of an operation (`on_error: stop`) or its owner; `code` says why.
 * - `cancelled`: somebody wanted it no more.
 *
 * The last three never change.
 */
export type JobState =
  | { readonly kind: "queued" }
  | { readonly kind: "running" }
  | { readonly kind: "paused" }
  | { readonly kind: "completed" }
  | { readonly kind: "failed"; readonly code: string }
  | { readonly kind: "cancelled" };

export type JobInput =
  | { readonly kind: "begun" }
  | { readonly kind: "paused" }
  | { readonly kind: "resumed" }
  | { readonly kind: "cancelled" }
  | { readonly kind: "all_ended" }
  | { readonly kind: "given_up"; readonly code: string };

/** The names of the states. */
export const jobKinds = ["queued", "running", "paused", "completed", "failed", "cancelled"] as const;

/** Whether a job in this state will never change again. */
export function isOver({ kind }: JobState): boolean {
  return kind === "completed" || kind === "failed" || kind === "cancelled";
}

/** Whether operations of a job in this state may begin. */
export function isDue({ kind }: JobState): boolean {
  return kind === "queued" || kind === "running";
}

/** A job's whole behaviour. Pure. What does not fit a state leaves it as it is: the same object. */
export function nextState(state: JobState, input: JobInput): JobState {
  if (isOver(state)) return state;
  switch (input.kind) {
    case "begun":
      return state.kind === "queued" ? { kind: "running" } : state;
    case "paused":
      return state.kind === "paused" ? state : { kind: "paused" };
    case "resumed":
      return state.kind === "paused" ? { kind: "queued" } : state;
    case "cancelled":
      return { kind: "cancelled" };
    case "all_ended":
      return { kind: "completed" };
    case "given_up":
      return { kind: "failed", code: input.code };
  }
}
