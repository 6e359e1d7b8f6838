import { DatabaseSync, type SQLInputValue, type StatementSync, constants } from "node:sqlite";
import { type StatementRefused, firstWords, notOne, notReading, unsafeFunction } from "../refused.ts";
import { type Bounds, RowBuffer, type Table } from "../../shared/table.ts";
import { type Described, type Engine, tablesOf } from "./engine.ts";

/** SQLite says of each function whether it is harmless whoever calls it (sqlite.org/c3ref/c_deterministic.html, SQLITE_INNOCUOUS). */
const innocuous = 0x20_00_00;
/** It writes to the log of the process. */
const unwanted: ReadonlySet<string> = new Set(["sqlite_log"]);
/** Aggregates and full-text search, which only compute; SQLite does not say so of what is compiled in as an extension. */
const alsoHarmless: ReadonlySet<string> = new Set([
  "median",
  "percentile",
  "percentile_cont",
  "percentile_disc",
  "match",
  "bm25",
  "highlight",
  "snippet",
]);
/** Tables that are made of their arguments. Others that no file holds tell of the process. */
const computedTables: ReadonlySet<string> = new Set(["json_each", "json_tree"]);

/** A database of SQLite. For each thing that a statement would do, SQLite's own parser asks here whether it may. */
export class SqliteEngine implements Engine {
  readonly #database: DatabaseSync;
  readonly #functions: ReadonlySet<string>;
  readonly #modules: ReadonlySet<string>;
  #refusal: StatementRefused | undefined;
  #firstAction: number | undefined;

  /** @throws what SQLite says of a file that it cannot read. */
  constructor(file: string) {
    this.#database = new DatabaseSync(file, { readOnly: true, allowExtension: false });
    this.#database.exec("PRAGMA trusted_schema = OFF; PRAGMA query_only = ON");
    this.#functions = namesIn(this.#database, `SELECT name FROM pragma_function_list WHERE flags & ${innocuous}`);
    this.#modules = namesIn(this.#database, "SELECT name FROM pragma_module_list");
    this.#guard();
  }

  check(sql: string): void {
    this.#prepared(sql);
  }

  run(sql: string, parameters: readonly unknown[], bounds: Bounds): Table {
    const statement = this.#prepared(sql);
    statement.setReadBigInts(true);
    statement.setReturnArrays(true);
    const rows = new RowBuffer(bounds);
    try {
      for (const row of statement.iterate(...parameters.map(inputOf))) {
        if (!rows.add(Object.values(row))) break;
      }
    } catch (thrown) {
      // Tables that ask the database about itself are only made then.
      throw this.#refusal ?? thrown;
    }
    return rows.table(statement.columns().map(({ name, type }) => ({ name, type: type ?? undefined })));
  }

  tables(max: number): readonly Described[] {
    this.#database.setAuthorizer(null);
    const columns = this.#database
      .prepare(
        `SELECT t.name AS "table", c.name AS "column", c.type FROM (
           SELECT name FROM sqlite_schema WHERE type IN ('table', 'view') AND name NOT LIKE 'sqlite_%' ORDER BY name LIMIT ?
         ) t, pragma_table_info(t.name) c ORDER BY t.name, c.cid`,
      )
      .all(max);
    this.#guard();
    return tablesOf(columns);
  }

  cancel(): void {
    // A statement of SQLite keeps this thread busy, so that nothing is heard here: who wants its end ends the process.
  }

  close(): void {
    if (this.#database.isOpen) this.#database.close();
  }

  #prepared(sql: string): StatementSync {
    const statement = this.#parsed(sql);
    // What stands behind the first statement would be ignored; whoever wrote it should know.
    if (sql.slice(statement.sourceSQL.length).replace(nothing, "") === "") return statement;
    throw notOne(2);
  }

  #parsed(sql: string): StatementSync {
    this.#refusal = undefined;
    this.#firstAction = undefined;
    try {
      const statement = this.#database.prepare(sql);
      // VACUUM and the like ask for nothing, and what is no SELECT begins otherwise.
      if (this.#firstAction === constants.SQLITE_SELECT) return statement;
    } catch (thrown) {
      // What was refused here is told by SQLite as "not authorized".
      const isSelect = this.#firstAction === constants.SQLITE_SELECT || firstWords(sql) === "WITH";
      if (this.#refusal === undefined || isSelect) throw this.#refusal ?? thrown;
    }
    throw notReading(firstWords(sql));
  }

  #guard(): void {
    this.#database.setAuthorizer((action, first, second) => {
      this.#firstAction ??= action;
      const refusal = this.#refusalOf(action, first ?? "", second ?? "");
      this.#refusal ??= refusal;
      return refusal === undefined ? constants.SQLITE_OK : constants.SQLITE_DENY;
    });
  }

  #refusalOf(action: number, first: string, second: string): StatementRefused | undefined {
    switch (action) {
      case constants.SQLITE_SELECT:
      case constants.SQLITE_RECURSIVE:
        return undefined;
      case constants.SQLITE_FUNCTION:
        return this.#mayCall(second.toLowerCase()) ? undefined : unsafeFunction(second);
      case constants.SQLITE_READ:
        return this.#modules.has(first.toLowerCase()) && !computedTables.has(first.toLowerCase())
          ? notReading(first)
          : undefined;
      default:
        return notReading(actionNames.get(action) ?? `action ${action}`);
    }
  }

  #mayCall(name: string): boolean {
    return (this.#functions.has(name) && !unwanted.has(name)) || alsoHarmless.has(name);
  }
}

/** What may follow a statement: spaces, semicolons and comments. */
const nothing = /^(?:[\s;]|--[^\n]*(?:\n|$)|\/\*[\s\S]*?(?:\*\/|$))*/;

/** What SQLite calls the things that a statement may do, as statements are written: `SQLITE_DROP_TABLE` is `DROP TABLE`. */
const actionNames: ReadonlyMap<number, string> = new Map(
  Object.entries(constants)
    .filter(([name]) => !/^SQLITE_(?:CHANGESET_|OK$|DENY$|IGNORE$|COPY$)/.test(name))
    .map(([name, action]) => [action, name.slice("SQLITE_".length).replaceAll("_", " ")]),
);

function namesIn(database: DatabaseSync, sql: string): ReadonlySet<string> {
  const rows = database.prepare(sql).all();
  return new Set(rows.map(({ name }) => String(name).toLowerCase()));
}

function inputOf(value: unknown): SQLInputValue {
  if (typeof value === "boolean") return value ? 1 : 0;
  if (typeof value === "number" || typeof value === "string" || value === null) return value;
  return JSON.stringify(value);
}
