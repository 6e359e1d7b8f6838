import type { Clock } from "../core/clock.ts";
import type { ErrorCode } from "../core/error-table.ts";
import { GatewayError } from "../core/errors.ts";
import type { FactSink } from "../events/fact.ts";
import { Breaker, type BreakerOptions, type BreakerPass, type BreakerState } from "../policy/breaker.ts";
import { type Problem, problemOf } from "./state.ts";

/** Half-open cycles in a row after which an upstream is given up, until somebody enables it. */
export const maxCycles = 3;

/** What guards an upstream's calls tell it. */
export interface CallGuardDeps {
  readonly clock: Clock;
  readonly upstream: string;
  readonly breaker: BreakerOptions;
  readonly events: FactSink | undefined;
  /** An answer came, a well-formed error included. */
  readonly answered: () => void;
  /** Calls fail so often that none is let through for a while. */
  readonly worsened: (problem: Problem) => void;
  /** Calls go through again. */
  readonly improved: () => void;
  /** That has come to nothing {@link maxCycles} times in a row. */
  readonly gaveUp: (problem: Problem) => void;
}

/** Lets calls through to one upstream for as long as it makes sense, and learns from how they end. */
export class CallGuard {
  readonly #deps: CallGuardDeps;
  readonly #breaker: Breaker;

  constructor(deps: CallGuardDeps) {
    this.#deps = deps;
    this.#breaker = new Breaker(deps.breaker, deps.clock, (state) => {
      this.#moved(state);
    });
  }

  get state(): BreakerState {
    return this.#breaker.state;
  }

  /**
   * Lets a call through, if one may be made now. It must end in {@link succeeded} or {@link failed}.
   *
   * Taken apart like this, rather than wrapped around the call, because every call passes here.
   *
   * @throws {GatewayError} `breaker_open`, `upstream_isolated`.
   */
  enter(): BreakerPass {
    return this.#breaker.enter();
  }

  /** Takes note that a call was answered, a well-formed error included. */
  succeeded(pass: BreakerPass): void {
    this.#deps.answered();
    this.#breaker.leave(pass, "succeeded");
  }

  /** Takes note that a call came to nothing. */
  failed(pass: BreakerPass, thrown: unknown): void {
    this.#breaker.leave(pass, isUpstreamFailure(thrown) ? "failed" : "returned");
  }

  /** Lets nothing through until {@link release}. */
  isolate(): void {
    this.#breaker.isolate();
  }

  /** Lets calls through again that an operator held back. */
  release(): void {
    this.#breaker.release();
  }

  /** Forgets earlier failures, as somebody has seen to them. */
  reset(): void {
    this.#breaker.reset();
  }

  #moved(state: BreakerState): void {
    const { events, upstream, worsened, improved, gaveUp } = this.#deps;
    const cycles = "cycles" in state ? state.cycles : 0;
    events?.append({ type: breakerFacts[state.kind], upstream, cycles });
    if (state.kind === "closed") improved();
    if (state.kind !== "open") return;
    const message = "Calls to it failed several times in a row, so that none is let through for a while";
    const problem = problemOf(new GatewayError("breaker_open", message), "breaker");
    if (cycles >= maxCycles) gaveUp(problem);
    else worsened(problem);
  }
}

/**
 * Failures of a call that are the upstream's own. What its caller did wrong, wants no more, or is not let do, is none; and one that cannot be
 * reached is the supervisor's to look after.
 */
const upstreamFailures: ReadonlySet<ErrorCode> = new Set([
  "upstream_disconnected",
  "upstream_protocol_error",
  "upstream_unresponsive",
  "deadline_exceeded",
]);

/** A session that was forgotten is begun anew at once: that says nothing of the next call. */
function isUpstreamFailure(thrown: unknown): boolean {
  if (!(thrown instanceof GatewayError) || thrown.data?.["stage"] === "session") return false;
  return upstreamFailures.has(thrown.code);
}

const breakerFacts = {
  open: "breaker.opened",
  half_open: "breaker.half_opened",
  closed: "breaker.closed",
  isolated: "breaker.isolated",
} as const satisfies Record<BreakerState["kind"], string>;
