import type { Condition } from "../rows/condition.ts";

/** One question to Livestatus. */
export interface Query {
  readonly table: string;
  /** Without columns and statistics each row has all columns, and the first says their names. */
  readonly columns?: readonly string[];
  /** Which rows. Default: all. */
  readonly filter?: Condition;
  /** `Stats` headers, a number of the answer each; with columns one row for each of their values. */
  readonly statistics?: readonly string[];
  readonly limit?: number;
}

/** Counts the rows of which this holds. It does not hold of all. */
export function count(condition: Condition): readonly string[] {
  return headersOf(condition, "Stats");
}

/** The headers of a condition, of which the last joins those before. */
function headersOf(condition: Condition, name: "Filter" | "Stats"): readonly string[] {
  if (condition.kind === "compare") {
    const { column, comparison, value } = condition;
    return [`${name}: ${column} ${comparison} ${value}`];
  }
  const { kind, parts } = condition;
  const how = `${name === "Stats" ? "Stats" : ""}${kind === "all" ? "And" : "Or"}`;
  return [...parts.flatMap((part) => headersOf(part, name)), `${how}: ${parts.length}`];
}

/** The headers that let rows pass of which it holds: all of those that stand beside one another must. */
function filterOf(condition: Condition): readonly string[] {
  const parts = condition.kind === "all" ? condition.parts : [condition];
  return parts.flatMap((part) => headersOf(part, "Filter"));
}

/** The question as it is sent, on a connection that stays open for the next. */
export function textOf({ table, columns, filter, statistics = [], limit }: Query): string {
  return [
    `GET ${table}`,
    ...(columns === undefined ? [] : [`Columns: ${columns.join(" ")}`]),
    ...(filter === undefined ? [] : filterOf(filter)),
    ...statistics,
    ...(limit === undefined ? [] : [`Limit: ${limit}`]),
    "OutputFormat: json",
    "ResponseHeader: fixed16",
    "KeepAlive: on",
    "\n",
  ].join("\n");
}
