import { ToolFailure } from "switchyard/connector";
import type { Table } from "../../shared/table.ts";
import type { Client } from "../client/client.ts";
import { FrappeError } from "../client/frappe-error.ts";
import { type JsonObject, isJsonObject, parsedJson, stringAt } from "../client/json.ts";
import type { Filters, ListQuery } from "../client/list-query.ts";

/** What a report came to. */
export interface ReportRun {
  readonly table: Table;
  readonly columns: readonly ReportColumn[];
  /** What the report says besides, as plain JSON: its message, its summary, its chart. */
  readonly extras: JsonObject;
  /** When it was prepared, in the site's time; undefined where it was run for this. */
  readonly preparedAt: string | undefined;
}

export interface ReportColumn {
  readonly name: string;
  readonly label: string;
  readonly type: string;
}

/** How a prepared report is waited for: first for so long, then longer each time. In ms. */
const firstWaitMs = 2000;
const longestWaitMs = 15_000;
const mostWaitMs = 300_000;
/** Rows of a report that is a stored list. */
const mostRows = 10_000;

/** What running a report takes from outside. */
export interface ReportDeps {
  readonly client: Client;
  readonly now: () => number;
  readonly sleep: (ms: number, signal: AbortSignal) => Promise<void>;
  readonly progress: (message: string) => void;
  /** Refuses a list that may not be asked for. @throws {ToolFailure} */
  readonly check: (doctype: string, query: ListQuery) => void;
}

/**
 * The rows of a report with these filters. One that is prepared in the background is prepared and waited for, up to five minutes; one that is a stored
 * list is listed.
 *
 * @throws {ToolFailure} preparing failed, or takes longer; `FrappeError` what the site says.
 */
export async function runReport(
  deps: ReportDeps,
  report: string,
  filters: JsonObject,
  signal: AbortSignal,
): Promise<ReportRun> {
  const direct = await asked(deps.client, report, filters, signal);
  if (Number(direct["prepared_report"] ?? 0) === 1) return readyOf(direct) ?? prepared(deps, report, filters, signal);
  if (Array.isArray(direct["result"])) return runOf(direct, undefined);
  return listed(deps, report, filters, signal);
}

/** What was prepared with these filters; undefined where nothing is ready. */
function readyOf(run: JsonObject): ReportRun | undefined {
  const { doc, result } = run;
  return isJsonObject(doc) && Array.isArray(result) ? runOf(run, preparedAt(doc)) : undefined;
}

async function asked(client: Client, report: string, filters: JsonObject, signal: AbortSignal): Promise<JsonObject> {
  const args = { report_name: report, filters: JSON.stringify(filters), ignore_prepared_report: "0" };
  const { value } = await client.call("frappe.desk.query_report.run", args, { verb: "GET" }, signal);
  return isJsonObject(value) ? value : {};
}

function preparedAt(doc: JsonObject): string | undefined {
  return stringAt(doc, "report_end_time") ?? stringAt(doc, "creation");
}

async function prepared(
  { client, now, sleep, progress }: ReportDeps,
  report: string,
  filters: JsonObject,
  signal: AbortSignal,
): Promise<ReportRun> {
  const args = { report_name: report, filters: JSON.stringify(filters) };
  const { value } = await client.call("frappe.desk.query_report.background_enqueue_run", args, {}, signal);
  const name = isJsonObject(value) ? stringAt(value, "name") : undefined;
  if (name === undefined) throw new ToolFailure(`The site did not begin to prepare ${report}`);
  const until = now() + mostWaitMs;
  for (let wait = firstWaitMs; now() + wait < until; wait = Math.min(wait * 1.5, longestWaitMs)) {
    await sleep(wait, signal);
    const ready = readyOf(await asked(client, report, filters, signal));
    if (ready !== undefined) return ready;
    progress(await statusOf(client, report, name, signal));
  }
  throw new ToolFailure(
    `${report} was not ready after ${mostWaitMs / 1000} s; the site goes on preparing it. Ask again later, or see whether its background workers run`,
  );
}

