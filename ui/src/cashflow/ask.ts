import type { UseQueryResult } from "@tanstack/react-query";
import type { JsonObject } from "../answers.ts";
import { answerKey as keyOf, useToolAnswer } from "../ask.ts";

export { answerOf, askTool as askModel } from "../ask.ts";

const subject = "cashflow";

/** Under what an answer is held: all of a model's are read anew when one of its files changes, and no other time. */
export function answerKey(model: string, tool: string, args: JsonObject): readonly unknown[] {
  return keyOf({ subject, upstream: model, tool, args });
}

/** What a tool of a model answers; the answer before stays until there is the next one. */
export function useAnswer<T>(model: string, tool: string, args: JsonObject, enabled = true): UseQueryResult<T> {
  return useToolAnswer({ subject, upstream: model, tool, args }, enabled);
}
