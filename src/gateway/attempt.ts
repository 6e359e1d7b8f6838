import type { Clock, StopTimer } from "../core/clock.ts";
import { GatewayError } from "../core/errors.ts";
import type { JsonObject } from "../core/json.ts";
import { type Call, type Notification, type Question, reaches } from "../protocol/call.ts";
import type { Answer } from "../protocol/json-rpc.ts";
import { Payload } from "../protocol/payload.ts";
import { relatedTo } from "../protocol/tasks.ts";
import type { CallAnswer } from "../upstream/connection.ts";
import type { Ask, Asked } from "../upstream/server-request.ts";
import type { Upstream } from "../upstream/upstream.ts";
import type { Conversation } from "./conversation.ts";
import { missingCapability } from "./failure.ts";
import type { Gateway } from "./gateway.ts";
import type { Inbound } from "./inbound.ts";
import { askCaller, isAskable, mayBeAsked, neededFor } from "./questions.ts";
import type { Target } from "./target.ts";

/**
 * Sends a call to one upstream and waits for its answer, as long as the upstream may take; the time in which a person is asked does not
 * count.
 *
 * @throws {GatewayError} `deadline_exceeded`; and what {@link Upstream.call} throws.
 */
export async function attempt(
  gateway: Gateway,
  inbound: Inbound,
  call: Call,
  { upstream, params }: Target,
  conversation: Conversation | undefined,
  task?: WaitedTask,
): Promise<CallAnswer> {
  const { controller } = inbound;
  const refused: Question[] = [];
  const ask = (question: Question): Promise<Answer> =>
    conversation?.ask(question) ?? askCaller(inbound, question, gateway.deps.clock, controller.signal);
  const stopLogs = call.logLevel === undefined ? undefined : followLogs(gateway, inbound, call, upstream);
  const limit = new Limit(
    gateway.deps.clock,
    inbound.isPatient === true ? undefined : upstream.options.timeoutMs,
    () => {
      controller.abort(tooLong(upstream));
    },
  );
  try {
    const outcome = await upstream.call(
      { ...call, params },
      {
        signal: controller.signal,
        onNotification: relay(inbound, call, conversation),
        asked: mayMatter(inbound, call) ? askedOf(inbound, call, { limit, ask, refused, task }) : undefined,
        lasting: inbound.lasting,
      },
    );
    return refused.length > 0 && inbound.codec.era === "modern" && hasFailed(outcome) ? wanting(refused) : outcome;
  } catch (thrown) {
    throw ofUpstream(thrown, upstream.name);
  } finally {
    limit.stop();
    stopLogs?.();
  }
}

/** The task that a call waits for: what the upstream asks for that task's sake is asked of this caller, who knows it by another id, or by none. */
export interface WaitedTask {
  readonly id: string;
  readonly exposed: string | undefined;
}

/** A length of time that can be interrupted; what follows an interruption begins anew. */
class Limit {
  readonly #clock: Clock;
  /** Undefined: without end. */
  readonly #ms: number | undefined;
  readonly #onEnd: () => void;
  #interruptions = 0;
  #stopTimer: StopTimer | undefined;

  constructor(clock: Clock, ms: number | undefined, onEnd: () => void) {
    this.#clock = clock;
    this.#ms = ms;
    this.#onEnd = onEnd;
    this.#start();
  }

