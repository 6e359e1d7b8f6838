import { tableCsv } from "../../shared/csv.ts";
import { type Report, ReportRefused } from "./report.ts";

/** The one table of a report as CSV. @throws {ReportRefused} it has no table, or several. */
export function reportCsv({ sections }: Report): string {
  const tables = sections.flatMap(({ table }) => table ?? []);
  const [table] = tables;
  if (table === undefined || tables.length > 1) {
    throw new ReportRefused(`CSV holds one table; there are ${tables.length}. Leave one, or ask for xlsx`);
  }
  return tableCsv(table);
}
