import { firstWords, notOne, notReading } from "../refused.ts";
import { isNode, nodesIn } from "./nodes.ts";

/** What a statement calls, by names in lower case as PostgreSQL reads them: whether that only computes, only the database knows. */
export interface PostgresCalls {
  readonly functions: readonly string[];
  readonly operators: readonly string[];
  /** Names of columns. `row.name` calls a function of that name, where there is one that takes such a row. */
  readonly columns: readonly string[];
}

/**
 * Looks over the tree that PostgreSQL's own parser makes of a text.
 *
 * @throws {StatementRefused} it is not one SELECT, or one that writes, locks or keeps what it finds.
 */
export function checkPostgres(sql: string, tree: unknown): PostgresCalls {
  const statements: unknown = isNode(tree) ? tree["stmts"] : undefined;
  if (!Array.isArray(statements) || statements.length !== 1)
    throw notOne(Array.isArray(statements) ? statements.length : 0);
  const first: unknown = statements[0];
  const statement = isNode(first) ? first["stmt"] : undefined;
  if (!isNode(statement) || statement["SelectStmt"] === undefined) throw notReading(firstWords(sql));
  const found = { functions: new Set<string>(), operators: new Set<string>(), columns: new Set<string>() };
  for (const { key, value } of nodesIn(statement)) {
    if (key.endsWith("Stmt") && key !== "SelectStmt") throw notReading(wordsOf(key));
    if (key === "intoClause") throw notReading("SELECT INTO");
    if (key === "LockingClause") throw notReading(`FOR ${String(value["strength"]).replace("LCS_FOR", "")}`);
    if (key === "FuncCall") found.functions.add(lastName(value["funcname"]));
    if (key === "A_Expr" || key === "SubLink") found.operators.add(lastName(value["name"] ?? value["operName"]));
    if (key === "ColumnRef") found.columns.add(lastName(value["fields"]));
  }
  return { functions: [...found.functions], operators: [...found.operators], columns: [...found.columns] };
}

/** `CreateTableAsStmt` as it is written: `CREATE TABLE AS`. */
function wordsOf(kind: string): string {
  return kind
    .slice(0, -"Stmt".length)
    .replaceAll(/(?<=[a-z])(?=[A-Z])/g, " ")
    .toUpperCase();
}

function lastName(names: unknown): string {
  const last: unknown = Array.isArray(names) ? names.at(-1) : undefined;
  const text = isNode(last) ? last["String"] : undefined;
  return isNode(text) && typeof text["sval"] === "string" ? text["sval"] : "";
}
