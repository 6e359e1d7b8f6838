import { type Tool, ToolFailure, tool } from "switchyard/connector";
import { z } from "zod";
import { type Wish, wishShape } from "../../shared/analysis/wish.ts";
import { chartKinds } from "../../shared/charts/chart.ts";
import type { Table } from "../../shared/table.ts";
import { type Desk, answer } from "../desk/desk.ts";
import { mostRows, rowsFor, rowsShape } from "./rows.ts";
import { targets } from "./targets.ts";

const analysisTypes = ["profile", "statistics", "trends", "quality", "correlations", "distribution", "groups"] as const;

/** What each is called where it is computed. */
const kinds = {
  profile: "profile",
  statistics: "statistics",
  trends: "trend",
  quality: "quality",
  correlations: "correlation",
  distribution: "distribution",
  groups: "group",
} as const satisfies Record<(typeof analysisTypes)[number], Wish["kind"]>;

/** Characters of a drawing in an answer. */
const mostSvg = 500_000;

/** What is computed of rows, and drawn. */
export function analysisTools(desk: Desk): readonly Tool[] {
  return [analyzeTool(desk), queryTool(desk)];
}

function analyzeTool(desk: Desk): Tool {
  return tool({
    name: "analyze_business_data",
    title: "Analyse a list or a report",
    description:
      "Computes a profile, statistics, trends, data quality, correlations, distributions or groups over the documents of a DocType or the rows of a report that the user may see. is_partial says where limit left rows out.",
    input: z.object({
      ...rowsShape,
      analysis_type: z.enum(analysisTypes),
      columns: wishShape.columns,
      value: wishShape.value,
      date_field: wishShape.over.describe("trends: the column of dates. Default: the order of the rows."),
      every: wishShape.every,
      by: wishShape.by,
      measures: wishShape.measures,
      bins: wishShape.bins,
      top: wishShape.top,
    }),
    output: z.object({
      analysis_type: z.enum(analysisTypes),
      row_count: z.int(),
      is_partial: z.boolean(),
      result: z.looseObject({}),
    }),
    annotations: { readOnlyHint: true, openWorldHint: true },
    run: async (args, call) => {
      const visitor = desk.visitor(call.caller);
      const { table, uses } = await rowsFor(desk, visitor, args, call);
      const { analysis_type: type, date_field: over, columns, value, every, by, measures, bins, top } = args;
      const wish: Wish = { kind: kinds[type], columns, value, over, every, by, measures, bins, top };
      const analysis = await desk.apart.run({ kind: "analyze", table, wish }, call.signal);
      const { rowCount, isPartial, result } = analysis;
      const structured = { analysis_type: type, row_count: rowCount, is_partial: isPartial, result: { ...result } };
      return answer(visitor, structured, uses);
    },
  });
}

function queryTool(desk: Desk): Tool {
  return tool({
    name: "run_database_query",
    title: "Query lists by SQL",
    description:
      "Runs one SELECT of DuckDB over lists and reports that the user may see: each is a table of the name you give it, fetched for this. It sees nothing else of the site's database, and changes nothing.",
    input: z.object({
      query: z
        .string()
        .min(1)
        .max(20_000)
        .describe("Such as SELECT customer, sum(total) FROM invoices GROUP BY 1. Dates are TIMESTAMP."),
      tables: z
        .record(z.string().regex(/^[A-Za-z_]\w{0,62}$/), z.object(rowsShape))
        .refine(
          (tables) => Object.keys(tables).length > 0 && Object.keys(tables).length <= 10,
          "1 to 10 tables are needed",
        )
        .describe('By name: {"invoices": {"doctype": "Sales Invoice", "fields": ["customer", "total"]}}.'),
      limit: z.int().min(1).max(1000).default(100),
    }),
    output: z.object({
      columns: z.array(z.string()),
      rows: z.array(z.array(z.unknown())),
      row_count: z.int(),
      is_partial: z.boolean().describe("Whether rows are missing: of the answer, or of a table that it is made from."),
      table_rows: z.record(z.string(), z.int()),
    }),
    annotations: { readOnlyHint: true, openWorldHint: true },
    run: async ({ query, tables: wanted, limit }, call) => {
      const visitor = desk.visitor(call.caller);
      const tables: Record<string, Table> = {};
      const uses = new Set<string>();
      for (const [name, rows] of Object.entries(wanted)) {
        const found = await rowsFor(desk, visitor, rows, call);
        tables[name] = found.table;
        for (const use of found.uses) uses.add(use);
      }
      const table = await desk.apart.run({ kind: "sql", tables, sql: query, maxRows: limit }, call.signal);
      const structured = {
        columns: table.columns.map(({ name }) => name),
        rows: table.rows.map((row) => [...row]),
        row_count: table.rows.length,
        is_partial: [table, ...Object.values(tables)].some(({ truncated }) => truncated !== undefined),
        table_rows: Object.fromEntries(Object.entries(tables).map(([name, { rows }]) => [name, rows.length])),
      };
      return answer(visitor, structured, [...uses]);
    },
  });
}

