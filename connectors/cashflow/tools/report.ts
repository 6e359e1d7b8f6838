import type { Tool } from "switchyard/connector";
import { z } from "zod";
import { cashChart } from "../charts/cash-chart.ts";
import { forecast } from "../engine/forecast.ts";
import type { LiveModel } from "../live-model.ts";
import { type ForecastReport, reportCsv, reportOf } from "../report-data.ts";
import { reportHtml } from "../report/html.ts";
import { documentContent } from "./document-content.ts";
import { forecastFields, optionsOf } from "./forecast-options.ts";
import { summarySchema, summaryText } from "./forecast.ts";
import { modelTool } from "./model-tool.ts";

const formats = ["html", "csv", "json", "svg"] as const;

export function reportTool(live: LiveModel): Tool {
  return modelTool(live, {
    name: "report",
    title: "Report",
    description:
      "A forecast as a document: html is a page to print, with chart, alerts, periods and key figures; csv opens in spreadsheets; json holds everything; svg is the chart alone. The document comes as an embedded resource.",
    input: z.object({
      format: z.enum(formats).default("html"),
      ...forecastFields,
      aggregation: z.enum(["monthly", "quarterly", "yearly"]).default("monthly").describe("Of the calendar."),
    }),
    output: z.object({
      name: z.string().describe("What the document may be called."),
      mime_type: z.string(),
      bytes: z.int(),
      currency: z.string(),
      summary: summarySchema,
    }),
    answer: (model, { format, aggregation, ...options }) => {
      const report = reportOf(forecast(model, optionsOf(options)), aggregation);
      const { mimeType, text } = documentOf(format, model.company.name, report);
      const name = `cash-flow-${report.scenario}-${report.start}-${report.end}.${format}`;
      const bytes = Buffer.byteLength(text);
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
          documentContent(encodeURIComponent(name), mimeType, text),
        ],
      };
    },
  });
}

function documentOf(
  format: (typeof formats)[number],
  company: string,
  report: ForecastReport,
): { readonly mimeType: string; readonly text: string } {
  switch (format) {
    case "html":
      return { mimeType: "text/html", text: reportHtml(company, report) };
    case "csv":
      return { mimeType: "text/csv", text: reportCsv(report) };
    case "json":
      return { mimeType: "application/json", text: JSON.stringify({ company, ...report }, undefined, 2) };
    case "svg": {
      const title = `${company}: cash flow, ${report.scenario}`;
      return { mimeType: "image/svg+xml", text: cashChart(title, report.periods, report.currency) };
    }
  }
}
