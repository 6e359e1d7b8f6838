import type { Signal } from "../core/canceller.ts";
import type { Clock } from "../core/clock.ts";
import { deadline } from "../core/deadline.ts";
import { GatewayError } from "../core/errors.ts";
import { type JsonObject, objectAt } from "../core/json.ts";
import type { Question } from "../protocol/call.ts";
import type { Answer } from "../protocol/json-rpc.ts";
import type { Inbound } from "./inbound.ts";

/** How long a caller has to answer what it was asked, in ms: on the way, or by coming back with its request. */
export const answerMs = 600_000;

/**
 * Whether a caller with these capabilities may be asked this.
 *
 * @see MCP 2026-07-28, basic/patterns/mrtr (no request that the client has not declared support for); client/elicitation (an empty
 *   capability means form mode).
 */
export function mayBeAsked(capabilities: JsonObject, { method, params }: Question): boolean {
  switch (method) {
    case "roots/list":
      return objectAt(capabilities, "roots") !== undefined;
    case "sampling/createMessage": {
      const sampling = objectAt(capabilities, "sampling");
      return sampling !== undefined && (params["tools"] === undefined || objectAt(sampling, "tools") !== undefined);
    }
    case "elicitation/create": {
      const elicitation = objectAt(capabilities, "elicitation");
      if (elicitation === undefined) return false;
      if (params["mode"] === "url") return objectAt(elicitation, "url") !== undefined;
      return objectAt(elicitation, "form") !== undefined || objectAt(elicitation, "url") === undefined;
    }
    default:
      return false;
  }
}

/** The capability that a caller would have to declare to be asked this. */
export function neededFor({ method, params }: Question): JsonObject {
  if (method === "roots/list") return { roots: {} };
  if (method === "sampling/createMessage") return { sampling: params["tools"] === undefined ? {} : { tools: {} } };
  return { elicitation: params["mode"] === "url" ? { url: {} } : {} };
}

/** Whether a caller can be asked anything at all: others need no way to be asked. */
export function isAskable(capabilities: JsonObject): boolean {
  return "elicitation" in capabilities || "sampling" in capabilities || "roots" in capabilities;
}

/**
 * Asks the caller of a request that is open, and waits for at most {@link answerMs}; after that, as when `signal` fires, the question is
 * withdrawn.
 *
 * @throws {GatewayError} `caller_declined` — it cannot be asked, or did not answer in time; the signal's reason.
 */
export async function askCaller({ ask }: Inbound, question: Question, clock: Clock, signal: Signal): Promise<Answer> {
  const { method } = question;
  if (ask === undefined) throw new GatewayError("caller_declined", `The caller cannot be asked for ${method}`);
  const limit = deadline(clock, answerMs, signal, () => {
    return new GatewayError("caller_declined", `The caller did not answer ${method} within ${answerMs} ms`);
  });
  try {
    return await ask(question, limit.signal);
  } finally {
    limit.stop();
  }
}
