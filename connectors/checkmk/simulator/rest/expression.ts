import { conditionOn } from "../livestatus/condition.ts";
import { type Condition, RequestError } from "../livestatus/request.ts";
import type { Filtered } from "../livestatus/tables.ts";
import { badFields } from "./reply.ts";
import { isRecord } from "./route.ts";

/** Whether a row fits. */
export type Fits<Row> = (row: Row) => boolean;

/**
 * The Livestatus filter that a query of the API is: `{op, left, right}`, or `{op: "and" | "or", expr: [...]}`, or `{op: "not", expr}`.
 * Without a query, everything fits. @throws {Refused} 400.
 */
export function fitting<Row>(query: unknown, table: Filtered<Row>): Fits<Row> {
  if (query === undefined || query === null) return () => true;
  try {
    return conditionOn(table, conditionOf(query));
  } catch (thrown) {
    if (!(thrown instanceof RequestError)) throw thrown;
    throw badFields({ query: [thrown.message] });
  }
}

/** The query in an address, where it is JSON as text. @throws {Refused} 400. */
export function queryIn(address: URLSearchParams): unknown {
  const text = address.get("query");
  if (text === null) return undefined;
  try {
    return JSON.parse(text);
  } catch {
    throw wrong(text);
  }
}

function conditionOf(query: unknown): Condition {
  if (!isRecord(query)) throw wrong(query);
  const { op, left, right, expr } = query;
  if (op === "and" || op === "or") {
    if (!Array.isArray(expr)) throw wrong(query);
    return { kind: op, parts: expr.map(conditionOf) };
  }
  if (op === "not") return { kind: "not", part: conditionOf(expr) };
  if (typeof op !== "string" || typeof left !== "string" || typeof right !== "string") throw wrong(query);
  const column = left.includes(".") ? left.slice(left.indexOf(".") + 1) : left;
  return { kind: "compare", comparison: { column, operator: op, value: right } };
}

function wrong(query: unknown): Error {
  return badFields({ query: [`'${JSON.stringify(query)}' is not a valid expression.`] });
}
