import type { Clock } from "../core/clock.ts";
import { GatewayError } from "../core/errors.ts";

/** When a breaker opens, and how it finds out whether it may close. */
export interface BreakerOptions {
  /** Failures in a row that open it. A whole number from 1. Default 5. */
  readonly failures?: number;
  /** How long it stays open before calls probe the upstream, in ms. A whole number from 1. Default 60 000. */
  readonly openMs?: number;
  /** Probes that may be under way at once while it is half open, and that must all succeed to close it. A whole number from 1. Default 3. */
  readonly probes?: number;
}

export const breakerDefaults = { failures: 5, openMs: 60_000, probes: 3 } as const satisfies Required<BreakerOptions>;

/**
 * Where a breaker stands. Times are those of {@link Clock.monotonic}, in ms.
 *
 * - `closed`: every call goes through; `failures` have come in a row. Opens when there are too many.
 * - `open`: no call goes through. Half open when `openMs` have passed.
 * - `half_open`: `left` more probes may begin; `succeeded` have ended well. Closed when all have, open again when one fails.
 * - `isolated`: held open by an operator; nothing but the operator ends that.
 *
 * `cycles` counts how often in a row a half-open breaker opened again.
 */
export type BreakerState =
  | { readonly kind: "closed"; readonly failures: number }
  | { readonly kind: "open"; readonly openedAt: number; readonly cycles: number }
  | { readonly kind: "half_open"; readonly left: number; readonly succeeded: number; readonly cycles: number }
  | { readonly kind: "isolated" };

/** What moves a breaker. `returned` is a probe that ended without saying anything of the upstream: its caller left, or was wrong. */
export type BreakerInput =
  | { readonly kind: "due" | "probed" | "succeeded" | "returned" | "isolated" | "released" }
  | { readonly kind: "failed"; readonly at: number };

/** The whole behaviour of a breaker. Pure. An input that makes no sense in a state changes nothing. */
export function nextState(
  state: BreakerState,
  input: BreakerInput,
  { failures, probes }: Required<BreakerOptions>,
): BreakerState {
  if (input.kind === "isolated") return { kind: "isolated" };
  switch (state.kind) {
    case "closed":
      if (input.kind === "succeeded") return state.failures === 0 ? state : closed;
      if (input.kind !== "failed") return state;
      return state.failures + 1 < failures
        ? { kind: "closed", failures: state.failures + 1 }
        : { kind: "open", openedAt: input.at, cycles: 0 };
    case "open":
      return input.kind === "due" ? { kind: "half_open", left: probes, succeeded: 0, cycles: state.cycles } : state;
    case "half_open":
      return afterProbe(state, input, probes);
    case "isolated":
      return input.kind === "released" ? closed : state;
  }
}

const closed: BreakerState = { kind: "closed", failures: 0 };

function afterProbe(
  state: Extract<BreakerState, { kind: "half_open" }>,
  input: BreakerInput,
  probes: number,
): BreakerState {
  const { left, succeeded, cycles } = state;
  switch (input.kind) {
    case "probed":
      return { ...state, left: Math.max(0, left - 1) };
    case "returned":
      return { ...state, left: Math.min(probes, left + 1) };
    case "succeeded":
      return succeeded + 1 < probes ? { ...state, succeeded: succeeded + 1 } : closed;
    case "failed":
      return { kind: "open", openedAt: input.at, cycles: cycles + 1 };
    case "due":
    case "isolated":
    case "released":
      return state;
  }
}

/** How a call that was let through ended, as far as it says something of the upstream. */
export type BreakerOutcome = "succeeded" | "failed" | "returned";

/** What a call that was let through must give back with its outcome: when it was let through, in changes of state. */
export type BreakerPass = number;

/**
 * Stops calling an upstream that keeps failing, so that callers fail fast and it can recover.
 *
 * One breaker guards one upstream. A closed one costs a call two comparisons and no memory. A call that ends after the breaker has changed
 * its mind in between changes nothing.
 */
export class Breaker {
  readonly #options: Required<BreakerOptions>;
  readonly #clock: Clock;
  readonly #onChange: (state: BreakerState) => void;
  #state: BreakerState = closed;
  /** How often the kind of state has changed. */
  #changes = 0;

  /** @throws {RangeError} where an option is not a whole number from 1. */
  constructor(options: BreakerOptions, clock: Clock, onChange: (state: BreakerState) => void) {
    this.#options = { ...breakerDefaults, ...options };
    for (const [name, value] of Object.entries(this.#options)) {
      if (!Number.isInteger(value) || value < 1) {
        throw new RangeError(`breaker.${name} must be a whole number from 1, got ${value}`);
      }
    }
    this.#clock = clock;
    this.#onChange = onChange;
  }

  get state(): BreakerState {
    return this.#state;
  }

  /** In how many ms a probe may be tried; 0 where a call may go now, undefined while an operator holds it open. */
  get retryAfterMs(): number | undefined {
    const state = this.#state;
    if (state.kind === "isolated") return undefined;
    if (state.kind !== "open") return 0;
    return Math.max(0, state.openedAt + this.#options.openMs - this.#clock.monotonic());
  }

  /**
   * Lets a call through, which must end in {@link leave}.
   *
   * @throws {GatewayError} `breaker_open`, `upstream_isolated` — it does not; `data.retryAfterMs` says when it may.
   */
  enter(): BreakerPass {
    if (this.#state.kind !== "closed") this.#probe();
    return this.#changes;
  }

  /** Takes note of how a call ended that was let through. */
  leave(pass: BreakerPass, outcome: BreakerOutcome): void {
    if (pass !== this.#changes) return;
    if (outcome === "failed") this.#move({ kind: "failed", at: this.#clock.monotonic() });
    else this.#move({ kind: outcome });
  }

  /** Holds it open until {@link release}. */
  isolate(): void {
    this.#move({ kind: "isolated" });
  }

  /** Closes it, where an operator held it open. */
  release(): void {
    this.#move({ kind: "released" });
  }

  /** Forgets all that was: for an upstream that was connected anew. Isolation stays. */
  reset(): void {
    if (this.#state.kind === "isolated" || this.#state === closed) return;
    this.#become(closed);
  }

  #probe(): void {
    const { retryAfterMs } = this;
    if (retryAfterMs === undefined) {
      throw new GatewayError("upstream_isolated", "An operator has isolated the upstream: no call goes through");
    }
    if (retryAfterMs === 0) this.#move({ kind: "due" });
    const state = this.#state;
    if (state.kind === "half_open" && state.left > 0) {
      this.#move({ kind: "probed" });
      return;
    }
    if (state.kind === "closed") return;
    throw new GatewayError("breaker_open", "The upstream has failed too often in a row and is left alone for a while", {
      data: { retryAfterMs },
    });
  }

  #move(input: BreakerInput): void {
    this.#become(nextState(this.#state, input, this.#options));
  }

  #become(next: BreakerState): void {
    const before = this.#state;
    this.#state = next;
    if (before.kind === next.kind) return;
    this.#changes += 1;
    this.#onChange(next);
  }
}
