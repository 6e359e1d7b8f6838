import { type Table, cellText } from "./table.ts";

/** A table as CSV (RFC 4180). A text that a spreadsheet would take for a formula has a `'` before it, as OWASP advises (CSV Injection). */
export function tableCsv({ columns, rows }: Table): string {
  const lines = [columns.map(({ name }) => name), ...rows];
  return lines.map((line) => `${line.map(cellCsv).join(",")}\r\n`).join("");
}

function cellCsv(cell: unknown): string {
  const text = cellText(cell);
  const harmless = typeof cell === "string" && /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(harmless) ? `"${harmless.replaceAll('"', '""')}"` : harmless;
}
