import type { Client, CustomTypesConfig } from "pg";
import { unsafeFunction } from "../refused.ts";
import { type PostgresCalls, checkPostgres } from "../statements/postgres-statement.ts";
import { type Bounds, type Column, RowBuffer, type Table, exactNumber } from "../../shared/table.ts";
import { type Described, type Engine, tablesOf } from "./engine.ts";

/** Rows that are fetched at a time. */
const fetched = 500;

/** Functions of PostgreSQL that it calls volatile for their answer alone, which differs from time to time. */
const varying = [
  "clock_timestamp",
  "gen_random_uuid",
  "random",
  "random_normal",
  "statement_timestamp",
  "timeofday",
  "uuidv4",
  "uuidv7",
];

/** A database of PostgreSQL, in a transaction that it holds to reading. */
export class PostgresEngine implements Engine {
  readonly #url: string;
  /** After which the server itself ends a statement, should nobody be there any more to cancel it. */
  readonly #timeoutMs: number;
  readonly #client: Client;
  readonly #parse: (sql: string) => unknown;
  #backend: number | undefined;

  private constructor(url: string, timeoutMs: number, client: Client, parse: (sql: string) => unknown) {
    this.#url = url;
    this.#timeoutMs = timeoutMs;
    this.#client = client;
    this.#parse = parse;
  }

  /** @throws what the database says of a connection that it does not take. */
  static async open(url: string, timeoutMs: number): Promise<PostgresEngine> {
    const [client, { loadModule, parseSync }] = await Promise.all([connected(url), import("libpg-query")]);
    await loadModule();
    const engine = new PostgresEngine(url, timeoutMs, client, parseSync);
    await client.query("SET SESSION CHARACTERISTICS AS TRANSACTION READ ONLY");
    const { rows } = await client.query("SELECT pg_backend_pid() AS id");
    engine.#backend = Number(rows[0]?.id);
    return engine;
  }

  async check(sql: string): Promise<void> {
    await this.#reading(() => this.#checkCalls(sql));
  }

  run(sql: string, parameters: readonly unknown[], bounds: Bounds): Promise<Table> {
    return this.#reading(async () => {
      await this.#checkCalls(sql);
      const text = `DECLARE result NO SCROLL CURSOR FOR ${sql}`;
      await this.#client.query(text, [...parameters]);
      const rows = new RowBuffer(bounds);
      while (true) {
        const page = await this.#client.query<unknown[]>({
          text: `FETCH FORWARD ${fetched} FROM result`,
          rowMode: "array",
          types,
        });
        const isWanted = page.rows.every((row) => rows.add(row));
        if (isWanted && page.rows.length === fetched) continue;
        return rows.table(await this.#columnsOf(page.fields));
      }
    });
  }

  tables(max: number): Promise<readonly Described[]> {
    return this.#reading(async () => {
      const { rows } = await this.#client.query(
        `SELECT CASE WHEN c.table_schema = 'public' THEN '' ELSE c.table_schema || '.' END || c.table_name AS "table",
                c.column_name AS "column", c.data_type AS type
         FROM information_schema.columns c JOIN (
           SELECT table_schema, table_name FROM information_schema.tables
           WHERE table_schema NOT IN ('pg_catalog', 'information_schema') ORDER BY 1, 2 LIMIT $1
         ) t USING (table_schema, table_name) ORDER BY c.table_schema, c.table_name, c.ordinal_position`,
        [max],
      );
      return tablesOf(rows);
    });
  }

  async cancel(): Promise<void> {
    const other = await connected(this.#url);
    await other.query("SELECT pg_cancel_backend($1)", [this.#backend]);
    await other.end();
  }

  async close(): Promise<void> {
    await this.#client.end();
  }

  async #reading<T>(work: () => Promise<T>): Promise<T> {
    await this.#client.query("BEGIN TRANSACTION READ ONLY");
    try {
      await this.#client.query(`SET LOCAL statement_timeout = ${this.#timeoutMs}`);
      return await work();
    } finally {
      await this.#client.query("ROLLBACK");
    }
  }

  async #checkCalls(sql: string): Promise<void> {
    const calls = checkPostgres(sql, this.#parse(sql));
    const [unsafe] = await this.#unsafe(calls);
    if (unsafe !== undefined) throw unsafeFunction(unsafe);
  }

  /**
   * Names of what the database itself calls volatile: whatever has a side effect must be that (PostgreSQL 18, 36.7, Function Volatility Categories).
   * A name counts for all functions that have it, in every schema.
   */
  async #unsafe({ functions, operators, columns }: PostgresCalls): Promise<readonly string[]> {
    const { rows } = await this.#client.query<{ name: string }>(
      `SELECT p.proname AS name FROM pg_catalog.pg_proc p
         WHERE p.provolatile = 'v' AND p.proname = ANY($1) AND NOT (p.pronamespace = 'pg_catalog'::regnamespace AND p.proname = ANY($4))
       UNION ALL SELECT p.proname FROM pg_catalog.pg_proc p JOIN pg_catalog.pg_type t ON t.oid = p.proargtypes[0]
         WHERE p.provolatile = 'v' AND p.proname = ANY($3) AND p.pronargs = 1 AND t.typtype IN ('c', 'p')
       UNION ALL SELECT o.oprname FROM pg_catalog.pg_operator o JOIN pg_catalog.pg_proc p ON p.oid = o.oprcode
         WHERE p.provolatile = 'v' AND o.oprname = ANY($2)
       ORDER BY 1 LIMIT 1`,
      [functions, operators, columns, varying],
    );
    return rows.map(({ name }) => name);
  }

  async #columnsOf(fields: readonly { readonly name: string; readonly dataTypeID: number }[]): Promise<Column[]> {
    const { rows } = await this.#client.query<{ id: number; name: string }>(
      "SELECT oid::int AS id, typname AS name FROM pg_catalog.pg_type WHERE oid = ANY($1)",
      [fields.map(({ dataTypeID }) => dataTypeID)],
    );
    const names = new Map(rows.map(({ id, name }) => [id, name]));
    return fields.map(({ name, dataTypeID }) => ({ name, type: names.get(dataTypeID) }));
  }
}

async function connected(url: string): Promise<Client> {
  const { default: postgres } = await import("pg");
  const client = new postgres.Client({
    connectionString: url,
    application_name: "switchyard",
    connectionTimeoutMillis: 10_000,
    options: "-c TimeZone=UTC -c DateStyle=ISO -c IntervalStyle=iso_8601",
  });
  // A connection that is lost fails the query that runs; one that rests fails the next.
  client.on("error", () => undefined);
  await client.connect();
  return client;
}

/** Numbers that a number holds exactly, true and false, and JSON are what they say; everything else is its text. */
const types: CustomTypesConfig = {
  getTypeParser: (oid: number) => parsers.get(oid) ?? ((text: string) => text),
};

const parsers: ReadonlyMap<number, (text: string) => unknown> = new Map<number, (text: string) => unknown>([
  [16, (text) => text === "t"],
  [20, exactNumber],
  [21, Number],
  [23, Number],
  [114, JSON.parse],
  [700, Number],
  [701, Number],
  [1700, exactNumber],
  [3802, JSON.parse],
]);
