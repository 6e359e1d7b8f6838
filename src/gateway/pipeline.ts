import type { Call } from "../protocol/call.ts";
import type { CallAnswer } from "../upstream/connection.ts";
import type { Conversation } from "./conversation.ts";
import type { Gateway } from "./gateway.ts";
import type { Inbound } from "./inbound.ts";
import type { Target } from "./target.ts";

/** The order of stages, outermost first. A call passes those that its gateway has: see `carry.ts`. */
export const stageNames = [
  "observe",
  "authorize",
  "rate_limit",
  "validate",
  "idempotency",
  "cache",
  "fallback",
  "deadline",
  "retry",
  "breaker",
  "bulkhead",
  "attempt",
] as const;

export type StageName = (typeof stageNames)[number];

/** One call on its way to one upstream. Stages may pass on another one than they were given: never change one. */
export interface Passage {
  readonly gateway: Gateway;
  readonly inbound: Inbound;
  /** As the caller sent it; `target.params` is what goes to the upstream. */
  readonly call: Call;
  readonly target: Target;
  /** The way to a caller that is asked by ending its request. */
  readonly conversation: Conversation | undefined;
  /** The task that the call waits for. */
  readonly task: WaitedTask | undefined;
  /** Ends the attempt, with the reason: the caller's wish, or a stage's. */
  readonly signal: AbortSignal;
  /** How long it may take; the time in which a person is asked does not count. Undefined outside the deadline. */
  readonly limit: TimeLimit | undefined;
}

/** A length of time that can be interrupted; what follows an interruption begins anew. */
export interface TimeLimit {
  /** Runs something whose time does not count. */
  interrupt<T>(run: () => Promise<T>): Promise<T>;
}

/** The task that a call waits for: what the upstream asks for that task's sake is asked of this caller, who knows it by another id, or by none. */
export interface WaitedTask {
  readonly id: string;
  readonly exposed: string | undefined;
}

/** Takes a call on from some stage to its answer. */
export type Next = (passage: Passage) => Promise<CallAnswer>;

/**
 * One stage: decides something about each call, and passes it on or does not.
 *
 * `around` is called once, when the stages are joined; the function that it makes is called for every call, so it makes no closures that
 * it could have made before.
 */
export interface Stage {
  readonly name: StageName;
  readonly around: (next: Next) => Next;
}

const end: Next = () => {
  throw new TypeError("The last stage passed the call on");
};

/** The stages as one function, the first outermost; each leaves its mark in the call's record. */
export function joined(stages: readonly Stage[]): Next {
  return stages.reduceRight<Next>((next, { name, around }) => {
    const run = around(next);
    return (passage) => {
      const { gateway, inbound } = passage;
      inbound.record?.enter(name, gateway.deps.clock.monotonic());
      return run(passage);
    };
  }, end);
}
