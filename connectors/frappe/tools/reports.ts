import { type Tool, type ToolCall, ToolFailure, sleep, systemClock, tool } from "switchyard/connector";
import { z } from "zod";
import { tableCsv } from "../../shared/csv.ts";
import type { Table } from "../../shared/table.ts";
import { FrappeError } from "../client/frappe-error.ts";
import { type JsonObject, isJsonObject, stringAt } from "../client/json.ts";
import { type Desk, type Visitor, answer } from "../desk/desk.ts";
import { mask } from "../desk/masks.ts";
import { docUse, doctypeUse } from "../desk/uses.ts";
import { type ReportFilter, scriptFilters, storedFilters } from "../reports/report-filters.ts";
import { type ReportRun, runReport } from "../reports/run-report.ts";
import { targets } from "./targets.ts";

const reportName = z.string().min(1).max(140).describe("The report's name, as report_list gives it.");
const filtersShape = z
  .record(z.string(), z.unknown())
  .default({})
  .describe("By name, as report_requirements lists them.");

const runShape = z.object({
  report_name: z.string(),
  columns: z.array(z.object({ name: z.string(), label: z.string(), type: z.string() })),
  data: z.array(z.array(z.unknown())).optional().describe("A list for each row, in the order of the columns."),
  row_count: z.int().describe("All rows, the report's own totals among them."),
  has_more: z.boolean(),
  prepared_at: z.string().optional().describe("As of when it is, in the site's time zone; without, of now."),
  extras: z.record(z.string(), z.unknown()).describe("What the report says besides: message, summary, chart."),
});

export type ReportAnswer = z.output<typeof runShape>;

/** Rows of one answer, and characters of a file. */
const mostRows = 10_000;
const usualRows = 500;

/** What the site's own reports say. */
export function reportTools(desk: Desk): readonly Tool[] {
  return [generateReport(desk), reportList(desk), reportRequirements(desk)];
}

function generateReport(desk: Desk): Tool {
  return tool({
    name: "generate_report",
    title: "Run a report",
    description:
      "Runs one of the site's reports, such as General Ledger, as the user may see it. report_requirements says which filters it needs. One that the site prepares in the background is prepared and waited for.",
    input: z.object({
      report_name: reportName,
      filters: filtersShape,
      format: z.enum(["json", "csv", "excel"]).default("json"),
      limit: z.int().min(1).max(mostRows).default(usualRows).describe("Rows of the answer; csv and excel have all."),
      offset: z.int().min(0).default(0),
    }),
    output: runShape,
    annotations: { readOnlyHint: true, openWorldHint: true },
    withinMs: targets.reportMs,
    run: async ({ report_name: report, filters, format, limit, offset }, call) => {
      const visitor = desk.visitor(call.caller);
      const run = await reportFor(desk, visitor, report, filters, call);
      const { rows } = run.table;
      const base = {
        report_name: report,
        columns: run.columns.map((column) => ({ ...column })),
        row_count: rows.length,
        ...(run.preparedAt !== undefined && { prepared_at: run.preparedAt }),
        extras: { ...run.extras },
      };
      const uses = [docUse("Report", report), "doctype:*"];
      if (format !== "json") {
        const file = await fileOf(desk, report, format, run.table, call.signal);
        return { ...answer(visitor, { ...base, has_more: false }, uses), content: [file] };
      }
      const data = rows.slice(offset, offset + limit).map((row) => row.slice());
      return answer(visitor, { ...base, data, has_more: offset + data.length < rows.length }, uses);
    },
  });
}

/** A report's rows, with what is not shown masked. */
export async function reportFor(
  desk: Desk,
  { client }: Visitor,
  report: string,
  filters: JsonObject,
  { signal, progress }: ToolCall,
): Promise<ReportRun> {
  let told = 0;
  const deps = {
    client,
    check: desk.masks.check.bind(desk.masks),
    now: () => systemClock.now(),
    sleep: (ms: number, until: AbortSignal) => sleep(systemClock, ms, until),
    progress: (message: string) => {
      told += 1;
      progress(told, undefined, message);
    },
  };
  try {
    return masked(desk, await runReport(deps, report, filters, signal));
  } catch (thrown) {
    if (!(thrown instanceof FrappeError) || !/filter|mandatory|required/i.test(thrown.message)) throw thrown;
    throw new ToolFailure(`${thrown.message} report_requirements lists the filters that ${report} needs.`, {
      cause: thrown,
    });
  }
}

function masked({ masks }: Desk, run: ReportRun): ReportRun {
  const hidden = run.columns.map(({ name }) => masks.has(undefined, name));
  if (!hidden.includes(true)) return run;
  const rows = run.table.rows.map((row) => row.map((cell, at) => (hidden[at] === true && cell !== null ? mask : cell)));
  // A chart or a summary may show what a column hides.
  return { ...run, table: { ...run.table, rows }, extras: {} };
}

async function fileOf(desk: Desk, report: string, format: "csv" | "excel", table: Table, signal: AbortSignal) {
  const name = encodeURIComponent(report);
  if (format === "csv") {
    const resource = { uri: `report://${name}.csv`, mimeType: "text/csv", text: tableCsv(table) };
    return { type: "resource", resource };
  }
  const bytes = await desk.apart.run({ kind: "workbook", table }, signal);
  const mimeType = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
  return {
    type: "resource",
    resource: { uri: `report://${name}.xlsx`, mimeType, blob: Buffer.from(bytes).toString("base64") },
  };
}

