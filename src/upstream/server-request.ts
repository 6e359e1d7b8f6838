import { errorTable } from "../core/error-table.ts";
import { toGatewayError } from "../core/errors.ts";
import type { JsonObject } from "../core/json.ts";
import type { Question } from "../protocol/call.ts";
import { answerText, errorText } from "../protocol/frame.ts";
import type { Answer, RequestId } from "../protocol/json-rpc.ts";
import { Payload } from "../protocol/payload.ts";
import { relatedTask } from "../protocol/tasks.ts";

/** What is announced to legacy upstreams: all that can be passed on to callers. Whether a caller can answer is seen when it is asked. */
export const passedOn: JsonObject = {
  roots: {},
  sampling: { tools: {}, context: {} },
  elicitation: { form: {}, url: {} },
};

/** Asks the caller of a call; resolves with its answer, an error answer included. */
export type Ask = (question: Question) => Promise<Answer>;

/** Who may be asked in the name of a call, and how. */
export interface Asked {
  /** Equal for calls of one caller, so that it can be told whether several are meant. */
  readonly caller: object;
  /** The upstream's task that the call is about; a question that belongs to a task is asked of nobody else. */
  readonly taskId?: string | undefined;
  /** Whether the caller can be asked this. */
  readonly may: (question: Question) => boolean;
  readonly ask: Ask;
  /** Told what was asked in vain in the name of this call and of no other. */
  readonly refused: (question: Question) => void;
}

/**
 * The frame that answers a request of an upstream's: `ping` by ourselves, a question by the caller it is meant for, where that can be
 * told. Never rejects.
 */
export async function answerServerRequest(
  id: RequestId,
  { method, params }: Question,
  asked: readonly Asked[],
): Promise<Buffer | string> {
  if (method === "ping") return answerText(id, { kind: "result", result: Payload.of({}) });
  const refuse = (message: string): string => errorText(id, { code: errorTable.method_not_found.rpc, message });
  if (!(method in questions)) return refuse(`This client does not answer ${method}`);
  const related = relatedTask(params);
  const meant = related === undefined ? asked : asked.filter(({ taskId }) => taskId === related);
  // We announce no tasks of our own, so a wish for one is ignored (2025-11-25, basic/utilities/tasks, Task Support and Handling).
  const { task: _task, ...plain } = params;
  const question = { method, params: plain };
  const able = meant.filter(({ may }) => may(question));
  const [first] = able;
  if (first === undefined) {
    const [only, other] = meant;
    if (only === undefined) return refuse(`Nobody is there to answer ${method}: no call is under way`);
    if (other === undefined) only.refused(question);
    return refuse(`The caller does not support ${method} of this kind`);
  }
  if (able.some(({ caller }) => caller !== first.caller)) {
    return refuse(`Calls of several callers are under way; it cannot be told which of them should answer ${method}`);
  }
  try {
    return answerText(id, await first.ask(question));
  } catch (thrown) {
    const { code, message } = toGatewayError(thrown);
    return errorText(id, { code: errorTable[code].rpc, message });
  }
}

const questions: Readonly<Record<string, true>> = {
  "roots/list": true,
  "sampling/createMessage": true,
  "elicitation/create": true,
};
