import { type Tool, tool } from "switchyard/connector";
import { z } from "zod";
import { type Data, asToolFailure, asked, shownTable, sourceOf, tableShape } from "../data.ts";
import { mostRows } from "../sources.ts";

/** Rows of one SELECT. */
export function queryTool(data: Data): Tool {
  return tool({
    name: "query",
    title: "Query a source",
    description:
      "Runs one SELECT on a configured source and gives its rows. It can only read. truncated says where rows are missing.",
    input: z.object({
      ...asked,
      maxRows: z
        .int()
        .min(1)
        .max(mostRows)
        .optional()
        .describe(`Rows at the most, 1 to ${mostRows}. Default: the source's own limit, usually 1000.`),
    }),
    output: z.object(tableShape),
    annotations: { readOnlyHint: true, openWorldHint: true },
    run: async ({ source, sql, parameters, maxRows }, { signal }) => {
      const { maxRows: usual, maxCharacters } = sourceOf(data, source);
      const bounds = { maxRows: maxRows ?? usual, maxCharacters };
      try {
        const table = await data.workers.query(source, { sql, parameters, bounds }, signal);
        return { structured: shownTable(table) };
      } catch (thrown) {
        throw asToolFailure(thrown, source);
      }
    },
  });
}
