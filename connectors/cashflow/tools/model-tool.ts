import { type Content, type Tool, type ToolCall, ToolFailure, tool } from "switchyard/connector";
import type { z } from "zod";
import { CashflowError } from "../cashflow-error.ts";
import type { LiveModel } from "../live-model.ts";
import type { Model } from "../model.ts";
import { part, usesOfForecast } from "../uses.ts";

/** Reads the model and nothing else: the same question has the same answer until a file changes, so that answers are kept. */
export const reading = { readOnlyHint: true, openWorldHint: false } as const;

/** What a tool answers with structure, and what it leaves to {@link modelTool}. */
interface Structured<Output extends z.ZodType> {
  readonly structured: z.output<Output>;
  readonly content?: readonly Content[] | string;
}

type Answer<Output extends z.ZodType> = Structured<Output> | Promise<Structured<Output>>;

/** A question to a model. */
export interface ModelTool<Input extends z.ZodObject, Output extends z.ZodType> {
  readonly name: string;
  readonly title: string;
  readonly description: string;
  readonly input: Input;
  readonly output: Output;
  /** What of the model it asks for. Default: what a forecast of the scenarios that the arguments name is made from. */
  readonly uses?: (model: Model, args: z.output<Input>) => readonly string[];
  readonly answer: (model: Model, args: z.output<Input>, call: ToolCall) => Answer<Output>;
}

/** A tool that asks something of the model, which must have no errors for that. */
export function modelTool<Input extends z.ZodObject, Output extends z.ZodType>(
  live: LiveModel,
  { answer, uses = usesOfForecast, ...definition }: ModelTool<Input, Output>,
): Tool {
  return tool({
    ...definition,
    annotations: reading,
    run: async (args, call) =>
      told(async () => {
        const model = await live.validModel();
        return { ...(await answer(model, args, call)), uses: [part.validity, ...uses(model, args)] };
      }),
  });
}

/** Findings that one answer names. */
const mostTold = 20;

/** Runs something of the model, and tells what is wrong with the question, or with the files, as what the caller can mend; see `wayOut`. */
export async function told<T>(
  run: () => T | Promise<T>,
  wayOut = "Mend the files; entity_validate names everything that is wrong.",
): Promise<T> {
  try {
    return await run();
  } catch (thrown) {
    if (!(thrown instanceof CashflowError)) throw thrown;
    throw new ToolFailure(thrown.code === "model_invalid" ? invalidText(thrown, wayOut) : thrown.message, {
      cause: thrown,
    });
  }
}

function invalidText({ message }: CashflowError, wayOut: string): string {
  const lines = message.split("\n");
  const more = lines.length > mostTold ? `\n… and ${lines.length - mostTold} more` : "";
  return `${lines.slice(0, mostTold).join("\n")}${more}\n${wayOut}`;
}
