import assert from "node:assert/strict";
import { test } from "node:test";
import { invoice, onEachVersion } from "../../test/rig/frappe-stand.ts";

onEachVersion((site) => {
  const { call } = site;

  test("a DocType is described: fields, links, tables and rights", async () => {
    const info = await call("get_doctype_info", { doctype: "Sales Invoice" });
    assert.equal(info.submittable, true);
    assert.ok(info.link_fields.some((each: { doctype: string }) => each.doctype === "Customer"));
    const items = info.child_tables.find((each: { field: string }) => each.field === "items");
    assert.equal(items.doctype, "Sales Invoice Item");
    assert.ok(items.fields.some((each: { name: string }) => each.name === "qty"));
    await assert.rejects(
      call("get_doctype_info", { doctype: "Sales Invoce" }),
      /There is no DocType of that name on this site/,
    );
  });

  test("a list is analysed, charted, queried by SQL and by Python", async () => {
    for (const [customer, qty] of [
      ["Cedar GmbH", 10],
      ["Cedar GmbH", 20],
      ["Dune SA", 30],
    ] as const) {
      await call("create_document", { ...invoice(customer, qty, { remarks: "analysis" }), submit: true });
    }
    const rows = {
      doctype: "Sales Invoice",
      filters: { remarks: "analysis" },
      fields: ["customer", "grand_total", "due_date"],
    };
    const groups = await call("analyze_business_data", {
      ...rows,
      analysis_type: "groups",
      by: ["customer"],
      measures: ["grand_total"],
    });
    assert.deepEqual(groups.result.groups[0].measures.grand_total, {
      count: 2,
      sum: 75,
      mean: 37.5,
      min: 25,
      max: 50,
    });
    const chart = { ...rows, chart_type: "bar", x: "customer", y: ["grand_total"], aggregate: "sum" };
    const drawn = await site.stand.open.call("chart_business_data", Object(chart));
    const content: readonly { readonly type: string; readonly mimeType?: string; readonly data?: string }[] =
      Object(drawn)["content"];
    const image = content.find(({ type }) => type === "image");
    assert.match(Buffer.from(image?.data ?? "", "base64").toString(), /^<svg /);
    assert.deepEqual(Object(drawn["structuredContent"]).option.series[0].data, [75, 75]);
    const query = "SELECT territory, sum(grand_total) AS total FROM i JOIN c ON c.name = i.customer GROUP BY 1";
    const tables = { i: rows, c: { doctype: "Customer", fields: ["name", "territory"] } };
    assert.deepEqual((await call("run_database_query", { query, tables })).rows, [["South", 150]]);
    const code = "print(len(data))\nsum(row['grand_total'] for row in data)";
    const ran = await call("run_python_code", { code, data_query: rows });
    assert.deepEqual([ran.output, ran.result, ran.row_counts], ["3\n", 150, { data: 3 }]);
    await assert.rejects(call("run_python_code", { code: "1 / 0" }), /ZeroDivisionError/);
  });

  test("reports are listed, described and run, as rows and as files", async () => {
    const values = {
      report_name: "Open tasks",
      ref_doctype: "ToDo",
      report_type: "Query Report",
      is_standard: "No",
      query:
        'SELECT name AS "Name:Link/ToDo:100", priority AS "Priority:Data:100" FROM `tabToDo` WHERE priority = %(priority)s',
      javascript:
        'frappe.query_reports["Open tasks"] = { filters: [{ fieldname: "priority", label: __("Priority"), fieldtype: "Select", options: ["High", "Low"], reqd: 1, get_query: () => ({ filters: { fieldname: "no" } }) }, { fieldname: "owner", fieldtype: "Link", options: "User", default: frappe.session.user }] };',
    };
    await site.stand.admin.create("Report", values, new AbortController().signal);
    assert.ok((await call("report_list", {})).reports.some((each: { name: string }) => each.name === "Open tasks"));
    const needs = await call("report_requirements", { report_name: "Open tasks" });
    assert.deepEqual(needs.required_filters, [
      { name: "priority", label: "Priority", type: "Select", options: "High\nLow" },
    ]);
    assert.deepEqual(
      needs.optional_filters.map((each: { name: string }) => each.name),
      ["owner"],
    );
    await call("create_document", { doctype: "ToDo", data: { description: "for the report", priority: "High" } });
    const run = await call("generate_report", { report_name: "Open tasks", filters: { priority: "High" } });
    assert.ok(run.row_count > 0);
    const csv = await site.stand.open.call("generate_report", {
      report_name: "Open tasks",
      filters: { priority: "High" },
      format: "csv",
    });
    assert.match(String(Object(csv)["content"][0].resource.text), /High/);
    await assert.rejects(call("generate_report", { report_name: "No such" }), /not/i);
    await assert.rejects(
      call("generate_report", { report_name: "General Ledger" }),
      /mandatory.*report_requirements lists/,
    );
  });

  test("a file of the site is read, and one that is none is refused with how they look", async () => {
    const content = Buffer.from("Item;Price\nBolt;2,50\n");
    const file = await site.stand.admin.upload({ fileName: "prices.csv", content }, new AbortController().signal);
    const read = await call("extract_file_content", { file_url: file["file_url"], operation: "parse_data" });
    assert.deepEqual(read.data, [
      { place: "csv", columns: ["Item", "Price"], rows: [{ Item: "Bolt", Price: "2,50" }] },
    ]);
    assert.equal((await call("extract_file_content", { file_name: "prices.csv" })).tables.length, 1);
    await assert.rejects(call("extract_file_content", { file_url: "/etc/passwd" }), /no file of the site/);
  });

  test("a chart and a dashboard are made on the site, and listed", async () => {
    const made = await call("create_dashboard_chart", {
      chart_name: "Invoices by customer",
      chart_type: "donut",
      doctype: "Sales Invoice",
      aggregate_function: "Group By",
      based_on: "customer",
    });
    assert.equal(made.chart_id, "Invoices by customer");
    const board = await call("create_dashboard", {
      dashboard_name: "Sales board",
      chart_names: [made.chart_id],
      share_with: ["ada@example.com"],
    });
    assert.deepEqual([board.charts_linked, board.shared_count], [1, 1]);
    const { dashboards } = await call("list_user_dashboards", {});
    assert.deepEqual(
      dashboards.map((each: { name: string; charts: string[] }) => [each.name, each.charts]),
      [["Sales board", ["Invoices by customer"]]],
    );
  });
});
