import { type Report, ReportRefused, cellText } from "./report.ts";

/**
 * The one table of a report as CSV (RFC 4180). A text that a spreadsheet would take for a formula has a `'` before it, as OWASP advises (CSV Injection).
 *
 * @throws {ReportRefused} it has no table, or several.
 */
export function reportCsv({ sections }: Report): string {
  const tables = sections.flatMap(({ table }) => table ?? []);
  const [table] = tables;
  if (table === undefined || tables.length > 1) {
    throw new ReportRefused(`CSV holds one table; there are ${tables.length}. Leave one, or ask for xlsx`);
  }
  const lines = [table.columns.map(({ name }) => name), ...table.rows];
  return lines.map((line) => `${line.map(cellCsv).join(",")}\r\n`).join("");
}

function cellCsv(cell: unknown): string {
  const text = cellText(cell);
  const harmless = typeof cell === "string" && /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(harmless) ? `"${harmless.replaceAll('"', '""')}"` : harmless;
}
