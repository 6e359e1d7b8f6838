import type { DuckDBConnection, DuckDBInstance, DuckDBValue, JS } from "@duckdb/node-api";
import { duckDbOptions, lockDuckDb } from "../../shared/duckdb.ts";
import { type Bounds, type Column, RowBuffer, type Table, exactNumber } from "../../shared/table.ts";
import { type DuckDbNames, checkDuckDb } from "../statements/duckdb-statement.ts";
import { type Described, type Engine, tablesOf } from "./engine.ts";
import { FileTables } from "./file-tables.ts";

/** Likewise, though their answer differs from time to time; and what the catalogue lists as making rows. */
const alsoHarmless = ["random", "uuid", "uuidv4", "uuidv7", "gen_random_uuid", "unnest"];

/** What DuckDB is opened on: a database that is only read, or a folder of files. */
export type DuckDbPlace =
  | { readonly type: "duckdb"; readonly file: string }
  | { readonly type: "files"; readonly dir: string };

/** DuckDB, which sees nothing of the machine but what it is opened on, and cannot be told otherwise afterwards. */
export class DuckDbEngine implements Engine {
  readonly connection: DuckDBConnection;
  readonly #instance: DuckDBInstance;
  readonly #functions: ReadonlySet<string>;
  readonly #files: FileTables | undefined;

  private constructor(
    instance: DuckDBInstance,
    connection: DuckDBConnection,
    functions: ReadonlySet<string>,
    files: FileTables | undefined,
  ) {
    this.#instance = instance;
    this.connection = connection;
    this.#functions = functions;
    this.#files = files;
  }

  /** @throws what DuckDB says of a database that it cannot read. */
  static async open(place: DuckDbPlace): Promise<DuckDbEngine> {
    // 70 MB, 160 ms: loaded by whoever asks for it.
    const { DuckDBInstance: instances } = await import("@duckdb/node-api");
    const instance =
      place.type === "duckdb"
        ? await instances.create(place.file, { ...duckDbOptions, access_mode: "READ_ONLY" })
        : await instances.create(":memory:", duckDbOptions);
    const connection = await instance.connect();
    const files = place.type === "files" ? new FileTables(place.dir, connection) : undefined;
    if (place.type === "files") await connection.run(`SET allowed_directories = [${quoted(place.dir)}]`);
    await lockDuckDb(connection);
    return new DuckDbEngine(instance, connection, await functionsOf(connection), files);
  }

  async check(sql: string): Promise<void> {
    const reader = await this.connection.runAndReadAll("SELECT json_serialize_sql($1::VARCHAR)", [sql]);
    checkDuckDb(sql, String(reader.getRows()[0]?.[0]), await this.#names());
  }

  async run(sql: string, parameters: readonly unknown[], bounds: Bounds): Promise<Table> {
    await this.check(sql);
    const rows = new RowBuffer(bounds);
    const result = await this.connection.stream(sql, parameters.map(inputOf));
    const columns = result
      .deduplicatedColumnNames()
      .map((name, at): Column => ({ name, type: String(result.columnType(at)) }));
    for await (const chunk of result.yieldRowsJs()) {
      if (!chunk.every((row) => rows.add(row.map((cell, at) => cellOf(cell, columns[at]?.type))))) break;
    }
    return rows.table(columns);
  }

  async tables(max: number): Promise<readonly Described[]> {
    await this.#files?.refresh();
    const reader = await this.connection.runAndReadAll(
      `SELECT table_name AS "table", column_name AS "column", data_type AS type FROM duckdb_columns()
       WHERE NOT internal AND table_name IN (
         SELECT table_name FROM information_schema.tables ORDER BY table_name LIMIT ${max}
       ) ORDER BY table_name, column_index`,
    );
    return tablesOf(reader.getRowObjectsJS());
  }

  cancel(): void {
    this.connection.interrupt();
  }

  close(): void {
    this.connection.closeSync();
    this.#instance.closeSync();
  }

  async #names(): Promise<DuckDbNames> {
    await this.#files?.refresh();
    return { functions: this.#functions, tables: this.#files?.names ?? new Set() };
  }
}

/** DuckDB says of each function whether it has side effects; of macros only its own count. */
async function functionsOf(connection: DuckDBConnection): Promise<ReadonlySet<string>> {
  const reader = await connection.runAndReadAll(
    `SELECT lower(function_name) FROM duckdb_functions() WHERE internal AND function_type IN ('scalar', 'aggregate', 'macro') GROUP BY 1
     HAVING bool_and(has_side_effects IS NOT TRUE AND stability IS DISTINCT FROM 'VOLATILE')`,
  );
  return new Set([...reader.getRows().map(([name]) => String(name)), ...alsoHarmless]);
}

function cellOf(cell: JS, type: string | undefined): unknown {
  if (cell instanceof Date && type === "DATE") return cell.toISOString().slice(0, 10);
  return typeof cell === "string" && type?.startsWith("DECIMAL") === true ? exactNumber(cell) : cell;
}

function inputOf(value: unknown): DuckDBValue {
  if (value === null || typeof value === "string" || typeof value === "number" || typeof value === "boolean")
    return value;
  return JSON.stringify(value);
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}