/** How far it is, in words. Who may run a report need not be allowed to look at its preparation. @throws {ToolFailure} it failed. */
async function statusOf(client: Client, report: string, name: string, signal: AbortSignal): Promise<string> {
  const doc = await client.read("Prepared Report", name, signal).catch((thrown: unknown) => {
    if (thrown instanceof FrappeError && thrown.code === "permission_denied") return {};
    throw thrown;
  });
  const status = stringAt(doc, "status") ?? "Started";
  if (status !== "Error") return `${report} is ${status.toLowerCase()}`;
  const why = stringAt(doc, "error_message")?.trim().split("\n").at(-1);
  throw new ToolFailure(`${report} could not be prepared: ${why ?? "the site does not say why"}`);
}

function runOf(run: JsonObject, asOf: string | undefined): ReportRun {
  const columns = (Array.isArray(run["columns"]) ? run["columns"] : []).map(columnOf);
  const result = Array.isArray(run["result"]) ? run["result"] : [];
  const { message, report_summary: summary, chart } = run;
  return {
    table: {
      columns: columns.map(({ name, type }) => ({ name, type })),
      rows: result.map((row: unknown) => cellsOf(row, columns)),
      truncated: undefined,
    },
    columns,
    extras: Object.fromEntries(
      Object.entries({ message, summary, chart }).filter(([, value]) => value !== null && value !== undefined),
    ),
    preparedAt: asOf,
  };
}

/** A column is an object; or, in older reports, `Label:Type/Options:Width`. */
function columnOf(column: unknown, at: number): ReportColumn {
  if (isJsonObject(column)) {
    const name = stringAt(column, "fieldname") ?? stringAt(column, "label") ?? `column_${at}`;
    return { name, label: stringAt(column, "label") ?? name, type: stringAt(column, "fieldtype") ?? "Data" };
  }
  const [label = "", type = "Data"] = String(column).split(":");
  const name = label.toLowerCase().replaceAll(/[^a-z0-9]+/g, "_");
  return { name: name === "" ? `column_${at}` : name, label, type: type.split("/")[0] || "Data" };
}

/** A row is an object by field or, as totals are, a list in the order of the columns. */
function cellsOf(row: unknown, columns: readonly ReportColumn[]): readonly unknown[] {
  if (Array.isArray(row)) return columns.map((_, at) => row[at] ?? null);
  const cells = isJsonObject(row) ? row : {};
  return columns.map(({ name, label }) => cells[name] ?? cells[label] ?? null);
}

/** A report that is a stored list: its fields, filters and order are in the report itself. */
async function listed(
  { client, check }: ReportDeps,
  report: string,
  filters: JsonObject,
  signal: AbortSignal,
): Promise<ReportRun> {
  const doc = await client.read("Report", report, signal);
  const doctype = stringAt(doc, "ref_doctype") ?? "";
  const stored = parsedJson(stringAt(doc, "json") ?? "{}");
  const { fields: given, filters: own, sort_by: sortBy, sort_order: order } = isJsonObject(stored) ? stored : {};
  const names = (Array.isArray(given) ? given : []).map((field: unknown) =>
    String(Array.isArray(field) ? field[0] : field),
  );
  const fields = names.length === 0 ? ["name"] : names;
  const conditions: Filters = [...(Array.isArray(own) ? own.filter(Array.isArray) : []), ...filtersOf(filters)];
  const orderBy =
    typeof sortBy === "string" && sortBy !== ""
      ? `${sortBy.replace(/^.*\./, "")} ${order === "asc" ? "asc" : "desc"}`
      : undefined;
  const query = { fields, filters: conditions, limit: mostRows, ...(orderBy !== undefined && { orderBy }) };
  // A column that is but a field is masked where it is shown; of what is computed, and of conditions, values could be found out.
  check(doctype, { ...query, fields: fields.filter((field) => !/^\w+$/.test(field)) });
  const rows = await client.list(doctype, query, signal);
  const columns = fields.map((name) => ({ name, label: name, type: "Data" }));
  return {
    table: {
      columns: columns.map(({ name, type }) => ({ name, type })),
      rows: rows.map((row) => fields.map((name) => row[name] ?? null)),
      truncated: rows.length < mostRows ? undefined : "rows",
    },
    columns,
    extras: {},
    preparedAt: undefined,
  };
}

function filtersOf(filters: JsonObject): readonly (readonly unknown[])[] {
  return Object.entries(filters).map(([field, value]) =>
    Array.isArray(value) ? [field].concat(value) : [field, "=", value],
  );
}