const reportsShape = z.object({
  reports: z.array(
    z.object({
      name: z.string(),
      doctype: z.string(),
      type: z.string(),
      module: z.string(),
      prepared: z.boolean(),
    }),
  ),
  has_more: z.boolean(),
});

export type ReportsAnswer = z.output<typeof reportsShape>;

function reportList(desk: Desk): Tool {
  return tool({
    name: "report_list",
    title: "List reports",
    description: "Lists the site's reports that the user may see, by module or kind.",
    input: z.object({
      module: z.string().max(140).optional().describe("Such as Accounts."),
      report_type: z.enum(["Report Builder", "Query Report", "Script Report", "Custom Report"]).optional(),
      limit: z.int().min(1).max(1000).default(200),
      offset: z.int().min(0).default(0),
    }),
    output: reportsShape,
    annotations: { readOnlyHint: true, openWorldHint: false },
    run: async ({ module, report_type: type, limit, offset }, { signal, caller }) => {
      const visitor = desk.visitor(caller);
      const filters = {
        disabled: 0,
        ...(module !== undefined && { module }),
        ...(type !== undefined && { report_type: type }),
      };
      const fields = ["name", "ref_doctype", "report_type", "module", "prepared_report"];
      const query = { fields, filters, orderBy: "name asc", start: offset, limit: limit + 1 };
      const rows = await visitor.client.list("Report", query, signal);
      const reports = rows.slice(0, limit).map((row) => ({
        name: String(row["name"]),
        doctype: stringAt(row, "ref_doctype") ?? "",
        type: stringAt(row, "report_type") ?? "",
        module: stringAt(row, "module") ?? "",
        prepared: Number(row["prepared_report"] ?? 0) === 1,
      }));
      return answer(visitor, { reports, has_more: rows.length > limit }, [doctypeUse("Report")]);
    },
  });
}

const filterShape = z.object({
  name: z.string(),
  label: z.string(),
  type: z.string(),
  options: z.string().optional(),
  default: z.string().optional(),
});

export type ReportFilterAnswer = z.output<typeof filterShape>;

const requirementsShape = z.object({
  report_name: z.string(),
  doctype: z.string(),
  type: z.string(),
  module: z.string(),
  prepared: z.boolean().describe("Prepared in the background, and waited for."),
  required_filters: z.array(filterShape),
  optional_filters: z.array(filterShape),
  recommendation: z.string(),
});

export type RequirementsAnswer = z.output<typeof requirementsShape>;

function reportRequirements(desk: Desk): Tool {
  return tool({
    name: "report_requirements",
    title: "What a report needs",
    description:
      "Says which filters a report requires and which it can take, found in the report and in the code of its form, and how it is run.",
    input: z.object({ report_name: reportName }),
    output: requirementsShape,
    annotations: { readOnlyHint: true, openWorldHint: false },
    run: async ({ report_name: report }, { signal, caller }) => {
      const visitor = desk.visitor(caller);
      const [doc, script] = await Promise.all([
        visitor.client.read("Report", report, signal),
        scriptOf(visitor, report, signal),
      ]);
      const rows = Array.isArray(doc["filters"]) ? doc["filters"].filter(isJsonObject) : [];
      const stored = storedFilters(rows);
      const names = new Set(stored.map(({ name }) => name));
      const filters = [...stored, ...scriptFilters(script).filter(({ name }) => !names.has(name))];
      const required = filters.filter(({ isRequired }) => isRequired).map(shownFilter);
      const isPrepared = Number(doc["prepared_report"] ?? 0) === 1;
      const structured = {
        report_name: report,
        doctype: stringAt(doc, "ref_doctype") ?? "",
        type: stringAt(doc, "report_type") ?? "",
        module: stringAt(doc, "module") ?? "",
        prepared: isPrepared,
        required_filters: required,
        optional_filters: filters.filter(({ isRequired }) => !isRequired).map(shownFilter),
        recommendation: recommendationOf(filters, isPrepared),
      };
      return answer(visitor, structured, [docUse("Report", report)]);
    },
  });
}

/** The code of a report's form; nothing where the user may not have it: the filters that are stored are told then. */
async function scriptOf({ client }: Visitor, report: string, signal: AbortSignal): Promise<string> {
  try {
    const args = { report_name: report };
    const { value } = await client.call("frappe.desk.query_report.get_script", args, { verb: "GET" }, signal);
    return isJsonObject(value) ? (stringAt(value, "script") ?? "") : "";
  } catch (thrown) {
    if (thrown instanceof FrappeError && thrown.code !== "report_unknown" && thrown.code !== "not_found") return "";
    throw thrown;
  }
}

function shownFilter({ name, label, type, options, default: fallback }: ReportFilter): z.output<typeof filterShape> {
  return {
    name,
    label,
    type,
    ...(options !== undefined && options !== "" && { options }),
    ...(fallback !== undefined && { default: fallback }),
  };
}

function recommendationOf(filters: readonly ReportFilter[], isPrepared: boolean): string {
  const required = filters.filter(({ isRequired }) => isRequired).map(({ name }) => name);
  const how = isPrepared ? "It is prepared in the background, which may take minutes." : "It is run at once.";
  if (filters.length === 0)
    return `No filters were found; where it wants some nonetheless, its refusal names them. ${how}`;
  if (required.length === 0) return `It needs no filters. ${how}`;
  return `Give ${required.join(", ")}; defaults of the form are not filled in. ${how}`;
}
