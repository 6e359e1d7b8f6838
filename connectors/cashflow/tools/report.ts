import type { Tool } from "switchyard/connector";
import { z } from "zod";
import { cashChart } from "../charts/cash-chart.ts";
import { forecast } from "../engine/forecast.ts";
import type { Entity } from "../entities.ts";
import type { LiveModel } from "../live-model.ts";
import { type ForecastReport, reportCsv, reportOf } from "../report-data.ts";
import { reportHtml } from "../report/html.ts";
import { reportWorkbook } from "../report/workbook.ts";
import { documentContent } from "./document-content.ts";
import { forecastFields, optionsOf } from "./forecast-options.ts";
import { summarySchema, summaryText } from "./forecast.ts";
import { modelTool } from "./model-tool.ts";

const formats = ["html", "xlsx", "csv", "json", "svg"] as const;

const output = z.object({
  name: z.string().describe("What the document may be called."),
  mime_type: z.string(),
  bytes: z.int(),
  currency: z.string(),
  summary: summarySchema,
});

/** What `report` answers beside the document. */
export type ReportAnswer = z.output<typeof output>;

export function reportTool(live: LiveModel): Tool {
  return modelTool(live, {
    name: "report",
    title: "Report",
    description:
      "A forecast as a document: html is a page to print, with chart, alerts, periods and key figures; xlsx is a workbook of numbers: periods, key figures, alerts, entities; csv holds the periods alone; json holds everything; svg is the chart alone. The document comes as an embedded resource.",
    input: z.object({
      format: z.enum(formats).default("html"),
      ...forecastFields,
      aggregation: z.enum(["monthly", "quarterly", "yearly"]).default("monthly").describe("Of the calendar."),
    }),
    output,
    answer: async (model, { format, aggregation, ...options }) => {
      const result = forecast(model, optionsOf(options));
      const report = reportOf(result, aggregation);
      const { mimeType, body } = await documentOf(format, model.company.name, report, result.view.entities);
      const name = `cash-flow-${report.scenario}-${report.start}-${report.end}.${format}`;
      const bytes = Buffer.byteLength(body);
      return {
        structured: {
          name,
          mime_type: mimeType,
          bytes,
          currency: report.currency,
          summary: report.summary,
        },
        content: [
          { type: "text", text: `${name}, ${bytes} bytes.\n${summaryText(report)}` },
          documentContent(encodeURIComponent(name), mimeType, body),
        ],
      };
    },
  });
}

interface Written {
  readonly mimeType: string;
  readonly body: string | Buffer;
}

async function documentOf(
  format: (typeof formats)[number],
  company: string,
  report: ForecastReport,
  entities: readonly Entity[],
): Promise<Written> {
  switch (format) {
    case "html":
      return { mimeType: "text/html", body: reportHtml(company, report) };
    case "xlsx":
      return {
        mimeType: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        body: await reportWorkbook(company, report, entities),
      };
    case "csv":
      return { mimeType: "text/csv", body: reportCsv(report) };
    case "json":
      return { mimeType: "application/json", body: JSON.stringify({ company, ...report }, undefined, 2) };
    case "svg": {
      const title = `${company}: cash flow, ${report.scenario}`;
      return { mimeType: "image/svg+xml", body: cashChart(title, report.periods, report.currency) };
    }
  }
}
