/** What a rule says of a value that is looked at again and again. Times are lengths in ms. */
export interface Threshold {
  /** Too much is what is more than that. */
  readonly above: number;
  /** Enough is what is no more than that: at most `above`. Between the two, what fires goes on and what does not stays quiet. */
  readonly clearAt: number;
  /** How long it must be too much before it fires. */
  readonly forMs: number;
  /** How long it must be enough before it no longer does. */
  readonly clearMs: number;
}

/** Somebody has seen it. `at` is wall time in ms. */
export interface Acknowledgement {
  readonly by: string;
  readonly at: number;
}

/**
 * Where an alert stands. Times are those of {@link Clock.monotonic}, in ms.
 *
 * - `ok`: nothing is wrong. Pending, or at once firing where `forMs` is 0, when the value is too much.
 * - `pending`: too much since `since`. Firing when that has lasted for `forMs`; ok with the first value that is not.
 * - `firing`: told of. `calmSince` is since when the value is enough, where it is; ok when that has lasted for `clearMs`. Forgets its
 *   acknowledgement with its end.
 */
export type AlertState =
  | { readonly kind: "ok" }
  | { readonly kind: "pending"; readonly since: number }
  | {
      readonly kind: "firing";
      readonly since: number;
      readonly calmSince: number | undefined;
      readonly acknowledged: Acknowledgement | undefined;
    };

/** Where every alert begins. */
export const ok: AlertState = { kind: "ok" };

/** What follows from a value; undefined where there is none, which is no reason to go on. Pure. */
export function nextState(
  state: AlertState,
  value: number | undefined,
  at: number,
  { above, clearAt, forMs, clearMs }: Threshold,
): AlertState {
  const isTooMuch = value !== undefined && value > above;
  const isEnough = value === undefined || value <= clearAt;
  switch (state.kind) {
    case "ok":
      if (!isTooMuch) return state;
      return forMs === 0 ? fired(at) : { kind: "pending", since: at };
    case "pending":
      if (!isTooMuch) return ok;
      return at - state.since >= forMs ? fired(at) : state;
    case "firing": {
      if (!isEnough) return state.calmSince === undefined ? state : { ...state, calmSince: undefined };
      const calmSince = state.calmSince ?? at;
      return at - calmSince >= clearMs ? ok : { ...state, calmSince };
    }
  }
}

function fired(since: number): AlertState {
  return { kind: "firing", since, calmSince: undefined, acknowledged: undefined };
}
