/** What a cell holds once it is plain JSON. */
export type Cell = unknown;

/** A column of a result, with its type as the database calls it; undefined where it does not say. */
export interface Column {
  readonly name: string;
  readonly type: string | undefined;
}

/** Rows and what they are made of. */
export interface Table {
  readonly columns: readonly Column[];
  readonly rows: readonly (readonly Cell[])[];
  /** Why rows are missing at the end; undefined where none are. */
  readonly truncated: "rows" | "characters" | undefined;
}

/** How much of a result is taken. */
export interface Bounds {
  readonly maxRows: number;
  /** Of the rows as JSON. */
  readonly maxCharacters: number;
}

/** Takes rows until as many are there as may be. */
export class RowBuffer {
  readonly rows: Cell[][] = [];
  readonly #bounds: Bounds;
  #characters = 0;
  #truncated: Table["truncated"];

  constructor(bounds: Bounds) {
    this.#bounds = bounds;
  }

  /** Takes one more; false where it has no place any more, and none after it. */
  add(row: readonly unknown[]): boolean {
    if (this.#truncated !== undefined) return false;
    if (this.rows.length === this.#bounds.maxRows) return this.#full("rows");
    const cells = row.map(plain);
    const length = JSON.stringify(cells).length + 1;
    if (this.#characters + length > this.#bounds.maxCharacters) return this.#full("characters");
    this.#characters += length;
    this.rows.push(cells);
    return true;
  }

  table(columns: readonly Column[]): Table {
    return { columns, rows: this.rows, truncated: this.#truncated };
  }

  #full(why: "rows" | "characters"): boolean {
    this.#truncated = why;
    return false;
  }
}

/** A value of a database as JSON has it: whole numbers that a number cannot hold, bytes (base64) and times are texts. */
export function plain(value: unknown): Cell {
  if (typeof value === "bigint") return Number.isSafeInteger(Number(value)) ? Number(value) : value.toString();
  if (typeof value === "number") return Number.isFinite(value) ? value : String(value);
  if (value === undefined) return null;
  return typeof value === "object" ? plainObject(value) : value;
}

function plainObject(value: object | null): Cell {
  if (value === null) return null;
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? null : value.toISOString();
  if (value instanceof Uint8Array) return Buffer.from(value).toString("base64");
  if (Array.isArray(value)) return value.map(plain);
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, plain(each)]));
}

/** A decimal text as a number where that is the same number, else as it is. */
export function exactNumber(text: string): Cell {
  const number = Number(text);
  const significant = text.replace(/^[-+]?0*\.?0*/, "").replaceAll(/[^0-9]/g, "").length;
  return Number.isFinite(number) && significant <= 15 ? number : text;
}

/** A cell as text, as people read it: of nothing, nothing. */
export function cellText(cell: unknown): string {
  if (cell === null || cell === undefined) return "";
  return typeof cell === "string" ? cell : JSON.stringify(cell);
}