  /** Runs something whose time does not count. */
  async interrupt<T>(run: () => Promise<T>): Promise<T> {
    this.#interruptions += 1;
    this.#stopTimer?.();
    try {
      return await run();
    } finally {
      this.#interruptions -= 1;
      if (this.#interruptions === 0) this.#start();
    }
  }

  #start(): void {
    if (this.#ms !== undefined) this.#stopTimer = this.#clock.after(this.#ms, this.#onEnd);
  }

  /** The last thing that is called. */
  stop(): void {
    this.#stopTimer?.();
    this.#interruptions = Number.POSITIVE_INFINITY;
  }
}

function tooLong({ name, options }: Upstream): GatewayError {
  const { timeoutMs } = options;
  return new GatewayError("deadline_exceeded", `The upstream "${name}" did not answer within ${timeoutMs} ms`, {
    data: { upstream: name, timeoutMs },
  });
}

/** Whether it makes a difference what is asked in the name of a call: to a caller that can be asked, or is told what was in vain. */
function mayMatter({ codec }: Inbound, { caller }: Call): boolean {
  return codec.era === "modern" || isAskable(caller.capabilities);
}

/** What is behind a question. */
interface Asking {
  readonly limit: Limit;
  readonly ask: Ask;
  readonly refused: Question[];
  readonly task: WaitedTask | undefined;
}

/** How the upstream's questions reach the caller of this call. */
function askedOf({ session }: Inbound, call: Call, { limit, ask, refused, task }: Asking): Asked {
  const { capabilities } = call.caller;
  return {
    caller: session ?? call,
    taskId: task?.id,
    may: (question) => mayBeAsked(capabilities, question),
    async ask(asked): Promise<Answer> {
      const question = task === undefined ? asked : { ...asked, params: relatedTo(asked.params, task.exposed) };
      const answer = await limit.interrupt(() => ask(question));
      if (task === undefined || answer.kind === "error") return answer;
      return { kind: "result", result: Payload.of(relatedTo(answer.result.value, task.id)) };
    },
    refused: (question) => {
      refused.push(question);
    },
  };
}

function hasFailed({ answer }: CallAnswer): boolean {
  return answer.kind === "error" || answer.result.value["isError"] === true;
}

/** The answer to a call that failed after its caller could not be asked something. A call that gets by without is not one of these. */
function wanting(refused: readonly Question[]): CallAnswer {
  const requiredCapabilities: JsonObject = Object.assign({}, ...refused.map(neededFor));
  const message = `The upstream needs to ask for ${refused.map(({ method }) => method).join(", ")}, which was not declared`;
  return { kind: "complete", answer: { kind: "error", error: missingCapability(message, requiredCapabilities) } };
}

/** Says whose failure it was, where it does not say so itself. */
function ofUpstream(thrown: unknown, upstream: string): unknown {
  if (!(thrown instanceof GatewayError) || thrown.code === "cancelled" || thrown.data?.["upstream"] !== undefined) {
    return thrown;
  }
  return new GatewayError(thrown.code, thrown.message, { data: { upstream, ...thrown.data }, cause: thrown });
}

function relay(
  inbound: Inbound,
  call: Call,
  conversation: Conversation | undefined,
): (notification: Notification) => void {
  return (notification) => {
    const isLog = notification.method === "notifications/message";
    if (isLog && (call.logLevel === undefined || !reaches(notification.params["level"], call.logLevel))) return;
    if (conversation === undefined) inbound.notify(notification);
    else conversation.notify(notification);
  };
}

/**
 * Log messages of an upstream that shares one stream between all calls do not say which call they belong to. A caller that has no other
 * way to get them is sent those that arrive while its call is under way: one without a session, or whose session has no stream open.
 */
function followLogs(gateway: Gateway, inbound: Inbound, call: Call, upstream: Upstream): (() => void) | undefined {
  const { session } = inbound;
  if (session?.hasLogFollower === true) return undefined;
  if (session !== undefined) session.hasLogFollower = true;
  const pass = relay(inbound, call, undefined);
  const unsubscribe = gateway.subscribe({
    route: { kind: "upstream", name: upstream.name },
    listsChanged: () => undefined,
    notification: (_upstream, notification) => {
      if (notification.method === "notifications/message" && session?.isListening !== true) pass(notification);
    },
    stopping: () => undefined,
  });
  return () => {
    unsubscribe();
    if (session !== undefined) session.hasLogFollower = false;
  };
}
