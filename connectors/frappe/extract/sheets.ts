import { parse } from "csv-parse/sync";
import readXlsx from "read-excel-file/node";
import { FileRefused, type FoundTable } from "./content.ts";

/** The sheets of a workbook, dates as ISO 8601. @throws {FileRefused} it is broken. */
export async function workbookTables(bytes: Uint8Array): Promise<readonly FoundTable[]> {
  try {
    const sheets = await readXlsx(Buffer.from(bytes));
    return sheets.map(({ sheet, data }) => ({ place: sheet, rows: data.map((row) => row.map(cellOf)) }));
  } catch (thrown) {
    throw new FileRefused(`The workbook cannot be read: ${thrown instanceof Error ? thrown.message : String(thrown)}`);
  }
}

function cellOf(cell: unknown): unknown {
  if (!(cell instanceof Date)) return cell;
  const iso = cell.toISOString();
  return iso.endsWith("T00:00:00.000Z") ? iso.slice(0, 10) : iso.slice(0, 19).replace("T", " ");
}

/** The rows of a CSV, whichever of `,`, `;` and tab its first line has most of; everything is text. @throws {FileRefused} it is broken. */
export function csvTable(text: string): FoundTable {
  const firstLine = text.slice(0, text.indexOf("\n") + 1 || undefined);
  const [delimiter = ","] = [",", ";", "\t"].toSorted((a, b) => firstLine.split(b).length - firstLine.split(a).length);
  try {
    const rows: unknown[][] = parse(text, { bom: true, delimiter, relax_column_count: true, skip_empty_lines: true });
    return { place: "csv", rows };
  } catch (thrown) {
    throw new FileRefused(`The CSV cannot be read: ${thrown instanceof Error ? thrown.message : String(thrown)}`);
  }
}