/** Draws rows. */
export function chartTool(desk: Desk): Tool {
  return tool({
    name: "chart_business_data",
    title: "Chart a list or a report",
    description:
      "Draws the documents of a DocType or the rows of a report as a line, bar, pie or scatter chart: as a picture (SVG) and as an option of ECharts. Where several rows have the same x, name an aggregate.",
    input: z.object({
      ...rowsShape,
      chart_type: z.enum(chartKinds),
      x: z.string().min(1).describe("The column along, or of a pie the one that names its parts."),
      y: z.array(z.string().min(1)).min(1).max(10).describe("Columns of numbers. Of a pie only the first."),
      aggregate: z
        .enum(["sum", "count", "avg", "min", "max"])
        .optional()
        .describe("What is made of the rows with one x."),
    }),
    output: z.object({
      row_count: z.int(),
      is_partial: z.boolean(),
      option: z.looseObject({}).describe("An option of ECharts 6."),
    }),
    annotations: { readOnlyHint: true, openWorldHint: true },
    withinMs: targets.chartMs,
    run: async ({ chart_type: kind, x, y, aggregate, ...rest }, call) => {
      const visitor = desk.visitor(call.caller);
      const wanted =
        rest.fields === undefined && rest.doctype !== undefined ? { ...rest, fields: [...new Set([x, ...y])] } : rest;
      const { table, uses } = await rowsFor(desk, visitor, wanted, call);
      const drawn = aggregate === undefined ? table : await aggregated(desk, table, x, y, aggregate, call.signal);
      const { option, svg } = await desk.apart.run({ kind: "chart", table: drawn, chart: { kind, x, y } }, call.signal);
      const structured = {
        row_count: table.rows.length,
        is_partial: table.truncated !== undefined,
        option: { ...option },
      };
      return { ...answer(visitor, structured, uses), content: picture(svg, structured) };
    },
  });
}

/** A drawing, and what it shows as text for who cannot see it. */
export function picture(svg: string, structured: object) {
  const text = { type: "text", text: JSON.stringify(structured) };
  if (svg.length > mostSvg) return [text];
  return [text, { type: "image", mimeType: "image/svg+xml", data: Buffer.from(svg).toString("base64") }];
}

/** One row for each x, in the order of x. */
async function aggregated(
  desk: Desk,
  table: Table,
  x: string,
  y: readonly string[],
  how: string,
  signal: AbortSignal,
): Promise<Table> {
  const names = table.columns.map(({ name }) => name);
  const missing = [x, ...y].find((name) => !names.includes(name));
  if (missing !== undefined)
    throw new ToolFailure(`There is no column ${JSON.stringify(missing)}; there are ${names.join(", ")}`);
  const measures = y.map((name) => `${how}(${quoted(name)}) AS ${quoted(name)}`).join(", ");
  const sql = `SELECT ${quoted(x)}, ${measures} FROM data GROUP BY 1 ORDER BY 1`;
  return desk.apart.run({ kind: "sql", tables: { data: table }, sql, maxRows: mostRows }, signal);
}

function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}
