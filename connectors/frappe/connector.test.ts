import assert from "node:assert/strict";
import { after, before, suite, test } from "node:test";
import { type FrappeStand, invoice, openStand } from "../../test/rig/frappe-stand.ts";

for (const version of [14, 15] as const) {
  suite(`on a site of version ${version}`, () => {
    let stand: FrappeStand;
    before(async () => {
      stand = await openStand(version);
    });
    after(async () => {
      await stand[Symbol.asyncDispose]();
    });
    const call: FrappeStand["call"] = (...args) => stand.call(...args);

    test("the tools are there, each with its schemas, and groups can be left out", async () => {
      const names = stand.open.offer.tools?.map(({ name }) => name) ?? [];
      for (const name of ["create_document", "run_python_code", "create_dashboard", "fetch"])
        assert.ok(names.includes(name), name);
      await using small = await openStand(version, { groups: [] });
      const left = small.open.offer.tools?.map(({ name }) => name) ?? [];
      assert.deepEqual(
        names.filter((name) => !left.includes(name)),
        [
          "run_python_code",
          "analyze_business_data",
          "run_database_query",
          "extract_file_content",
          "chart_business_data",
          "create_dashboard",
          "create_dashboard_chart",
          "list_user_dashboards",
        ],
      );
    });

    test("an invoice is found overdue, corrected, submitted, seen in the ledger, cancelled and amended", async () => {
      const made = await call("create_document", invoice("Birch Ltd", 4));
      assert.deepEqual([made.state, made.can_submit, made.data.grand_total], ["draft", true, 10]);
      const { name } = made;
      const row = made.data.items[0].name;
      const changed = await call("update_document", {
        doctype: "Sales Invoice",
        name,
        modified: made.data.modified,
        data: {
          items: [
            { name: row, qty: 6 },
            { item_code: "NUT", qty: 1, rate: 1 },
          ],
        },
      });
      assert.deepEqual(
        changed.data.items.map((each: { qty: number }) => each.qty),
        [6, 1],
      );
      assert.equal(changed.data.grand_total, 16);
      const submitted = await call("submit_document", { doctype: "Sales Invoice", name, modified: changed.modified });
      assert.equal(submitted.state, "submitted");
      const overdue = await call("list_documents", {
        doctype: "Sales Invoice",
        filters: { status: "Overdue", name },
        fields: ["name", "customer", "outstanding_amount"],
      });
      assert.deepEqual(overdue.data, [{ name, customer: "Birch Ltd", outstanding_amount: 16 }]);
      const ledger = await call("list_documents", {
        doctype: "GL Entry",
        filters: { voucher_no: name },
        fields: ["account", "debit", "credit"],
        order_by: "account asc",
      });
      assert.deepEqual(ledger.data, [
        { account: "Debtors - NL", debit: 16, credit: 0 },
        { account: "Sales - NL", debit: 0, credit: 16 },
      ]);
      await assert.rejects(
        call("update_document", { doctype: "Sales Invoice", name, data: { remarks: "late" } }),
        /is submitted: remarks cannot be changed any more, only po_no may be\. cancel_document and amend_document/,
      );
      const allowed = await call("update_document", { doctype: "Sales Invoice", name, data: { po_no: "PO 7" } });
      assert.equal(allowed.data.po_no, "PO 7");
      await assert.rejects(
        call("submit_document", { doctype: "Sales Invoice", name }),
        /is submitted; only what is draft can be submitted/,
      );
      assert.equal((await call("cancel_document", { doctype: "Sales Invoice", name })).state, "cancelled");
      const reversed = await call("list_documents", { doctype: "GL Entry", filters: { voucher_no: name }, limit: 1 });
      assert.deepEqual([reversed.total_count, reversed.count, reversed.has_more], [4, 1, true]);
      const amended = await call("amend_document", { doctype: "Sales Invoice", name, changes: { remarks: "again" } });
      assert.deepEqual([amended.state, amended.name, amended.data.grand_total], ["draft", `${name}-1`, 16]);
    });

    test("a change that somebody made meanwhile is told with both versions, and nothing is written", async () => {
      const { name, data } = await call("create_document", { doctype: "ToDo", data: { description: "one" } });
      const stale = data.modified;
      await call("update_document", { doctype: "ToDo", name, data: { priority: "High" } });
      await assert.rejects(
        call("update_document", { doctype: "ToDo", name, modified: stale, data: { priority: "Low" } }),
        /was changed by Administrator at .* Nothing was written\. Both versions of what you change: \{"priority":\{"yours":"Low","theirs":"High"\}\}\. Decide/,
      );
      assert.equal((await call("get_document", { doctype: "ToDo", name })).data.priority, "High");
    });

    test("what the site would ignore or refuse is told before anything is written", async () => {
      const refused: readonly (readonly [object, RegExp])[] = [
        [{ description: "x", titel: "y" }, /titel: ToDo has no such field/],
        [{ description: "x", date: "2026-02-30" }, /date: "2026-02-30" is no date/],
        [{ description: "x", priority: "Highest" }, /priority: "Highest" is none of High, Medium, Low/],
      ];
      for (const [data, message] of refused)
        await assert.rejects(call("create_document", { doctype: "ToDo", data }), message);
      const tried = await call("create_document", {
        ...invoice("Nobody", 1, { items: [{ item_code: "GHOST", qty: "many" }] }),
        validate_only: true,
      });
      assert.equal(tried.validation_passed, false);
      assert.deepEqual(tried.problems.map((each: { field: string }) => each.field).toSorted(), [
        "customer",
        "items[0].item_code",
        "items[0].qty",
      ]);
      const passed = await call("create_document", { ...invoice("Birch Ltd", 1), validate_only: true });
      assert.equal(passed.validation_passed, true, JSON.stringify(passed));
    });

    test("pages of a list neither repeat nor leave out, and say how many there are", async () => {
      const documents = Array.from({ length: 7 }, (_, at) => ({ description: `page ${at}` }));
      await call("bulk_documents", { operation: "insert", doctype: "ToDo", documents });
      const seen: string[] = [];
      for (let offset = 0; ; offset += 3) {
        const args = {
          doctype: "ToDo",
          filters: [["description", "like", "page %"]],
          fields: ["name"],
          limit: 3,
          offset,
        };
        const page = await call("list_documents", args);
        assert.equal(page.total_count, 7);
        seen.push(...page.data.map((each: { name: string }) => each.name));
        if (page.has_more === false) break;
      }
      assert.equal(new Set(seen).size, 7);
      assert.equal(seen.length, 7);
    });

    test("of many documents, those that fail are told by their row, and the others are written", async () => {
      const documents = [
        { description: "good 1" },
        { description: "bad", allocated_to: "nobody@example.com" },
        { description: "good 2" },
        { wrong: 1 },
      ];
      const done = await call("bulk_documents", { operation: "insert", doctype: "ToDo", documents });
      assert.deepEqual([done.succeeded, done.failed], [2, 2]);
      const errors = done.results.map((each: { row: number; error?: string }) => [each.row, each.error === undefined]);
      assert.deepEqual(errors, [
        [0, true],
        [1, false],
        [2, true],
        [3, false],
      ]);
      const names = done.results.flatMap((each: { name?: string }) => each.name ?? []);
      const updates = names.map((name: string) => ({ name, priority: "Low" }));
      assert.equal(
        (await call("bulk_documents", { operation: "update", doctype: "ToDo", documents: updates })).succeeded,
        2,
      );
      const removed = await call("bulk_documents", { operation: "delete", doctype: "ToDo", names: [...names, "none"] });
      assert.deepEqual([removed.succeeded, removed.failed], [2, 1]);
    });

    test("a CSV is previewed, tried and imported, its columns matched by label", async () => {
      const csv = 'Customer Name,Territory,Credit Limit,Remark\nElm Ltd,North,"1,500",x\nFir Ltd,South,lots,y\n';
      const preview = await call("import_documents", { doctype: "Customer", csv });
      assert.deepEqual(preview.mapping, {
        "Customer Name": "customer_name",
        Territory: "territory",
        "Credit Limit": "credit_limit",
        Remark: null,
      });
      assert.deepEqual(preview.rows[0], { customer_name: "Elm Ltd", territory: "North", credit_limit: 1500 });
      const tried = await call("import_documents", { doctype: "Customer", csv, mode: "dry_run" });
      assert.deepEqual([tried.succeeded, tried.failed], [1, 1]);
      assert.match(tried.results[1].error, /credit_limit: "lots" is no number/);
      const done = await call("import_documents", { doctype: "Customer", csv, mode: "import" });
      assert.deepEqual(done.results[0], { row: 0, name: "Elm Ltd" });
      assert.equal(
        (await call("list_documents", { doctype: "Customer", filters: { name: ["in", ["Elm Ltd", "Fir Ltd"]] } }))
          .count,
        1,
      );
    });

    test("documents are found by a part of their name or title, and fetched by their id", async () => {
      const found = await call("search_documents", { query: "cedar" });
      assert.deepEqual(
        found.results.map((each: { name: string }) => each.name),
        ["Cedar GmbH"],
      );
      assert.ok(found.not_searched.includes("Lead"));
      const one = await call("search_doctype", { doctype: "Customer", query: "South", limit: 1 });
      assert.deepEqual([one.results.length, one.has_more], [1, true]);
      const [first] = (await call("search", { query: "cedar" })).results;
      assert.equal(first.id, "Customer/Cedar GmbH");
      const doc = await call("fetch", { id: first.id });
      assert.match(doc.text, /territory: South/);
      const links = await call("search_link", { doctype: "Customer", query: "Dune" });
      assert.deepEqual(
        links.results.map((each: { value: string }) => each.value),
        ["Dune SA"],
      );
      assert.equal((await call("search_doctype", { doctype: "Customer", query: "100%" })).results.length, 0);
    });

    test("a DocType is described: fields, links, tables and rights", async () => {
      const info = await call("get_doctype_info", { doctype: "Sales Invoice" });
      assert.equal(info.submittable, true);
      assert.ok(info.link_fields.some((each: { doctype: string }) => each.doctype === "Customer"));
      assert.deepEqual(
        info.child_tables.map((each: { doctype: string }) => each.doctype),
        ["Sales Invoice Item"],
      );
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
      const drawn = await stand.open.call("chart_business_data", Object(chart));
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
      await stand.admin.create("Report", values, new AbortController().signal);
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
      const csv = await stand.open.call("generate_report", {
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
      const file = await stand.admin.upload({ fileName: "prices.csv", content }, new AbortController().signal);
      const read = await call("extract_file_content", { file_url: file["file_url"], operation: "parse_data" });
      assert.deepEqual(read.data, [
        { place: "csv", columns: ["Item", "Price"], rows: [{ Item: "Bolt", Price: "2,50" }] },
      ]);
      assert.equal((await call("extract_file_content", { file_name: "prices.csv" })).tables.length, 1);
      await assert.rejects(call("extract_file_content", { file_url: "/etc/passwd" }), /no file of the site/);
    });

    test("a step of a workflow is taken where it is open", async () => {
      const { signal } = new AbortController();
      const fields = [
        { fieldname: "title", fieldtype: "Data", label: "Title" },
        { fieldname: "workflow_state", fieldtype: "Data", label: "State" },
      ];
      const permissions = [{ role: "System Manager", read: 1, write: 1, create: 1 }];
      await stand.admin.create(
        "DocType",
        { name: "Leave Wish", module: "Custom", custom: 1, fields, permissions },
        signal,
      );
      await stand.admin.create(
        "Workflow",
        {
          workflow_name: "Leave",
          document_type: "Leave Wish",
          is_active: 1,
          workflow_state_field: "workflow_state",
          states: [
            { state: "Pending", doc_status: "0", allow_edit: "All" },
            { state: "Approved", doc_status: "0", allow_edit: "All" },
          ],
          transitions: [
            {
              state: "Pending",
              action: "Approve",
              next_state: "Approved",
              allowed: "System Manager",
              allow_self_approval: 1,
            },
          ],
        },
        signal,
      );
      const { name } = await call("create_document", { doctype: "Leave Wish", data: { title: "decide" } });
      await assert.rejects(
        call("run_workflow", { doctype: "Leave Wish", name, action: "Reject" }),
        /no action "Reject" now: open are Approve \(to Approved\)/,
      );
      const done = await call("run_workflow", { doctype: "Leave Wish", name, action: "Approve" });
      assert.deepEqual(done.next_actions, []);
      await stand.admin.create(
        "Workflow Action",
        { status: "Open", reference_doctype: "Leave Wish", reference_name: name, workflow_state: "Pending" },
        signal,
      );
      const pending = await call("get_pending_approvals", {});
      assert.deepEqual([pending.total_pending, pending.pending_approvals[0].name], [1, name]);
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

    test("what a write touches is told, so that no answer that is kept shows it as it was", async () => {
      const { name } = await call("create_document", { doctype: "ToDo", data: { description: "kept" } });
      const read = await stand.open.call("get_document", { doctype: "ToDo", name });
      const [use] = Object(read["_meta"])["switchyard/uses"];
      assert.equal(use, `doc:ToDo/${name}`);
      await call("update_document", { doctype: "ToDo", name, data: { priority: "High" } });
      assert.ok(stand.open.changedUses.slice(-3).includes(use));
      assert.ok(stand.open.changedUses.slice(-3).includes("doctype:ToDo"));
    });

    test("bad input is refused with what is wrong", async () => {
      const wrong: readonly (readonly [string, object, RegExp])[] = [
        ["list_documents", { doctype: "No Such", fields: ["name"] }, /No Such/],
        ["list_documents", { doctype: "ToDo", filters: [["status", "frobs", 1]] }, /frobs|operator/i],
        ["get_document", { doctype: "ToDo", name: "none" }, /none/],
        ["delete_document", { doctype: "Customer", name: "none" }, /none/],
        ["create_document", { doctype: "ToDo", data: { description: "x" }, submit: true }, /cannot be submitted/],
        ["fetch", { id: "nothing" }, /is no id/],
        ["analyze_business_data", { analysis_type: "profile" }, /Give either doctype or report_name/],
      ];
      for (const [name, args, message] of wrong)
        await assert.rejects(call(name, args), { name: /ToolFailure|FrappeError/, message });
    });
  });
}
