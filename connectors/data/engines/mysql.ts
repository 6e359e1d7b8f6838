import type { Connection, FieldPacket } from "mysql2";
import type { RowDataPacket } from "mysql2/promise";
import { checkMySql } from "../statements/mysql-statement.ts";
import { type Bounds, RowBuffer, type Table, exactNumber } from "../../shared/table.ts";
import { type Described, type Engine, tablesOf } from "./engine.ts";

/** What the parser takes for granted: `\` escapes in texts, `"` is a quote of texts. */
const sqlMode = "";

/** A database of MySQL or MariaDB, in a transaction that it holds to reading. */
export class MySqlEngine implements Engine {
  readonly #url: string;
  /** After which the server itself ends a statement, should nobody be there any more to cancel it. */
  readonly #timeoutMs: number;
  readonly #parse: (sql: string) => unknown;
  /** Undefined once a result was left before its end: the server is told so by the end of the connection. */
  #connection: Connection | undefined;

  private constructor(url: string, timeoutMs: number, connection: Connection, parse: (sql: string) => unknown) {
    this.#url = url;
    this.#timeoutMs = timeoutMs;
    this.#connection = connection;
    this.#parse = parse;
  }

  /** @throws what the database says of a connection that it does not take. */
  static async open(url: string, timeoutMs: number): Promise<MySqlEngine> {
    const [connection, { init, parse }] = await Promise.all([
      connected(url, timeoutMs),
      import("@guanmingchiu/sqlparser-ts"),
    ]);
    await init();
    return new MySqlEngine(url, timeoutMs, connection, (sql) => parse(sql, "mysql"));
  }

  check(sql: string): void {
    checkMySql(sql, this.#parse(sql));
  }

  async run(sql: string, parameters: readonly unknown[], bounds: Bounds): Promise<Table> {
    this.check(sql);
    this.#connection ??= await connected(this.#url, this.#timeoutMs);
    const connection = this.#connection;
    await connection.promise().query("START TRANSACTION READ ONLY");
    const { table, isWhole } = await streamed(connection, sql, parameters.map(inputOf), bounds).catch(
      async (thrown: unknown) => {
        await connection.promise().query("ROLLBACK");
        throw thrown;
      },
    );
    if (isWhole) await connection.promise().query("ROLLBACK");
    else {
      connection.destroy();
      this.#connection = undefined;
    }
    return table;
  }

  async tables(max: number): Promise<readonly Described[]> {
    this.#connection ??= await connected(this.#url, this.#timeoutMs);
    const [rows] = await this.#connection.promise().query<RowDataPacket[]>(
      `SELECT c.table_name AS \`table\`, c.column_name AS \`column\`, c.column_type AS type
       FROM information_schema.columns c JOIN (
         SELECT table_name FROM information_schema.tables WHERE table_schema = database() ORDER BY table_name LIMIT ?
       ) t ON t.table_name = c.table_name
       WHERE c.table_schema = database() ORDER BY c.table_name, c.ordinal_position`,
      [max],
    );
    return tablesOf(rows);
  }

  async cancel(): Promise<void> {
    const id = this.#connection?.threadId;
    if (typeof id !== "number") return;
    const other = await connected(this.#url, this.#timeoutMs);
    await other.promise().query(`KILL QUERY ${id}`);
    other.destroy();
  }

  close(): void {
    this.#connection?.destroy();
    this.#connection = undefined;
  }
}

async function connected(url: string, timeoutMs: number): Promise<Connection> {
  const { createConnection } = await import("mysql2");
  const connection = createConnection({
    uri: url,
    connectTimeout: 10_000,
    dateStrings: true,
    supportBigNumbers: true,
    multipleStatements: false,
    charset: "utf8mb4",
    timezone: "Z",
  });
  // A connection that is lost fails the query that runs; one that rests fails the next.
  connection.on("error", () => undefined);
  const [rows] = await connection.promise().query<RowDataPacket[]>("SELECT version() AS version");
  const isMariaDb = /mariadb/i.test(String(rows[0]?.["version"]));
  const limit = isMariaDb ? `max_statement_time = ${timeoutMs / 1000}` : `max_execution_time = ${timeoutMs}`;
  await connection.promise().query(`SET SESSION sql_mode = '${sqlMode}', time_zone = '+00:00', ${limit}`);
  return connection;
}

/** Rows as they arrive, until no more are wanted; the rest is then still on its way. */
function streamed(
  connection: Connection,
  sql: string,
  values: readonly (string | number | null)[],
  bounds: Bounds,
): Promise<{ readonly table: Table; readonly isWhole: boolean }> {
  const { promise, resolve, reject } = Promise.withResolvers<{ table: Table; isWhole: boolean }>();
  const rows = new RowBuffer(bounds);
  let fields: readonly FieldPacket[] = [];
  const finish = (isWhole: boolean): void => {
    const columns = fields.map(({ name, columnType }) => ({ name, type: typeNames.get(columnType ?? -1) }));
    resolve({ table: rows.table(columns), isWhole });
  };
  connection
    .execute({ sql, rowsAsArray: true, values: [...values] })
    .on("fields", (given: readonly FieldPacket[]) => {
      fields = given;
    })
    .on("result", (row: readonly unknown[]) => {
      if (!rows.add(row.map((cell, at) => cellOf(cell, fields[at])))) finish(false);
    })
    .on("error", reject)
    .on("end", () => {
      finish(true);
    });
  return promise;
}

function cellOf(cell: unknown, field: FieldPacket | undefined): unknown {
  return typeof cell === "string" && decimals.has(field?.columnType ?? -1) ? exactNumber(cell) : cell;
}

const decimals: ReadonlySet<number> = new Set([0, 246]);

/** Types by their numbers in the protocol (MySQL, Internals, Column Type). */
const typeNames: ReadonlyMap<number, string> = new Map([
  [0, "decimal"],
  [1, "tinyint"],
  [2, "smallint"],
  [3, "int"],
  [4, "float"],
  [5, "double"],
  [7, "timestamp"],
  [8, "bigint"],
  [9, "mediumint"],
  [10, "date"],
  [11, "time"],
  [12, "datetime"],
  [13, "year"],
  [15, "varchar"],
  [16, "bit"],
  [245, "json"],
  [246, "decimal"],
  [252, "text"],
  [253, "varchar"],
  [254, "char"],
]);

function inputOf(value: unknown): string | number | null {
  if (typeof value === "boolean") return value ? 1 : 0;
  return typeof value === "string" || typeof value === "number" || value === null ? value : JSON.stringify(value);
}
