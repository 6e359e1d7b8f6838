import type { Bounds, Column, Table } from "../../shared/table.ts";

/** A table or view that a statement may name. */
export interface Described {
  readonly name: string;
  readonly columns: readonly Column[];
}

/** One source, open. It does one thing at a time. */
export interface Engine {
  /**
   * Whether a statement only reads, as the database's own parser sees it or the closest to that there is.
   *
   * @throws {StatementRefused} it does more, is more than one, or calls what is not known to only compute; what the parser says of what is no SQL.
   */
  check(sql: string): Promise<void> | void;
  /**
   * Checks a statement and runs it, where nothing can be written.
   *
   * @throws what {@link Engine.check} throws, and what the database says.
   */
  run(sql: string, parameters: readonly unknown[], bounds: Bounds): Promise<Table> | Table;
  /** What can be asked for, by name; at most so many. */
  tables(max: number): Promise<readonly Described[]> | readonly Described[];
  /** Ends the statement that runs, where the database hears of that meanwhile. */
  cancel(): Promise<void> | void;
  /** Safe to call twice. */
  close(): Promise<void> | void;
}

/** Tables of a list of their columns, which has those of one table one after another. */
export function tablesOf(columns: readonly Readonly<Record<string, unknown>>[]): readonly Described[] {
  const tables = new Map<string, Column[]>();
  for (const { table, column, type } of columns) {
    const name = String(table);
    const list = tables.get(name) ?? [];
    tables.set(name, list);
    list.push({ name: String(column), type: typeof type === "string" && type !== "" ? type : undefined });
  }
  return [...tables].map(([name, list]) => ({ name, columns: list }));
}
