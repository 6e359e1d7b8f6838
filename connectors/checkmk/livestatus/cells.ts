import type { Cell, Table } from "./site.ts";

/*
 * What stands in a column, whichever Livestatus wrote it: an empty text may be null, a flag a number or a boolean, a dictionary an object or a
 * list of pairs, a moment 0 where it never was.
 */

/** Reads the cells of one row by the names of their columns. A column that is not there is as an empty one. */
export interface RowReader {
  readonly text: (column: string) => string;
  readonly number: (column: string) => number;
  readonly flag: (column: string) => boolean;
  /** In ms since 1970. */
  readonly moment: (column: string) => number | undefined;
  readonly list: (column: string) => readonly string[];
  readonly dictionary: (column: string) => Readonly<Record<string, string>>;
}

/** Each row of a table made into something else. */
export function mapRows<Row>(columns: readonly string[], rows: Table["rows"], make: (read: RowReader) => Row): Row[] {
  const places = new Map(columns.map((column, place) => [column, place]));
  let current: readonly Cell[] = [];
  const cell = (column: string): Cell => current[places.get(column) ?? -1];
  // One reader for all rows: a table may have a hundred thousand.
  const reader: RowReader = {
    text: (column) => textOf(cell(column)),
    number: (column) => Number(cell(column) ?? 0),
    flag: (column) => Number(cell(column) ?? 0) !== 0,
    moment: (column) => momentOf(cell(column)),
    list: (column) => listOf(cell(column)),
    dictionary: (column) => dictionaryOf(cell(column)),
  };
  return rows.map((row) => {
    current = row;
    return make(reader);
  });
}

/** A cell as a text; what is no text, as JSON has it. */
export function textOf(cell: Cell): string {
  if (typeof cell === "string") return cell;
  return cell === null || cell === undefined ? "" : JSON.stringify(cell);
}

function momentOf(cell: Cell): number | undefined {
  const seconds = Number(cell ?? 0);
  return seconds > 0 ? seconds * 1000 : undefined;
}

function listOf(cell: Cell): readonly string[] {
  return Array.isArray(cell) ? cell.map(textOf) : [];
}

function dictionaryOf(cell: Cell): Readonly<Record<string, string>> {
  if (typeof cell !== "object" || cell === null) return {};
  const pairs: readonly unknown[] = Array.isArray(cell) ? cell : Object.entries(cell);
  return Object.fromEntries(
    pairs.filter((pair) => Array.isArray(pair)).map(([key, value]) => [textOf(key), textOf(value)]),
  );
}
