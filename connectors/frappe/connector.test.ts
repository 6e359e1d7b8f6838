import assert from "node:assert/strict";
import { test } from "node:test";
import { invoice, onEachVersion, openStand } from "../../test/rig/frappe-stand.ts";

onEachVersion((site) => {
  const { call } = site;

  test("the tools are there, each with its schemas, and groups can be left out", async () => {
    const names = site.stand.open.offer.tools?.map(({ name }) => name) ?? [];
    for (const name of ["create_document", "run_python_code", "create_dashboard", "fetch"])
      assert.ok(names.includes(name), name);
    await using small = await openStand(site.version, { groups: [] });
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

  test("a step of a workflow is taken where it is open", async () => {
    const { signal } = new AbortController();
    const fields = [
      { fieldname: "title", fieldtype: "Data", label: "Title" },
      { fieldname: "workflow_state", fieldtype: "Data", label: "State" },
    ];
    const permissions = [{ role: "System Manager", read: 1, write: 1, create: 1 }];
    await site.stand.admin.create(
      "DocType",
      { name: "Leave Wish", module: "Custom", custom: 1, fields, permissions },
      signal,
    );
    await site.stand.admin.create(
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
    await site.stand.admin.create(
      "Workflow Action",
      { status: "Open", reference_doctype: "Leave Wish", reference_name: name, workflow_state: "Pending" },
      signal,
    );
    const pending = await call("get_pending_approvals", {});
    assert.deepEqual([pending.total_pending, pending.pending_approvals[0].name], [1, name]);
  });

  test("what a write touches is told, so that no answer that is kept shows it as it was", async () => {
    const { name } = await call("create_document", { doctype: "ToDo", data: { description: "kept" } });
    const read = await site.stand.open.call("get_document", { doctype: "ToDo", name });
    const [use] = Object(read["_meta"])["switchyard/uses"];
    assert.equal(use, `doc:ToDo/${name}`);
    await call("update_document", { doctype: "ToDo", name, data: { priority: "High" } });
    assert.ok(site.stand.open.changedUses.slice(-3).includes(use));
    assert.ok(site.stand.open.changedUses.slice(-3).includes("doctype:ToDo"));
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
