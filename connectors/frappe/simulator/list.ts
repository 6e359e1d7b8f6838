import { type DocType, type Field, holdsValue, rowColumns, standardColumns } from "./doctype.ts";
import { type Condition, argument, conditionsIn, fits, order } from "./filters.ts";
import { type Json, numberOf, textOf } from "./json.ts";
import { mayField, mustMay, seesOnlyOwn } from "./permissions.ts";
import { thrown } from "./raised.ts";
import type { Request } from "./request.ts";
import { doctypeOf } from "./site.ts";
import { rowsOf, tablesOf } from "./values.ts";

/** What is asked of a list. */
export interface Question {
  readonly fields?: unknown;
  readonly filters?: unknown;
  readonly orFilters?: unknown;
  readonly orderBy?: string;
  readonly groupBy?: string;
  readonly start?: number;
  /** 0: all. */
  readonly limit: number;
  readonly parent?: string;
}

/** One column of what is asked for. */
interface Column {
  readonly key: string;
  readonly field: string;
  /** The field of the table that it is in, where it is of a child row. */
  readonly table: string | undefined;
  readonly aggregate: "count" | "sum" | "avg" | "min" | "max" | undefined;
}

/** A document, and the child row that goes with it where rows are asked for. */
type Pair = readonly [Json, Json | undefined];

/** The rows of a list, as its user may see them. @throws {Raised} `DoesNotExistError`, `PermissionError`, `DataError`, `ValidationError`. */
export function listed(request: Request, doctype: string, question: Question): Json[] {
  const { site, user } = request;
  const type = doctypeOf(site, doctype);
  const rightsOf = type.istable && question.parent !== undefined ? doctypeOf(site, question.parent) : type;
  mustMay(site, user, rightsOf, "read");
  const columns = columnsIn(request, type, question.fields);
  const pairs = matching(request, type, question, columns);
  const sorted = ordered(pairs, type, question.orderBy);
  const isGrouped = question.groupBy !== undefined || columns.some(({ aggregate }) => aggregate !== undefined);
  const rows = isGrouped
    ? orderedGroups(grouped(sorted, columns, question.groupBy), type, question.orderBy)
    : grouped(sorted, columns, undefined);
  const start = question.start ?? 0;
  return question.limit === 0 ? rows.slice(start) : rows.slice(start, start + question.limit);
}

/** How many there are that fit, as the user may see them. */
export function counted(request: Request, doctype: string, question: Pick<Question, "filters" | "orFilters">): number {
  const type = doctypeOf(request.site, doctype);
  mustMay(request.site, request.user, type, "read");
  return matching(request, type, { ...question, limit: 0 }, []).length;
}

function matching(request: Request, type: DocType, question: Question, columns: readonly Column[]): readonly Pair[] {
  const { site, user } = request;
  const all = conditionsIn(question.filters);
  const any = conditionsIn(question.orFilters);
  for (const { doctype, field } of [...all, ...any]) {
    const of = doctype === undefined || doctype === type.name ? type : doctypeOf(site, doctype);
    if (!hasColumn(of, field)) throw unknownField(field);
  }
  const docs = type.istable ? childRows(request, type) : site.store.all(type.name);
  const own = seesOnlyOwn(site, user, type) && !type.istable;
  const tables = tablesNeeded(type, columns, [...all, ...any]);
  const now = site.now();
  const holds = (pair: Pair, condition: Condition): boolean => fits(valueIn(pair, condition, type), condition, now);
  return docs
    .filter((doc) => !own || doc["owner"] === user || doc["allocated_to"] === user)
    .flatMap((doc) => withRows(doc, tables))
    .filter(
      (pair) =>
        all.every((condition) => holds(pair, condition)) && (any.length === 0 || any.some((one) => holds(pair, one))),
    );
}

function withRows(doc: Json, tables: readonly string[]): readonly Pair[] {
  const [table] = tables;
  if (table === undefined) return [[doc, undefined]];
  const rows = rowsOf(doc[table]);
  return rows.length === 0 ? [[doc, undefined]] : rows.map((row) => [doc, row] as const);
}

function tablesNeeded(type: DocType, columns: readonly Column[], conditions: readonly Condition[]): readonly string[] {
  const named = columns.flatMap(({ table }) => (table === undefined ? [] : [table]));
  const filtered = conditions.flatMap(({ doctype }) =>
    tablesOf(type)
      .filter(({ options }) => options === doctype)
      .map(({ fieldname }) => fieldname),
  );
  return [...new Set([...named, ...filtered])];
}

function valueIn([doc, row]: Pair, { doctype, field }: Condition, type: DocType): unknown {
  return doctype === undefined || doctype === type.name ? doc[field] : row?.[field];
}

function childRows({ site }: Request, { name }: DocType): readonly Json[] {
  return [...site.doctypes.values()].flatMap((parent) => {
    const fields = tablesOf(parent).filter(({ options }) => options === name);
    return fields.length === 0
      ? []
      : site.store.all(parent.name).flatMap((doc) => fields.flatMap(({ fieldname }) => rowsOf(doc[fieldname])));
  });
}

function columnsIn({ site, user }: Request, type: DocType, asked: unknown): readonly Column[] {
  const given = typeof asked === "string" && !asked.trim().startsWith("[") ? asked.split(",") : argument(asked);
  const names = (Array.isArray(given) && given.length > 0 ? given.map(textOf) : ["name"]).map((name) => name.trim());
  return names.flatMap((written) => {
    if (written === "*" || written === `\`tab${type.name}\`.*`)
      return allColumns(site.version, type, (field) => mayField(site, user, type, field, "read"));
    const column = columnOf(type, written);
    const table =
      column.table === undefined ? undefined : tablesOf(type).find(({ fieldname }) => fieldname === column.table);
    const of = table?.options === undefined ? type : doctypeOf(site, table.options);
    const isCount = column.aggregate === "count" && (column.field === "*" || column.field === "1");
    if (!isCount && !hasColumn(of, column.field)) throw unknownField(column.field);
    const field = of.fields.find(({ fieldname }) => fieldname === column.field);
    return field !== undefined && !mayField(site, user, type, field, "read") ? [] : [column];
  });
}

