import { type Tool, tool } from "switchyard/connector";
import { z } from "zod";
import { type Data, asToolFailure, sourceOf } from "../data.ts";

/** Tables of one answer. */
const most = 500;

/** What can be asked: the sources, or the tables of one. */
export function sourcesTool(data: Data): Tool {
  return tool({
    name: "sources",
    title: "List sources",
    description: "Lists what query can ask: the sources, or with source the tables of one, with their columns.",
    input: z.object({ source: z.string().optional().describe("The source whose tables are wanted.") }),
    output: z.object({
      sources: z.array(z.object({ name: z.string(), type: z.string() })).optional(),
      tables: z
        .array(
          z.object({
            name: z.string(),
            columns: z.array(z.object({ name: z.string(), type: z.string().optional() })),
          }),
        )
        .optional()
        .describe(`At most ${most}, by name.`),
    }),
    annotations: { readOnlyHint: true, openWorldHint: true },
    run: async ({ source }, { signal }) => {
      if (source === undefined) {
        const sources = Object.entries(data.sources).map(([name, { type }]) => ({ name, type }));
        return { structured: { sources } };
      }
      sourceOf(data, source);
      try {
        const tables = await data.workers.tables(source, most, signal);
        const shown = tables.map(({ name, columns }) => ({
          name,
          columns: columns.map((column) =>
            column.type === undefined ? { name: column.name } : { name: column.name, type: column.type },
          ),
        }));
        return { structured: { tables: shown } };
      } catch (thrown) {
        throw asToolFailure(thrown, source);
      }
    },
  });
}
