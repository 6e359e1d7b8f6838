import type { JsonObject } from "../../core/json.ts";
import { type Call, type Notification, type Question, reaches } from "../../protocol/call.ts";
import type { Answer } from "../../protocol/json-rpc.ts";
import { Payload } from "../../protocol/payload.ts";
import { relatedTo } from "../../protocol/tasks.ts";
import type { CallAnswer, CallOptions } from "../../upstream/connection.ts";
import type { Ask, Asked } from "../../upstream/server-request.ts";
import type { Upstream } from "../../upstream/upstream.ts";
import { metaFor } from "../caller-key.ts";
import { missingCapability } from "../failure.ts";
import type { Gateway } from "../gateway.ts";
import type { Inbound } from "../inbound.ts";
import type { Passage, Stage } from "../pipeline.ts";
import { askCaller, isAskable, mayBeAsked, neededFor } from "../questions.ts";

/** Sends a call to its upstream once, and waits for the answer. Does not pass it on. */
export const attempt: Stage = { name: "attempt", around: () => send };

function send(passage: Passage): Promise<CallAnswer> {
  const { inbound, call, target } = passage;
  if (inbound.record !== undefined) inbound.record.attempts += 1;
  return call.logLevel !== undefined || mayMatter(passage)
    ? sendListening(passage)
    : target.upstream.call(sentCall(passage), optionsFor(passage, undefined));
}

function sentCall({ inbound, call, target: { upstream, params } }: Passage): Call {
  return { ...call, params, meta: metaFor(call, upstream.options.target, inbound.principal.id) };
}

function optionsFor(passage: Passage, asked: Asked | undefined): CallOptions {
  return { signal: passage.signal, onNotification: relay(passage), asked, lasting: passage.inbound.lasting };
}

/** Likewise, where somebody wants to know of logs or of questions meanwhile. */
async function sendListening(passage: Passage): Promise<CallAnswer> {
  const { gateway, inbound, call, target } = passage;
  const { upstream } = target;
  const refused: Question[] = [];
  const stopLogs = call.logLevel === undefined ? undefined : followLogs(gateway, inbound, call, upstream);
  try {
    const asked = mayMatter(passage) ? askedOf(passage, refused) : undefined;
    const outcome = await upstream.call(sentCall(passage), optionsFor(passage, asked));
    return refused.length > 0 && inbound.codec.era === "modern" && hasFailed(outcome) ? wanting(refused) : outcome;
  } finally {
    stopLogs?.();
  }
}

/**
 * Whether it makes a difference what is asked in the name of a call: to a caller that can be asked, or is told what was in vain; to a stage that
 * wants to know.
 */
function mayMatter({ inbound, call, asking }: Passage): boolean {
  return inbound.codec.era === "modern" || isAskable(call.caller.capabilities) || asking !== undefined;
}

/** How the upstream's questions reach the caller of this call. */
function askedOf(
  { gateway, inbound, call, conversation, signal, task, limit, asking }: Passage,
  refused: Question[],
): Asked {
  const { capabilities } = call.caller;
  const ask: Ask = (question) =>
    conversation?.ask(question) ?? askCaller(inbound, question, gateway.deps.clock, signal);
  return {
    caller: inbound.session ?? call,
    taskId: task?.id,
    may: (question) => mayBeAsked(capabilities, question),
    async ask(asked): Promise<Answer> {
      asking?.();
      noteAsked(inbound);
      const question = task === undefined ? asked : { ...asked, params: relatedTo(asked.params, task.exposed) };
      const answer = await (limit?.interrupt(() => ask(question)) ?? ask(question));
      if (task === undefined || answer.kind === "error") return answer;
      return { kind: "result", result: Payload.of(relatedTo(answer.result.value, task.id)) };
    },
    refused: (question) => {
      asking?.();
      noteAsked(inbound);
      refused.push(question);
    },
  };
}

function noteAsked({ record }: Inbound): void {
  if (record !== undefined) record.questions += 1;
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

function relay({
  inbound,
  call,
  conversation,
  limit,
}: Pick<Passage, "inbound" | "call" | "conversation" | "limit">): (notification: Notification) => void {
  return (notification) => {
    if (limit?.heard(notification) === false) return;
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
  const pass = relay({ inbound, call, conversation: undefined, limit: undefined });
  const unsubscribe = gateway.subscribe({
    route: { kind: "upstream", name: upstream.name },
    principal: inbound.principal,
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
