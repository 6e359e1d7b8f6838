import { statements } from "../statements/all.ts";
import { type Json, isJson, numberOf, textOf } from "../json.ts";
import { argument } from "../filters.ts";
import { insert } from "../documents.ts";
import { listed } from "../list.ts";
import { mustMay } from "../permissions.ts";
import { missing, thrown } from "../raised.ts";
import type { Request } from "../request.ts";
import { queried } from "../query-report.ts";
import { doctypeOf, rolesOf } from "../site.ts";
import type { StoredDoc } from "../store.ts";
import { rowsOf } from "../values.ts";
import type { Methods } from "./method.ts";

/** What a report gives. */
export interface ReportResult {
  readonly result: readonly unknown[] | null;
  readonly columns: readonly Json[];
  readonly chart?: Json | null;
  readonly report_summary?: readonly Json[] | null;
  readonly add_total_row?: boolean;
}

/** Reports: run at once, or prepared. */
export const reportMethods: Methods = {
  "frappe.desk.query_report.run": {
    needs: ["report_name"],
    run: (args, request) => {
      const report = reportOf(request, textOf(args["report_name"]));
      const isPrepared =
        numberOf(report["prepared_report"]) === 1 &&
        !["1", "true", "True"].includes(textOf(args["ignore_prepared_report"]));
      return {
        message: isPrepared
          ? prepared(request, report, args)
          : shownResult(ran(request, report, filtersIn(args["filters"]))),
      };
    },
  },
  "frappe.desk.query_report.get_script": {
    needs: ["report_name"],
    run: (args, request) => {
      const report = reportOf(request, textOf(args["report_name"]));
      const script = textOf(report["javascript"]) || `frappe.query_reports['${report.name}']={}`;
      return { message: { script, html_format: null, execution_time: 0, filters: [], custom_report_name: null } };
    },
  },
  "frappe.desk.query_report.background_enqueue_run": {
    needs: ["report_name"],
    isWriting: true,
    run: (args, request) => {
      const report = reportOf(request, textOf(args["report_name"]));
      const filters = JSON.stringify(filtersIn(args["filters"]));
      const asSystem = { ...request, user: "Administrator" };
      const { name } = insert(asSystem, "Prepared Report", { report_name: report.name, filters, status: "Queued" });
      return { message: { name, redirect_url: `/app/prepared-report/${name}` } };
    },
  },
};

/** A report that its user may run. @throws {Raised} `DoesNotExistError`, `PermissionError`. */
function reportOf({ site, user }: Request, name: string): StoredDoc {
  const report = site.store.get("Report", name);
  if (report === undefined) throw missing("Report", name);
  const roles = rolesOf(site, user);
  const wanted = rowsOf(report["roles"]).map((row) => textOf(row["role"]));
  const isAllowed = user === "Administrator" || wanted.length === 0 || wanted.some((role) => roles.has(role));
  if (!isAllowed) throw thrown("PermissionError", `You don't have access to Report: ${name}`);
  mustMay(site, user, doctypeOf(site, textOf(report["ref_doctype"])), "report");
  return report;
}

function ran(request: Request, report: StoredDoc, filters: Json): ReportResult {
  switch (report["report_type"]) {
    case "Query Report":
      return queried(request.site, textOf(report["query"]), filters);
    case "Script Report":
      return statements[report.name]?.(request, filters) ?? listReport(request, textOf(report["ref_doctype"]));
    default:
      return { result: null, columns: [] };
  }
}

/** What was prepared last with the same filters: queued at first, then, when somebody looks again, done. */
function prepared(request: Request, report: StoredDoc, args: Json): Json {
  const { site } = request;
  const filters = JSON.stringify(filtersIn(args["filters"]));
  const name = textOf(args["prepared_report_name"]);
  const last = site.store
    .all("Prepared Report")
    .findLast((one) =>
      name === "" ? one["report_name"] === report.name && one["filters"] === filters : one.name === name,
    );
  if (last === undefined) return { prepared_report: true, result: [], columns: [], doc: null };
  if (last["status"] === "Queued") {
    site.store.put("Prepared Report", { ...last, status: "Completed", report_end_time: site.now() });
    return { prepared_report: true, result: [], columns: [], doc: null };
  }
  const given = argument(last["filters"]);
  return { ...shownResult(ran(request, report, isJson(given) ? given : {})), prepared_report: true, doc: { ...last } };
}

function shownResult({ result, columns, chart = null, report_summary = null, add_total_row }: ReportResult): Json {
  return {
    result,
    columns,
    message: null,
    chart,
    report_summary,
    skip_total_row: 0,
    status: null,
    execution_time: 0,
    add_total_row: add_total_row ?? 0,
  };
}

function listReport(request: Request, doctype: string): ReportResult {
  const fields = doctypeOf(request.site, doctype)
    .fields.filter((one) => one.in_list_view)
    .map(({ fieldname, label, fieldtype }) => ({ fieldname, label, fieldtype, width: 120 }));
  const columns = [{ fieldname: "name", label: "ID", fieldtype: "Link", options: doctype, width: 120 }, ...fields];
  return { result: listed(request, doctype, { fields: columns.map(({ fieldname }) => fieldname), limit: 0 }), columns };
}

function filtersIn(value: unknown): Json {
  const filters = argument(value);
  return isJson(filters) ? filters : {};
}
