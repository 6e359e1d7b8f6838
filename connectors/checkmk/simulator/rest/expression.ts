import type { Cell, Columns } from "../columns.ts";
import type { Estate } from "../estate.ts";
import { badFields } from "./reply.ts";
import { isRecord } from "./route.ts";

/** Whether a row fits. */
export type Fits<Row> = (row: Row) => boolean;

/**
 * The Livestatus filter that a query of the API is: `{op, left, right}`, or `{op: "and" | "or", expr: [...]}`, or `{op: "not", expr}`.
 * Without a query, everything fits. @throws {Refused} 400.
 */
export function fitting<Row>(query: unknown, columns: Columns<Row>, estate: Estate): Fits<Row> {
  if (query === undefined || query === null) return () => true;
  if (!isRecord(query)) throw wrong(query);
  const { op, left, right, expr } = query;
  if (op === "and" || op === "or") {
    if (!Array.isArray(expr)) throw wrong(query);
    const parts = expr.map((each: unknown) => fitting(each, columns, estate));
    return (row) => (op === "and" ? parts.every((fits) => fits(row)) : parts.some((fits) => fits(row)));
  }
  if (op === "not") {
    const inner = fitting(expr, columns, estate);
    return (row) => !inner(row);
  }
  if (typeof op !== "string" || typeof left !== "string" || typeof right !== "string") throw wrong(query);
  const name = left.includes(".") ? left.slice(left.indexOf(".") + 1) : left;
  const read = Object.hasOwn(columns, name) ? columns[name] : undefined;
  if (read === undefined) throw badFields({ query: [`Table has no column '${left}'.`] });
  const isNegated = op.startsWith("!") && op !== "!=";
  const compare = comparing(op === "!=" ? op : op.replace(/^!/, ""), right, query);
  return (row) => compare(read(row, estate)) !== isNegated;
}

function comparing(op: string, right: string, query: unknown): (cell: Cell) => boolean {
  const lower = right.toLowerCase();
  switch (op) {
    case "=":
      return (cell) => (isListLike(cell) ? membersOf(cell).length === 0 && right === "" : textOf(cell) === right);
    case "!=":
      return (cell) => textOf(cell) !== right;
    case "=~":
      return (cell) => textOf(cell).toLowerCase() === lower;
    case "~":
      return matching(right, "");
    case "~~":
      return matching(right, "i");
    case "<":
      return (cell) => typeof cell === "number" && cell < Number(right);
    case ">":
      return (cell) => typeof cell === "number" && cell > Number(right);
    case "<=":
      return (cell) => (isListLike(cell) ? !membersOf(cell).includes(right) : Number(cell) <= Number(right));
    case ">=":
      return (cell) => (isListLike(cell) ? membersOf(cell).includes(right) : Number(cell) >= Number(right));
    default:
      throw wrong(query);
  }
}

function matching(right: string, flags: string): (cell: Cell) => boolean {
  const pattern = new RegExp(right, flags);
  return (cell) => pattern.test(textOf(cell));
}

function isListLike(cell: Cell): cell is readonly unknown[] | Readonly<Record<string, unknown>> {
  return typeof cell === "object";
}

function textOf(cell: Cell): string {
  return isListLike(cell) ? membersOf(cell).join(" ") : String(cell);
}

function membersOf(cell: readonly unknown[] | Readonly<Record<string, unknown>>): readonly string[] {
  return (Array.isArray(cell) ? cell : Object.values(cell)).map(String);
}

function wrong(query: unknown): Error {
  return badFields({ query: [`'${JSON.stringify(query)}' is not a valid expression.`] });
}
