import { StatementRefused, firstWords, notOne, notReading, unsafeFunction } from "../refused.ts";
import { mysqlFunctions } from "./mysql-functions.ts";
import { isNode, nodesIn } from "./nodes.ts";

/** Comments that a server runs, as it finds them fit: those that begin so in MySQL, and with an M in MariaDB. */
const runComment = /\/\*M?!/i;

/** Bodies of a query that only read; others are statements that a `WITH` stands before, or `TABLE`. */
const readingBodies: ReadonlySet<string> = new Set(["Select", "Query", "SetOperation", "Values"]);

/**
 * Looks over the tree of a text in MySQL's dialect.
 *
 * @throws {StatementRefused} it is not one SELECT, or one that writes, locks, sets a variable or calls what is not in {@link mysqlFunctions}.
 */
export function checkMySql(sql: string, statements: unknown): void {
  if (runComment.test(sql)) {
    throw new StatementRefused(
      "/*!",
      "comments that some servers run are not taken, in texts neither; pass such a text as a parameter",
    );
  }
  if (!Array.isArray(statements) || statements.length !== 1)
    throw notOne(Array.isArray(statements) ? statements.length : 0);
  const statement: unknown = statements[0];
  if (!isNode(statement) || !isNode(statement["Query"])) throw notReading(firstWords(sql));
  for (const { key, value } of nodesIn(statement)) checkNode(key, value);
}

function checkNode(key: string, value: Readonly<Record<string, unknown>>): void {
  if (isNode(value["body"])) {
    const other = Object.keys(value["body"]).find((kind) => !readingBodies.has(kind));
    if (other !== undefined) throw notReading(other.toUpperCase());
  }
  if (isNode(value["into"])) throw notReading("SELECT INTO");
  if (Array.isArray(value["locks"]) && value["locks"].length > 0) throw notReading("FOR UPDATE or FOR SHARE");
  if (value["op"] === "Assignment") throw notReading(":=");
  if (key === "Function") checkCall(value["name"]);
  // A function in FROM.
  if (key === "Table" && value["args"] !== undefined && value["args"] !== null) checkCall(value["name"]);
}

function checkCall(names: unknown): void {
  const parts: unknown[] = Array.isArray(names) ? names : [];
  const name = parts.map(nameIn).join(".");
  // With a database before it, it is one that somebody has written.
  if (parts.length !== 1 || !mysqlFunctions.has(name.toLowerCase())) throw unsafeFunction(name);
}

function nameIn(part: unknown): string {
  const identifier = isNode(part) ? part["Identifier"] : undefined;
  return isNode(identifier) ? String(identifier["value"]) : "?";
}
