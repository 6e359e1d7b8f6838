import { StatementRefused, firstWords, notOne, notReading, unsafeFunction } from "../refused.ts";
import { isNode, nodesIn } from "./nodes.ts";

/** Functions that a statement may stand on in FROM: they make rows of their arguments, or tell of the tables. */
const tableFunctions: ReadonlySet<string> = new Set([
  "generate_series",
  "json_each",
  "json_tree",
  "range",
  "repeat",
  "repeat_row",
  "unnest",
]);

/** What a statement may name. */
export interface DuckDbNames {
  /** Functions that only compute. In lower case. */
  readonly functions: ReadonlySet<string>;
  readonly tables: ReadonlySet<string>;
}

/**
 * Looks over what DuckDB's `json_serialize_sql` gives for a text: it gives a tree for what only selects, and an error for anything else.
 *
 * @throws {StatementRefused} it does more than read; {Error} it is no SQL.
 */
export function checkDuckDb(sql: string, serialized: string, { functions, tables }: DuckDbNames): void {
  const told: unknown = JSON.parse(serialized);
  if (!isNode(told)) throw new TypeError("DuckDB's parser gave no object");
  if (told["error"] === true) throw errorOf(told, sql);
  const { statements } = told;
  if (!Array.isArray(statements) || statements.length !== 1)
    throw notOne(Array.isArray(statements) ? statements.length : 0);
  for (const { key, value } of nodesIn(statements)) {
    if (value["type"] === "BASE_TABLE") checkTable(value, tables);
    const called = value["function_name"];
    if (typeof called !== "string") continue;
    const name = called.toLowerCase();
    const isFrom = key === "function";
    if (!(isFrom ? tableFunctions : functions).has(name)) throw unsafeFunction(called);
  }
}

function errorOf(told: Readonly<Record<string, unknown>>, sql: string): Error {
  const message = String(told["error_message"]);
  if (told["error_type"] === "not implemented") return notReading(firstWords(sql));
  if (/locking clause/i.test(message)) return notReading("FOR UPDATE");
  return new Error(message);
}

/** DuckDB takes a name that is no table for that of a file. */
function checkTable(value: Readonly<Record<string, unknown>>, tables: ReadonlySet<string>): void {
  const name = String(value["table_name"]);
  if (!/[./\\*?[\]:]/.test(name) || tables.has(name)) return;
  throw new StatementRefused(JSON.stringify(name), "files are not named here; use the tables that the source lists");
}
