import { GatewayError, toGatewayError } from "../core/errors.ts";
import { rpcErrorOf } from "../gateway/failure.ts";
import { errorText } from "../protocol/frame.ts";
import type { Message, MessageArray } from "../protocol/json-rpc.ts";
import { type Revision, hasArrays } from "../protocol/revision.ts";

/** A message that wants an answer. */
export type RequestMessage = Extract<Message, { kind: "request" }>;
/** A message that wants none. */
export type UnansweredMessage = Extract<Message, { kind: "notification" | "result" | "error" }>;

/** Who deals with the messages of an array, each by itself. */
export interface BatchOwner {
  /** The frame that answers a request; undefined where nobody waits for it any more. */
  answer(request: RequestMessage): Promise<Buffer | undefined>;
  take(message: UnansweredMessage): void;
}

/**
 * Serves an array of messages: the requests all at once. Resolves with their answers as one array, in the order in which they were asked;
 * with undefined where there is nothing to answer.
 *
 * @throws {GatewayError} `invalid_request` — the revision has no arrays; nothing of it was served.
 * @see MCP 2025-03-26, basic, Batching; basic/lifecycle, Initialization (`initialize` stands alone).
 */
export async function answerBatch(
  { messages }: MessageArray,
  revision: Revision,
  owner: BatchOwner,
): Promise<Buffer | undefined> {
  if (!hasArrays(revision)) throw invalidRequest(`revision ${revision} has no arrays of messages`);
  const frames = await Promise.all(messages.map((message) => frameFor(message, owner)));
  const answers = frames.filter((frame) => frame !== undefined);
  return answers.length === 0 ? undefined : Buffer.from(`[${answers.join(",")}]`);
}

async function frameFor(message: Message, owner: BatchOwner): Promise<string | undefined> {
  switch (message.kind) {
    case "request":
      return answered(message, owner);
    case "notification":
    case "result":
    case "error":
      owner.take(message);
      return undefined;
    case "invalid":
      return errorText(message.id, rpcErrorOf(invalidRequest(message.reason)));
    case "unparsable":
      return errorText(undefined, rpcErrorOf(invalidRequest(message.reason)));
  }
}

async function answered(request: RequestMessage, owner: BatchOwner): Promise<string | undefined> {
  try {
    if (request.method === "initialize") throw invalidRequest("initialize is no part of an array");
    return (await owner.answer(request))?.toString("utf8");
  } catch (thrown) {
    return errorText(request.id, rpcErrorOf(toGatewayError(thrown)));
  }
}

/** A message that is none, or stands where it may not. */
export function invalidRequest(reason: string): GatewayError {
  return new GatewayError("invalid_request", `Invalid request: ${reason}`);
}
