import type { Estate } from "../estate.ts";
import { conditionOn, hostsThatMayFit } from "./condition.ts";
import { type GetRequest, RequestError, type Statistic } from "./request.ts";
import type { AnyTable, Column, Table } from "./tables.ts";

/** Users who see everything; others see nothing. */
const users: ReadonlySet<string> = new Set(["cmkadmin", "automation"]);

/** The rows that answer a request, as text. @throws {RequestError} it asks for what is not there. */
export function answerOf(tables: ReadonlyMap<string, AnyTable>, estate: Estate, request: GetRequest): string {
  const table = tables.get(request.table);
  if (table === undefined) throw new RequestError(404, `Invalid GET request, no such table '${request.table}'`);
  const rows = table.use((typed) => rowsOf(typed, estate, request));
  return request.format === "json" ? jsonOf(rows) : csvOf(rows);
}

/** Whether what a request waits for is so now. */
export function isReached(tables: ReadonlyMap<string, AnyTable>, estate: Estate, request: GetRequest): boolean {
  const found = tables.get(request.table)?.use((table) => {
    const holds = [...request.filter, ...request.waitFor].map((condition) => conditionOn(table, condition));
    for (const row of table.rows(estate, () => true)) if (holds.every((each) => each(row))) return true;
    return false;
  });
  return found ?? true;
}

type Rows = readonly (readonly unknown[])[];

function rowsOf<Row>(table: Table<Row>, estate: Estate, request: GetRequest): Rows {
  const { filter, statistics, limit = Number.POSITIVE_INFINITY, user } = request;
  const holds = filter.map((condition) => conditionOn(table, condition));
  const [only, second] = holds;
  const fits =
    second === undefined && only !== undefined ? only : (row: Row): boolean => holds.every((each) => each(row));
  const isSeen = user === undefined || users.has(user);
  const all = isSeen ? table.rows(estate, hostsThatMayFit(table, filter)) : [];
  const names = request.columns ?? (statistics.length > 0 ? [] : Object.keys(table.columns).toSorted());
  // A column that is not there is one without values.
  const columns = names.map((name): Column<Row> | undefined => table.columns[name]);
  const hasHeader = request.hasColumnHeaders || (request.columns === undefined && statistics.length === 0);
  const found: (readonly unknown[])[] = hasHeader ? [names] : [];
  if (statistics.length > 0) return [...found, ...counted(table, statistics, columns, { all, fits })];
  let count = 0;
  for (const row of all) {
    if (count >= limit) break;
    if (!fits(row)) continue;
    found.push(columns.map((column) => column?.of(row) ?? null));
    count += 1;
  }
  return found;
}

/** One row for each set of values of the columns, in the order in which they come. */
function counted<Row>(
  table: Table<Row>,
  statistics: readonly Statistic[],
  columns: readonly (Column<Row> | undefined)[],
  { all, fits }: { readonly all: Iterable<Row>; readonly fits: (row: Row) => boolean },
): Rows {
  const groups = new Map<string, { readonly values: readonly unknown[]; readonly counters: readonly Counter<Row>[] }>();
  const newGroup = (values: readonly unknown[]) => ({
    values,
    counters: statistics.map((each) => counterOf(table, each)),
  });
  if (columns.length === 0) groups.set("", newGroup([]));
  for (const row of all) {
    if (!fits(row)) continue;
    const values = columns.map((column) => column?.of(row) ?? null);
    const [first] = values;
    const key =
      values.length === 1 && typeof first === "string" ? first : columns.length === 0 ? "" : JSON.stringify(values);
    let group = groups.get(key);
    if (group === undefined) groups.set(key, (group = newGroup(values)));
    for (const counter of group.counters) counter.take(row);
  }
  return [...groups.values()].map(({ values, counters }) => values.concat(counters.map((counter) => counter.result())));
}

interface Counter<Row> {
  readonly take: (row: Row) => void;
  readonly result: () => unknown;
}

function counterOf<Row>(table: Table<Row>, statistic: Statistic): Counter<Row> {
  if (statistic.kind === "count") {
    const holds = conditionOn(table, statistic.condition);
    let count = 0;
    return {
      take: (row) => {
        if (holds(row)) count += 1;
      },
      result: () => count,
    };
  }
  const column = table.columns[statistic.column];
  if (column === undefined) throw new RequestError(400, `table '${table.name}' has no column '${statistic.column}'`);
  const values: number[] = [];
  return { take: (row) => values.push(Number(column.of(row))), result: () => aggregated(statistic.how, values) };
}

function aggregated(
  how: "sum" | "min" | "max" | "avg" | "std" | "suminv" | "avginv",
  values: readonly number[],
): unknown {
  const sum = values.reduce((all, value) => all + value, 0);
  const inverse = values.reduce((all, value) => all + (value === 0 ? 0 : 1 / value), 0);
  const count = Math.max(1, values.length);
  switch (how) {
    case "sum":
      return sum;
    case "min":
      return values.reduce((least, value) => Math.min(least, value), values[0] ?? 0);
    case "max":
      return values.reduce((most, value) => Math.max(most, value), values[0] ?? 0);
    case "avg":
      return new Float(sum / count);
    case "std":
      return new Float(Math.sqrt(values.reduce((all, value) => all + (value - sum / count) ** 2, 0) / count));
    case "suminv":
      return new Float(inverse);
    case "avginv":
      return new Float(inverse / count);
  }
}

/** A number that is written as Livestatus writes what may have a fraction: 3.0000000000e-01. */
class Float {
  readonly #value: number;

  constructor(value: number) {
    this.#value = value;
  }

  toString(): string {
    const [mantissa = "", exponent = "+0"] = this.#value.toExponential(10).split("e");
    return `${mantissa}e${exponent.slice(0, 1)}${exponent.slice(1).padStart(2, "0")}`;
  }
}

function jsonOf(rows: Rows): string {
  const lines = rows.map((row) =>
    row.some((value) => value instanceof Float)
      ? `[${row.map((value) => (value instanceof Float ? String(value) : JSON.stringify(value))).join(",")}]`
      : JSON.stringify(row),
  );
  return `[${lines.join(",\n")}]\n`;
}

function csvOf(rows: Rows): string {
  return rows.map((row) => `${row.map(csvCell).join(";")}\n`).join("");
}

function csvCell(value: unknown): string {
  if (Array.isArray(value)) return value.join(",");
  return typeof value === "string" || value instanceof Float ? String(value) : JSON.stringify(value ?? "");
}