function columnOf(type: DocType, written: string): Column {
  const [, expression = written, alias] = /^(.*?)\s+as\s+[`'"]?(\w+)[`'"]?$/is.exec(written) ?? [];
  const call = /^(count|sum|avg|min|max)\((.*)\)$/i.exec(expression.trim());
  const inner = (call?.[2] ?? expression).replaceAll("`", "").trim();
  const [, place, plain = inner] = /^(?:tab)?([^.]+)\.(\w+)$/.exec(inner) ?? [];
  const table =
    place === undefined || place === type.name
      ? undefined
      : tablesOf(type).find(({ fieldname, options }) => fieldname === place || options === place)?.fieldname;
  const aggregate = call === null ? undefined : aggregateOf(call[1] ?? "");
  return { key: alias ?? (call === null ? plain : expression.trim()), field: plain, table, aggregate };
}

function aggregateOf(name: string): Column["aggregate"] {
  const lower = name.toLowerCase();
  return lower === "sum" || lower === "avg" || lower === "min" || lower === "max" ? lower : "count";
}

function allColumns(version: number, type: DocType, mayRead: (field: Field) => boolean): Column[] {
  const own = type.fields.filter((field) => holdsValue(field) && mayRead(field)).map(({ fieldname }) => fieldname);
  const hidden =
    version === 14
      ? ["_user_tags", "_comments", "_assign", "_liked_by", ...(type.name === "ToDo" ? ["_seen"] : [])]
      : [];
  return [...standardColumns, ...own, ...hidden].map((field) => ({
    key: field,
    field,
    table: undefined,
    aggregate: undefined,
  }));
}

function hasColumn(type: DocType, name: string): boolean {
  const standard: readonly string[] = [
    ...standardColumns,
    ...(type.istable ? rowColumns : []),
    "_user_tags",
    "_comments",
    "_assign",
    "_liked_by",
  ];
  return standard.includes(name) || type.fields.some((field) => field.fieldname === name && holdsValue(field));
}

function unknownField(field: string) {
  return thrown("DataError", `Field not permitted in query: ${field}`);
}

function ordered(pairs: readonly Pair[], type: DocType, orderBy: string | undefined): readonly Pair[] {
  if (orderBy === undefined || orderBy === "") return pairs;
  const keys = orderBy.split(",").map((part) => {
    const [, table, name = "", direction = "asc"] =
      /^\s*(?:`?(?:tab)?([^.`]+)`?\.)?`?(\w+)`?(?:\s+(asc|desc))?\s*$/i.exec(part) ?? [];
    if (name === "") throw thrown("ValidationError", "Illegal SQL Query");
    return {
      name,
      isRow: table !== undefined && table !== type.name,
      sign: direction.toLowerCase() === "desc" ? -1 : 1,
    };
  });
  return pairs.toSorted(([a, rowA], [b, rowB]) => {
    for (const { name, isRow, sign } of keys) {
      const by = order((isRow ? rowA : a)?.[name], (isRow ? rowB : b)?.[name]) * sign;
      if (by !== 0) return by;
    }
    return 0;
  });
}

/** Groups in the order of what was computed of them. */
function orderedGroups(rows: readonly Json[], type: DocType, orderBy: string | undefined): Json[] {
  return ordered(
    rows.map((row) => [row, undefined] as const),
    type,
    orderBy,
  ).map(([row]) => row);
}

function grouped(pairs: readonly Pair[], columns: readonly Column[], groupBy: string | undefined): Json[] {
  const isAggregated = columns.some(({ aggregate }) => aggregate !== undefined);
  if (groupBy === undefined && !isAggregated) return pairs.map((pair) => shownRow(columns, [pair]));
  const keys = (groupBy ?? "")
    .split(",")
    .map((part) => part.replaceAll("`", "").trim().replace(/^.*\./, ""))
    .filter((part) => part !== "");
  const groups = new Map<string, Pair[]>();
  if (keys.length === 0) groups.set("", []);
  for (const pair of pairs) {
    const key = JSON.stringify(keys.map((name) => pair[0][name] ?? pair[1]?.[name]));
    const group = groups.get(key) ?? [];
    group.push(pair);
    groups.set(key, group);
  }
  return [...groups.values()].map((group) => shownRow(columns, group));
}

function shownRow(columns: readonly Column[], group: readonly Pair[]): Json {
  const row: Json = {};
  for (const { key, field, table, aggregate } of columns) {
    const values = group.map(([doc, child]) => (table === undefined ? doc : child)?.[field] ?? null);
    row[key] = aggregate === undefined ? (values[0] ?? null) : aggregated(aggregate, values);
  }
  return row;
}

function aggregated(kind: NonNullable<Column["aggregate"]>, values: readonly unknown[]): unknown {
  if (kind === "count") return values.length;
  const present = values.filter((value) => value !== null);
  if (present.length === 0) return null;
  const sum = present.reduce((total: number, value) => total + numberOf(value), 0);
  if (kind === "sum") return sum;
  if (kind === "avg") return sum / present.length;
  const sorted = present.toSorted(order);
  return kind === "min" ? sorted[0] : sorted.at(-1);
}
