import type { Signal } from "../core/canceller.ts";
import type { CallPolicy } from "../policy/call-policy.ts";
import type { Call, Notification } from "../protocol/call.ts";
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
  /** What the upstream itself calls the tool that is called; undefined for other calls. */
  readonly tool: string | undefined;
  /** What goes for this call, as it is configured. */
  readonly policy: CallPolicy;
  /** Whether it is made in place of another: nothing then takes its place. */
  readonly isFallback: boolean;
  /** The way to a caller that is asked by ending its request. */
  readonly conversation: Conversation | undefined;
  /** The task that the call waits for. */
  readonly task: WaitedTask | undefined;
  /** Ends the attempt, with the reason: the caller's wish, or a stage's. */
  readonly signal: Signal;
  /** What watches over its time. Undefined outside the deadline. */
  readonly limit: TimeLimit | undefined;
  /** Told when the upstream asks the caller something, also in vain: the answer is then this caller's alone. */
  readonly asking?: () => void;
}

/** What watches over the time that a call takes. */
export interface TimeLimit {
  /** Runs something whose time does not count, and for which the call gives up its slot at the upstream: a person is asked. */
  interrupt<T>(run: () => Promise<T>): Promise<T>;
  /** Waits for something that says nothing of the upstream: it is no silence of its. */
  queued<T>(waiting: Promise<T>): Promise<T>;
  /** Takes note of what the upstream tells of the call; whether that goes on to the caller. */
  heard(notification: Notification): boolean;
  /** Takes note that the call has a slot at the upstream. */
  took(slot: Slot): void;
  /** Gives that slot back, unless it is given up already. */
  release(): void;
}

/** One of the places that an upstream has for calls. */
export interface Slot {
  leave(): void;
  /** Takes a place again, whether or not one is free. */
  enterAnew(): void;
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
