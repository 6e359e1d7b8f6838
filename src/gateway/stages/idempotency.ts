import type { Signal } from "../../core/canceller.ts";
import type { Clock } from "../../core/clock.ts";
import { GatewayError } from "../../core/errors.ts";
import { isJsonObject } from "../../core/json.ts";
import { type Ending, Idempotency } from "../../policy/idempotency.ts";
import type { IdempotencyStore } from "../../policy/idempotency-store.ts";
import type { RpcError } from "../../protocol/json-rpc.ts";
import { Payload } from "../../protocol/payload.ts";
import type { CallAnswer } from "../../upstream/connection.ts";
import { idempotencyKey } from "../idempotency-key.ts";
import type { Next, Passage, Stage } from "../pipeline.ts";
import { isHarmless } from "./retry.ts";

/** Longest key, in characters. */
const maxKey = 200;

/**
 * Makes a tool call that has a key in its `_meta` at most once: whoever repeats it is given the first answer. Such a call does not end when its
 * caller loses its connection, as the repetition is to be answered; it does when its caller cancels it.
 *
 * Calls whose key was used otherwise fail with `idempotency_conflict`, `outcome_unknown`; with a key that is none, `invalid_params`.
 */
export function idempotencyStage(clock: Clock, store: IdempotencyStore): Stage {
  const idempotency = new Idempotency<CallAnswer>({}, clock, store, { write: textOf, read: answerIn });
  return {
    name: "idempotency",
    around: (next) => (passage) => {
      const { call, tool, isFallback } = passage;
      const { entrance } = passage.inbound.origin;
      const isOfJob = entrance === "job" || entrance === "schedule";
      const key = call.meta?.[idempotencyKey];
      // A job knows of its operations what became of them, and repeats one whose key it hands on to the upstream.
      if (key === undefined || tool === undefined || isFallback || isOfJob) return next(passage);
      return typeof key === "string" && key !== "" && key.length <= maxKey
        ? once(idempotency, key, tool, next, passage)
        : Promise.reject(
            new GatewayError("invalid_params", `_meta["${idempotencyKey}"] must be text of 1 to ${maxKey} characters`),
          );
    },
  };
}

async function once(
  idempotency: Idempotency<CallAnswer>,
  key: string,
  tool: string,
  next: Next,
  passage: Passage,
): Promise<CallAnswer> {
  const { inbound, signal, target } = passage;
  const given = target.params["arguments"] ?? {};
  const call = { principal: inbound.principal.id, upstream: target.upstream.name, tool, key, given };
  const { answer, isRepeated } = await unlessGone(
    idempotency.once(call, () => ended(next, passage)),
    signal,
  );
  if (isRepeated && inbound.record !== undefined) inbound.record.isRepeated = true;
  return answer;
}

/** Runs the call under a signal of its own. Never rejects. */
async function ended(next: Next, passage: Passage): Promise<Ending<CallAnswer>> {
  const { inbound, signal } = passage;
  const controller = new AbortController();
  const follow = (): void => {
    if (!hasOnlyLeft(signal.reason)) controller.abort(signal.reason);
  };
  signal.addEventListener("abort", follow);
  try {
    const answer = await next({ ...passage, inbound: { ...inbound, controller }, signal: controller.signal });
    return { kind: isLasting(answer) ? "answered" : "returned", answer };
  } catch (thrown) {
    const didNothing = inbound.record?.mayHaveActed !== true || isHarmless(passage.target.definition);
    return { kind: didNothing ? "undone" : "unknown", thrown };
  } finally {
    signal.removeEventListener("abort", follow);
  }
}

/** Of a connection that was lost nobody can say whether its caller still wants the answer; who uses a key will come for it. */
function hasOnlyLeft(reason: unknown): boolean {
  return reason instanceof GatewayError && reason.data?.["hasLeft"] === true;
}

/** Parameters that the upstream refused, or questions: a call with the same key goes on from there. */
function isLasting({ kind, answer }: CallAnswer): boolean {
  if (kind === "input_required") return false;
  return answer.kind === "result" || (answer.error.code !== -32602 && answer.error.code !== -32601);
}

/** Settles as the call does, or rejects with the signal's reason as soon as that fires. */
async function unlessGone<T>(running: Promise<T>, signal: Signal): Promise<T> {
  const { promise, reject } = Promise.withResolvers<never>();
  const leave = (): void => {
    reject(signal.reason instanceof Error ? signal.reason : new GatewayError("cancelled", "The caller left"));
  };
  if (signal.aborted) leave();
  signal.addEventListener("abort", leave);
  try {
    return await Promise.race([running, promise]);
  } finally {
    signal.removeEventListener("abort", leave);
    // Whoever has left is not told how it ended.
    running.catch(() => undefined);
  }
}

/** The text of an answer that {@link answerIn} makes it from again: the result's own text is kept as it came. */
function textOf({ kind, answer }: CallAnswer): string {
  return answer.kind === "error"
    ? JSON.stringify({ kind, error: answer.error })
    : JSON.stringify({ kind, result: answer.result.text.toString() });
}

function answerIn(text: string): CallAnswer {
  const kept: unknown = JSON.parse(text);
  if (typeof kept === "object" && kept !== null && "kind" in kept) {
    const kind = kept.kind === "task" ? "task" : "complete";
    if ("result" in kept && typeof kept.result === "string") {
      return { kind, answer: { kind: "result", result: Payload.ofText(Buffer.from(kept.result)) } };
    }
    if ("error" in kept && isRpcError(kept.error)) return { kind, answer: { kind: "error", error: kept.error } };
  }
  throw new GatewayError("internal_error", "A kept answer cannot be read");
}

function isRpcError(value: unknown): value is RpcError {
  return isJsonObject(value) && typeof value["code"] === "number" && typeof value["message"] === "string";
}
