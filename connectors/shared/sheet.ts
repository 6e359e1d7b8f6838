import type { SheetData } from "write-excel-file/node";
import { type Table, cellText } from "./table.ts";

/** Characters that Excel takes in one cell. */
const mostText = 32_767;

/** A table as a sheet with a bold head. Texts are cells of texts, so that none is a formula, whatever it begins with. */
export function sheetOf({ columns, rows }: Table): SheetData {
  const head = columns.map(({ name }) => ({ value: fitting(name), fontWeight: "bold" as const }));
  return [head, ...rows.map((row) => row.map(cellOf))];
}

function cellOf(cell: unknown) {
  if (cell === null || cell === undefined || cell === "") return null;
  return typeof cell === "number" || typeof cell === "boolean" ? cell : fitting(cellText(cell));
}

/** A text as a cell can hold it. */
export function fitting(text: string): string {
  // What XML cannot hold (XML 1.0, 2.2 Characters) is left out.
  return text.replaceAll(/[^\t\n\r\u0020-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/gu, "").slice(0, mostText);
}
