/** What stands in one column of one row, as the site writes it. */
export type Cell = unknown;

/** The rows of an answer, and what is in which place of each. */
export interface Table {
  readonly columns: readonly string[];
  /** May be read from `body` only when they are looked at; a body that holds none is told then. */
  readonly rows: readonly (readonly Cell[])[];
  /** The same rows as JSON, as the site wrote it, where that is there. */
  readonly body?: Buffer;
}

/*
 * What stands in a column, whichever Livestatus wrote it: an empty text may be null, a flag a number or a boolean, a dictionary an object or a
 * list of pairs, a moment 0 where it never was.
 */

/** One row of a table. */
export type Cells = readonly Cell[];

/** Gives what reads a column of each row, found once by its name. A column that is not there is as an empty one. */
export interface ColumnReader {
  readonly text: (column: string) => (row: Cells) => string;
  readonly number: (column: string) => (row: Cells) => number;
  readonly flag: (column: string) => (row: Cells) => boolean;
  /** In ms since 1970. */
  readonly moment: (column: string) => (row: Cells) => number | undefined;
  readonly list: (column: string) => (row: Cells) => readonly string[];
  readonly dictionary: (column: string) => (row: Cells) => Readonly<Record<string, string>>;
}

/** Each row of a table made into something else, by what is made of its columns once: a table may have a hundred thousand rows. */
export function mapRows<Row>(
  columns: readonly string[],
  rows: Table["rows"],
  make: (read: ColumnReader) => (row: Cells) => Row,
): Row[] {
  const through =
    <Value>(valueOf: (cell: Cell) => Value) =>
    (column: string) => {
      const place = columns.indexOf(column);
      return (row: Cells): Value => valueOf(row[place]);
    };
  const rowOf = make({
    text: through(textOf),
    number: through(numberOf),
    flag: through((cell) => numberOf(cell) !== 0),
    moment: through(momentOf),
    list: through(listOf),
    dictionary: through(dictionaryOf),
  });
  return rows.map((row) => rowOf(row));
}

function numberOf(cell: Cell): number {
  return Number(cell ?? 0);
}

/** A cell as a text; what is no text, as JSON has it. */
export function textOf(cell: Cell): string {
  if (typeof cell === "string") return cell;
  return cell === null || cell === undefined ? "" : JSON.stringify(cell);
}

function momentOf(cell: Cell): number | undefined {
  const seconds = numberOf(cell);
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
