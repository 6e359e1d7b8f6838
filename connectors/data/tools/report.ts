import { type Tool, ToolFailure, tool } from "switchyard/connector";
import { z } from "zod";
import { chartKinds } from "../../shared/charts/chart.ts";
import type { Table } from "../../shared/table.ts";
import { type Data, asToolFailure, sourceOf } from "../data.ts";
import { givenShape, rowsOf } from "../given-rows.ts";
import { mimeTypes, mostBytes } from "../report/render.ts";
import { type Format, type Report, type Section, formats } from "../report/report.ts";
import type { ReportStore } from "../report/store.ts";
import { mostRows } from "../sources.ts";

const name = z.string().min(1);

const section = z.object({
  heading: z.string().max(200).optional(),
  text: z.string().max(20_000).optional().describe("Paragraphs, with an empty line between them."),
  ...givenShape,
  chart: z
    .object({
      kind: z.enum(chartKinds),
      x: name.describe("The column along; of a pie its parts' names."),
      y: z.array(name).min(1).max(10).describe("The columns of numbers."),
    })
    .optional()
    .describe("A drawing of the rows, in html."),
});

type Asked = z.output<typeof section>;

/** Where a report can be read as a resource. */
export const reportUri = "switchyard-report://{id}";

/** Writes a report, and keeps it for who asked. */
export function reportTool(data: Data, store: ReportStore): Tool {
  return tool({
    name: "report",
    title: "Write a report",
    description:
      "Writes texts, tables and charts of rows as html, csv, json or xlsx, and keeps the file for you; path is where the gateway gives it over HTTP.",
    input: z.object({
      title: z.string().min(1).max(200),
      format: z.enum(formats),
      sections: z.array(section).min(1).max(50),
    }),
    output: z.object({
      id: z.string(),
      title: z.string(),
      format: z.enum(formats),
      mimeType: z.string(),
      bytes: z.int(),
      path: z.string().describe("Below the gateway's address."),
      uri: z.string().describe("As a resource."),
    }),
    annotations: { readOnlyHint: false, destructiveHint: false, openWorldHint: true },
    run: async ({ title, format, sections }, { signal, caller, progress }) => {
      const createdAt = new Date().toISOString();
      const read: Section[] = [];
      for (const each of sections) {
        read.push(await sectionOf(data, each, signal));
        progress(read.length, sections.length + 1);
      }
      const report: Report = { title, createdAt, sections: read };
      const content = await rendered(data, report, format, signal);
      const kept = await store.keep(
        { ...(caller !== undefined && { owner: caller }), title, format, createdAt },
        content,
      );
      const { id, bytes } = kept;
      const uri = reportUri.replace("{id}", id);
      const mimeType = mimeTypes[format];
      const structured = { id, title, format, mimeType, bytes, path: `/api/reports/${id}`, uri };
      return {
        structured,
        content: [
          { type: "text", text: JSON.stringify(structured) },
          { type: "resource_link", uri, name: `${title}.${format}`, mimeType, size: bytes },
        ],
      };
    },
  });
}

async function sectionOf(data: Data, asked: Asked, signal: AbortSignal): Promise<Section> {
  const { heading, text, chart } = asked;
  const isOfText = asked.source === undefined && asked.sql === undefined && asked.rows === undefined;
  if (isOfText && chart !== undefined) throw new ToolFailure("A chart needs rows: source and sql, or rows");
  return { heading, text, chart, table: isOfText ? undefined : await tableOf(data, asked, signal) };
}

async function tableOf(data: Data, asked: Asked, signal: AbortSignal): Promise<Table> {
  const rows = rowsOf(asked);
  if ("table" in rows) {
    if (rows.table.rows.length <= mostRows) return rows.table;
    return { ...rows.table, rows: rows.table.rows.slice(0, mostRows), truncated: "rows" };
  }
  const { source = "" } = asked;
  sourceOf(data, source);
  try {
    return await data.workers.query(source, { ...rows, bounds: { ...rows.bounds, maxRows: mostRows } }, signal);
  } catch (thrown) {
    throw asToolFailure(thrown, source);
  }
}

async function rendered(data: Data, report: Report, format: Format, signal: AbortSignal) {
  try {
    const content = await data.workers.render(report, format, signal);
    if (content.length <= mostBytes) return content;
    throw new ToolFailure(`The report has ${content.length} bytes; at most ${mostBytes} are kept. Ask for fewer rows`);
  } catch (thrown) {
    throw asToolFailure(thrown, "report");
  }
}
