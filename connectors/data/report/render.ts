import type { Format, Report } from "./report.ts";

/** What a report may have at the most when it is written, in bytes. */
export const mostBytes = 8 * 1024 * 1024;

/** The types of what each form is (RFC 2046, RFC 7111, RFC 8259). */
export const mimeTypes: Readonly<Record<Format, string>> = {
  html: "text/html; charset=utf-8",
  csv: "text/csv; charset=utf-8; header=present",
  json: "application/json",
  xlsx: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
};

/** Writes a report. Each form's code is loaded by the first that needs it. @throws {ReportRefused} it cannot be written so. */
export async function rendered(report: Report, format: Format): Promise<Uint8Array> {
  switch (format) {
    case "html": {
      const { reportHtml } = await import("./html.ts");
      return Buffer.from(reportHtml(report));
    }
    case "csv": {
      const { reportCsv } = await import("./csv.ts");
      return Buffer.from(reportCsv(report));
    }
    case "xlsx": {
      const { reportXlsx } = await import("./xlsx.ts");
      return reportXlsx(report);
    }
    case "json":
      return Buffer.from(`${JSON.stringify(plainReport(report), undefined, 2)}\n`);
  }
}

function plainReport({ title, createdAt, sections }: Report) {
  return {
    title,
    createdAt,
    sections: sections.map(({ heading, text, table, chart }) => ({
      heading,
      text,
      columns: table?.columns,
      rows: table?.rows,
      truncated: table?.truncated,
      chart,
    })),
  };
}
