import type { FromWorker, Results, Work } from "./messages.ts";

/*
 * A process that computes, draws, and reads files that strangers have written: it can read the machine's files, as it must load its code, and do nothing
 * else. Whoever started it ends it where it takes too long.
 */

process.on("message", (work: Work) => {
  void resultOf(work).then(
    (result) => {
      tell({ type: "done", result });
    },
    (thrown: unknown) => {
      const message = thrown instanceof Error ? thrown.message : String(thrown);
      tell({ type: "failed", message, isRefused: thrown instanceof Error && refusals.has(thrown.name) });
    },
  );
});
process.on("disconnect", () => process.exit());

const refusals = new Set(["AnalysisRefused", "ChartRefused", "FileRefused", "SqlRefused"]);

async function resultOf(work: Work): Promise<Results[Work["kind"]]> {
  switch (work.kind) {
    case "analyze": {
      const { analyzed } = await import("../../shared/analysis/analyze.ts");
      return analyzed(work.table, work.wish);
    }
    case "chart": {
      const { chartOption, chartSvg } = await import("../../shared/charts/chart.ts");
      return { option: chartOption(work.chart, work.table), svg: chartSvg(work.chart, work.table) };
    }
    case "sql": {
      const { rowsOfSql } = await import("../../shared/sql.ts");
      return rowsOfSql(work.tables, work.sql, work.maxRows);
    }
    case "extract": {
      const { fileContent } = await import("../extract/extract.ts");
      return fileContent(work.file, work.bytes, work.bounds);
    }
    case "picture": {
      const { pdfPicture } = await import("../extract/pdf.ts");
      return pdfPicture(work.bytes, work.from, work.maxPages);
    }
    case "workbook": {
      const { default: write } = await import("write-excel-file/node");
      const { sheetOf } = await import("../../shared/sheet.ts");
      return write([{ sheet: "Report", data: sheetOf(work.table), stickyRowsCount: 1 }]).toBuffer();
    }
  }
}

function tell(message: FromWorker): void {
  process.send?.(message);
}
