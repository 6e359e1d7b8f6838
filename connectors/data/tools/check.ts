import { type Tool, tool } from "switchyard/connector";
import { z } from "zod";
import { type Data, asToolFailure, asked, sourceOf } from "../data.ts";

/** Statements of one call. */
const most = 1000;

/** Whether statements would be run. Jobs ask it before anything of them is kept. */
export function checkTool(data: Data): Tool {
  return tool({
    name: "check",
    title: "Check statements",
    description:
      "Says whether statements would be run by query, without running them: the first that would not, and why. Jobs ask it before they begin.",
    input: z.object({
      statements: z
        .array(z.object({ source: asked.source, sql: asked.sql }))
        .min(1)
        .max(most),
    }),
    output: z.object({
      refused: z
        .object({
          index: z.int().describe("Its place among the statements, from 0."),
          part: z.string().optional().describe("What in the statement is refused."),
          message: z.string(),
        })
        .optional()
        .describe("Not there where all would be run."),
    }),
    annotations: { readOnlyHint: true, openWorldHint: true },
    run: async ({ statements }, { signal }) => {
      const places = Map.groupBy(statements.keys(), (at) => statements[at]?.source ?? "");
      let first: { index: number; part?: string; message: string } | undefined;
      for (const [source, indexes] of places) {
        const refused = await refusedOf(
          data,
          source,
          indexes.map((at) => statements[at]?.sql ?? ""),
          signal,
        );
        const index = refused === undefined ? undefined : indexes[refused.at];
        if (refused === undefined || index === undefined || (first !== undefined && first.index < index)) continue;
        const { message, part } = refused.failure;
        first = { index, message: `${source}: ${message}`, ...(part !== undefined && { part }) };
      }
      return { structured: first === undefined ? {} : { refused: first } };
    },
  });
}

async function refusedOf(data: Data, source: string, statements: readonly string[], signal: AbortSignal) {
  sourceOf(data, source);
  try {
    return await data.workers.check(source, statements, signal);
  } catch (thrown) {
    throw asToolFailure(thrown, source);
  }
}
