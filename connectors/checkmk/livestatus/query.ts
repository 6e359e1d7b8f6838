import { ToolFailure } from "switchyard/connector";

/** One question to Livestatus. */
export interface Query {
  readonly table: string;
  /** Without columns and statistics each row has all columns, and the first says their names. */
  readonly columns?: readonly string[];
  /** Headers as {@link is}, {@link all} and their like give them; all must hold. */
  readonly filter?: readonly string[];
  /** `Stats` headers, a number of the answer each; with columns one row for each of their values. */
  readonly statistics?: readonly string[];
  readonly limit?: number;
}

/** How a column is compared: numbers and texts by order; of a list, `>=` says that it contains. `~` is a pattern, `~~` one in whatever case. */
export type Comparison = "=" | "!=" | "<" | ">" | "<=" | ">=" | "~" | "~~";

/** The header that a column compares so. @throws {ToolFailure} the value has a line's end, which no header may have. */
export function is(column: string, comparison: Comparison, value: string | number): string {
  return `Filter: ${column} ${comparison} ${inLine(String(value))}`;
}

/** Headers of which all must hold. Without any, that is so; a part without any takes no part. */
export function all(parts: readonly (readonly string[])[]): readonly string[] {
  return joined(
    "And",
    parts.filter((part) => part.length > 0),
  );
}

/** Headers of which one must hold. `parts` has at least one. */
export function any(parts: readonly (readonly string[])[]): readonly string[] {
  return joined("Or", parts);
}

/** Counts the rows for which all of these headers hold, each a `Filter`. */
export function count(filters: readonly string[]): readonly string[] {
  const lines = filters.map((line) => line.replace(/^Filter:/, "Stats:"));
  return lines.length > 1 ? [...lines, `StatsAnd: ${lines.length}`] : lines;
}

function joined(how: "And" | "Or", parts: readonly (readonly string[])[]): readonly string[] {
  const lines = parts.flat();
  return parts.length > 1 ? [...lines, `${how}: ${parts.length}`] : lines;
}

/** A value as it may stand in a header. */
export function inLine(value: string): string {
  if (!/[\r\n\0]/.test(value)) return value;
  throw new ToolFailure(`${JSON.stringify(value)} has a line's end, which no name here has. Leave it out.`);
}

/** A text as a pattern that fits itself alone. */
export function literally(text: string): string {
  return text.replaceAll(/[\\^$.*+?()[\]{}|]/g, String.raw`\$&`);
}

/** The question as it is sent, on a connection that stays open for the next. */
export function textOf({ table, columns, filter = [], statistics = [], limit }: Query): string {
  return [
    `GET ${table}`,
    ...(columns === undefined ? [] : [`Columns: ${columns.join(" ")}`]),
    ...filter,
    ...statistics,
    ...(limit === undefined ? [] : [`Limit: ${limit}`]),
    "OutputFormat: json",
    "ResponseHeader: fixed16",
    "KeepAlive: on",
    "\n",
  ].join("\n");
}
