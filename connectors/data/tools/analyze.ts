import { type Tool, ToolFailure, tool } from "switchyard/connector";
import { z } from "zod";
import { type Wish, wishShape } from "../../shared/analysis/wish.ts";
import { type Data, asToolFailure, sourceOf } from "../data.ts";
import { type Given, givenShape, rowsOf } from "../given-rows.ts";

/** What is computed of rows. */
export function analyzeTool(data: Data): Tool {
  return tool({
    name: "analyze",
    title: "Analyse rows",
    description:
      "Computes a profile, statistics, correlations, a trend, distributions, data quality or groups of rows: those of one SELECT on a source, or given ones.",
    input: z.object({ ...givenShape, ...wishShape }),
    output: z.object({
      kind: wishShape.kind,
      rowCount: z.int(),
      isPartial: z.boolean().describe("Whether rows beyond a limit were left out."),
      result: z.looseObject({}),
    }),
    annotations: { readOnlyHint: true, openWorldHint: true },
    run: async (args, { signal }) => ({ structured: { ...(await analysisOf(data, args, args, signal)) } }),
  });
}

/** What a wish comes to for these rows. @throws {ToolFailure} what is wrong with either. */
export async function analysisOf(data: Data, given: Given, wish: Wish, signal: AbortSignal) {
  const { source } = given;
  if (source !== undefined) sourceOf(data, source);
  try {
    const analysis = await data.workers.analyze(source, { rows: rowsOf(given), wish }, signal);
    return { ...analysis, result: { ...analysis.result } };
  } catch (thrown) {
    throw thrown instanceof ToolFailure ? thrown : asToolFailure(thrown, source ?? "rows");
  }
}
