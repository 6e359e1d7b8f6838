import { type DuckDBConnection, DuckDBInstance, DuckDBTimestampValue } from "@duckdb/node-api";
import { duckDbOptions, lockDuckDb } from "../duckdb.ts";
import { type Cell, type Table, plain } from "../table.ts";

/** What all values of a column are. `time` is a day or a moment as ISO 8601 writes it, without a zone in UTC. */
export type ColumnKind = "number" | "boolean" | "time" | "text";

/** A column under analysis. */
export interface Analysed {
  readonly name: string;
  readonly kind: ColumnKind;
}

/** Rows in a DuckDB of their own, as the table `data`. */
export interface Loaded {
  readonly columns: readonly Analysed[];
  readonly rowCount: number;
  /** Plain JSON. */
  readonly ask: (sql: string) => Promise<readonly Readonly<Record<string, unknown>>[]>;
  readonly close: () => void;
}

/** A DuckDB of its own, in memory, that sees nothing of the machine. */
export interface Memory {
  readonly connection: DuckDBConnection;
  readonly close: () => void;
}

export async function openMemory(): Promise<Memory> {
  const instance = await DuckDBInstance.create(":memory:", duckDbOptions);
  const connection = await instance.connect();
  await lockDuckDb(connection);
  return {
    connection,
    close: () => {
      connection.closeSync();
      instance.closeSync();
    },
  };
}

/** Puts rows where they can be computed with. Of what is neither number, truth nor time, its text is what counts. */
export async function loaded(table: Table): Promise<Loaded> {
  const { connection, close } = await openMemory();
  const columns = await addTable(connection, "data", table);
  return {
    columns,
    rowCount: table.rows.length,
    ask: async (sql) => {
      const reader = await connection.runAndReadAll(sql);
      return reader.getRowObjectsJS().map((row) => {
        const entries = Object.entries(row).map(([key, value]) => [key, plain(value)]);
        return Object.fromEntries(entries);
      });
    },
    close,
  };
}

/** Makes rows a table of this name; its columns as they are there. */
export async function addTable(
  connection: DuckDBConnection,
  tableName: string,
  { columns: given, rows }: Table,
): Promise<readonly Analysed[]> {
  const names = uniqueNames(given.map(({ name }) => name));
  const columns = names.map((name, at): Analysed => ({ name, kind: kindOf(rows.map((row) => row[at] ?? null)) }));
  const types = columns.map(({ name, kind }) => `${quoted(name)} ${sqlTypes[kind]}`).join(", ");
  await connection.run(`CREATE TABLE ${quoted(tableName)} (${types})`);
  const appender = await connection.createAppender(tableName);
  for (const row of rows) {
    for (const [at, { kind }] of columns.entries()) {
      const cell = row[at] ?? null;
      if (cell === null) appender.appendNull();
      else if (kind === "number") appender.appendDouble(Number(cell));
      else if (kind === "boolean") appender.appendBoolean(cell === true);
      else if (kind === "time") appender.appendTimestamp(new DuckDBTimestampValue(BigInt(momentOf(cell) ?? 0) * 1000n));
      else appender.appendVarchar(textOf(cell));
    }
    appender.endRow();
  }
  appender.closeSync();
  return columns;
}

/** A column's name in SQL. */
export function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

const sqlTypes: Readonly<Record<ColumnKind, string>> = {
  number: "DOUBLE",
  boolean: "BOOLEAN",
  time: "TIMESTAMP",
  text: "VARCHAR",
};

function kindOf(cells: readonly Cell[]): ColumnKind {
  const values = cells.filter((cell) => cell !== null);
  if (values.length === 0) return "text";
  if (values.every(isNumber)) return "number";
  if (values.every((value) => typeof value === "boolean")) return "boolean";
  return values.every((value) => momentOf(value) !== undefined) ? "time" : "text";
}

/** A number; or one that was too exact for a number, and came as its digits. */
function isNumber(value: Cell): boolean {
  return typeof value === "number" || (typeof value === "string" && /^-?\d{16,}$|^-?\d+\.\d{10,}$/.test(value));
}

const moment = /^(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?))?(Z|[+-]\d\d(?::?\d\d)?)?$/;

/** Ms since 1970 of an ISO 8601 text; undefined where it is none. */
function momentOf(value: Cell): number | undefined {
  const [, day, time = "00:00", zone = "Z"] = typeof value === "string" ? (moment.exec(value) ?? []) : [];
  if (day === undefined) return undefined;
  const colons = /^[+-]\d\d$/.test(zone) ? `${zone}:00` : zone;
  const ms = Date.parse(`${day}T${time}${colons}`);
  return Number.isNaN(ms) ? undefined : ms;
}

function textOf(cell: Cell): string {
  return typeof cell === "string" ? cell : JSON.stringify(cell);
}

function uniqueNames(names: readonly string[]): readonly string[] {
  const seen = new Map<string, number>();
  return names.map((name) => {
    // As DuckDB does, upper and lower case are one.
    const key = name.toLowerCase();
    const before = seen.get(key) ?? 0;
    seen.set(key, before + 1);
    return before === 0 ? name : `${name}:${before}`;
  });
}
