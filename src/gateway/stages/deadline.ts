import { Canceller } from "../../core/canceller.ts";
import type { Clock, StopTimer } from "../../core/clock.ts";
import { GatewayError } from "../../core/errors.ts";
import { Durations, waitText } from "../../policy/durations.ts";
import { RisingProgress } from "../../policy/progress.ts";
import { TimeLimit as Limit, type TimeUp, maxTimeoutDefaultMs } from "../../policy/time-limit.ts";
import type { Notification } from "../../protocol/call.ts";
import type { CallAnswer } from "../../upstream/connection.ts";
import { tellProgress } from "../observe.ts";
import type { Next, Passage, Slot, Stage, TimeLimit } from "../pipeline.ts";

/** How often a caller that wants progress is told that there is life, where the upstream does not say so, in ms. */
const beatMs = 10_000;

/**
 * Ends a call whose upstream gives no sign of life for too long, or that takes too long in all: with `deadline_exceeded`, which cancels it at the
 * upstream. The time in which a person is asked does not count. Callers that want progress are told of it in between, never backwards.
 *
 * It ends what is inside of it, not the request: whatever is around it can still answer.
 */
export function deadlineStage(clock: Clock): Stage {
  const durations = new Durations();
  return {
    name: "deadline",
    around: (next) => (passage) =>
      passage.inbound.isPatient === true ? next(passage) : limited(clock, durations, next, passage),
  };
}

async function limited(clock: Clock, durations: Durations, next: Next, passage: Passage): Promise<CallAnswer> {
  const { signal } = passage;
  const watch = new Watch(clock, durations, passage);
  const follow = (): void => {
    watch.controller.abort(signal.reason);
  };
  if (signal.aborted) follow();
  else signal.addEventListener("abort", follow);
  try {
    const outcome = await next({ ...passage, limit: watch, signal: watch.controller.signal });
    watch.succeeded();
    return outcome;
  } finally {
    watch.stop();
    signal.removeEventListener("abort", follow);
  }
}

/** What watches over one call. */
class Watch implements TimeLimit {
  readonly controller = new Canceller();
  readonly #clock: Clock;
  readonly #durations: Durations;
  readonly #passage: Passage;
  readonly #begunAt: number;
  readonly #limit: Limit;
  readonly #stopBeats: StopTimer | undefined;
  #rising: RisingProgress | undefined;
  /** When the caller was last told something. */
  #toldAt: number;
  #questions = 0;
  /** The slot that the call has; while a person is asked, the one that it had. */
  #slot: Slot | undefined;
  /** Whether its duration says how long the upstream takes. */
  #isMeasured = true;

  constructor(clock: Clock, durations: Durations, passage: Passage) {
    this.#clock = clock;
    this.#durations = durations;
    this.#passage = passage;
    this.#begunAt = clock.monotonic();
    this.#toldAt = this.#begunAt;
    const { policy, target, call } = passage;
    const { timeoutMs = target.upstream.options.timeoutMs, maxTimeoutMs = maxTimeoutDefaultMs } = policy;
    const limits = { timeoutMs, maxTimeoutMs: Math.max(timeoutMs, maxTimeoutMs) };
    this.#limit = new Limit(clock, limits, (which) => {
      this.controller.abort(tooLong(passage, which, which === "silent" ? timeoutMs : limits.maxTimeoutMs));
    });
    if (call.progressToken === undefined) return;
    this.#stopBeats = clock.every(beatMs, () => {
      this.#beat();
    });
  }

  async interrupt<T>(run: () => Promise<T>): Promise<T> {
    const slot = this.#slot;
    this.#isMeasured = false;
    this.#questions += 1;
    if (this.#questions === 1) slot?.leave();
    try {
      return await this.#limit.held(run);
    } finally {
      this.#questions -= 1;
      // The call may be over, or be made again, by the time that somebody answers.
      if (this.#questions === 0 && this.#slot === slot) slot?.enterAnew();
    }
  }

  took(slot: Slot): void {
    this.#slot = slot;
  }

  release(): void {
    const slot = this.#slot;
    this.#slot = undefined;
    if (this.#questions === 0) slot?.leave();
  }

  queued<T>(waiting: Promise<T>): Promise<T> {
    this.#isMeasured = false;
    return this.#limit.queued(waiting);
  }

  heard({ method, params }: Notification): boolean {
    this.#limit.sign();
    const { progress, total } = params;
    // What is malformed is the caller's to judge.
    if (method !== "notifications/progress" || typeof progress !== "number") return true;
    this.#rising ??= new RisingProgress();
    const end = typeof total === "number" ? total : undefined;
    if (!this.#rising.takes(progress, end)) return false;
    this.#toldAt = this.#clock.monotonic();
    const { gateway, inbound } = this.#passage;
    if (inbound.record !== undefined) tellProgress(gateway, inbound.record, inbound.principal, progress, end);
    return true;
  }

  /** Takes note that there was an answer. */
  succeeded(): void {
    if (this.#isMeasured) this.#durations.add(thingOf(this.#passage), this.#clock.monotonic() - this.#begunAt);
  }

  stop(): void {
    this.#limit.stop();
    this.#stopBeats?.();
  }

  #beat(): void {
    const at = this.#clock.monotonic();
    if (this.#questions > 0 || at - this.#toldAt < beatMs) return;
    this.#toldAt = at;
    this.#rising ??= new RisingProgress();
    const { progress, total } = this.#rising.beat();
    const { inbound, call, conversation } = this.#passage;
    const message = waitText(at - this.#begunAt, this.#durations.usual(thingOf(this.#passage)));
    const params = {
      progressToken: call.progressToken,
      progress,
      ...(total !== undefined && { total }),
      message,
    };
    const way = conversation ?? inbound;
    way.notify({ method: "notifications/progress", params });
  }
}

/** What it is whose usual time is known: a tool, or all other requests of a kind. */
function thingOf({ target, tool, inbound }: Passage): string {
  return `${target.upstream.name}\n${tool ?? inbound.method}`;
}

function tooLong({ target: { upstream } }: Passage, which: TimeUp, timeoutMs: number): GatewayError {
  const { name } = upstream;
  const message =
    which === "silent"
      ? `The upstream "${name}" did not answer within ${timeoutMs} ms`
      : `The upstream "${name}" went on giving signs of life, but did not answer within ${timeoutMs} ms in all`;
  return new GatewayError("deadline_exceeded", message, { data: { upstream: name, timeoutMs } });
}
