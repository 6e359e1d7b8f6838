import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { type FrappeStand, configured, invoice, openStand } from "../../test/rig/frappe-stand.ts";
import { startSimulator } from "./simulator/start.ts";

let stand: FrappeStand;

before(async () => {
  // The keys of a user are the same at each start.
  await using keys = await startSimulator();
  const people = ["ada", "sam", "eve"] as const;
  const users = Object.fromEntries(people.map((name) => [name, configured(keys, `${name}@example.com`)]));
  stand = await openStand(15, { credential: undefined, users, masked: { Customer: ["tax_id"], "*": ["remarks"] } });
  for (const name of people) stand.site.keyOf(`${name}@example.com`);
});
after(async () => {
  await stand[Symbol.asyncDispose]();
});

const call: FrappeStand["call"] = (...args) => stand.call(...args);
const { signal } = new AbortController();

test("each caller sees what their own user of the site may, and nobody without one gets in", async () => {
  const { name } = await call("create_document", { doctype: "ToDo", data: { description: "ada's" } }, "ada");
  const mine = await call("list_documents", { doctype: "ToDo", fields: ["name", "description"] }, "ada");
  assert.deepEqual(mine.data, [{ name, description: "ada's" }]);
  const others = await call("list_documents", { doctype: "ToDo", fields: ["name"] }, "eve");
  assert.deepEqual([others.data, others.total_count], [[], 0]);
  await assert.rejects(call("get_document", { doctype: "ToDo", name }, "eve"), /may not do that/);
  await assert.rejects(
    call("update_document", { doctype: "ToDo", name, data: { priority: "Low" } }, "eve"),
    /may not do that/,
  );
  await assert.rejects(
    call("list_documents", { doctype: "ToDo" }, "mallory"),
    /no credential of the site for "mallory"/,
  );
  await assert.rejects(
    call("list_documents", { doctype: "ToDo" }),
    /no credential of the site for a caller without a name/,
  );
});

test("rights are asked for by every way to a document: lists, counts, searches, SQL, analyses, programs, reports", async () => {
  await stand.admin.create("Customer", { customer_name: "Secret Inc", territory: "West" }, signal);
  const query = 'SELECT name AS "Name:Data:100" FROM `tabCustomer`';
  const report = { report_name: "All customers", ref_doctype: "Customer", report_type: "Query Report", query };
  await stand.admin.create("Report", report, signal);
  const rows = { doctype: "Customer", fields: ["name"] };
  const ways: readonly (readonly [string, object])[] = [
    ["list_documents", rows],
    ["analyze_business_data", { ...rows, analysis_type: "profile" }],
    ["chart_business_data", { ...rows, chart_type: "bar", x: "name", y: ["name"] }],
    ["run_database_query", { query: "SELECT * FROM c", tables: { c: rows } }],
    ["run_python_code", { code: "len(data)", data_query: rows }],
    ["search_doctype", { doctype: "Customer", query: "Secret" }],
    ["fetch", { id: "Customer/Secret Inc" }],
    ["generate_report", { report_name: "All customers" }],
  ];
  for (const [name, args] of ways) {
    await assert.rejects(call(name, args, "eve"), /may not do that/, name);
  }
  const found = await call("search_documents", { query: "Secret" }, "eve");
  assert.deepEqual(found.results, []);
  assert.ok(found.not_searched.includes("Customer"));
  assert.equal((await call("search_documents", { query: "Secret" }, "sam")).results.length, 1);
});

test("every answer is its caller's alone, so that nobody is given what was kept for another", async () => {
  const answer = await stand.open.call("list_documents", { doctype: "ToDo", fields: ["name"] }, { caller: "ada" });
  assert.equal(answer["cacheScope"], "private");
  const docType = stand.open.offer.resources?.find(({ name }) => name === "doctype");
  assert.equal((await docType?.read("doctype://ToDo", signal, "ada"))?.isPrivate, true);
});

test("a masked field is masked in documents, rows, searches, exports and programs, and cannot be asked for", async () => {
  await stand.admin.create(
    "Customer",
    { customer_name: "Masked Ltd", tax_id: "DE123456789", territory: "West" },
    signal,
  );
  const shown: readonly (readonly [string, object])[] = [
    ["get_document", { doctype: "Customer", name: "Masked Ltd" }],
    ["list_documents", { doctype: "Customer", fields: ["*"], limit: 100 }],
    ["fetch", { id: "Customer/Masked Ltd" }],
    ["search_doctype", { doctype: "Customer", query: "Masked" }],
    ["run_python_code", { code: "str(data)", data_query: { doctype: "Customer", fields: ["*"] } }],
    ["run_database_query", { query: "SELECT * FROM c", tables: { c: { doctype: "Customer", fields: ["*"] } } }],
  ];
  for (const [name, args] of shown) {
    const text = JSON.stringify(await call(name, args, "ada"));
    assert.match(text, /Masked Ltd/, name);
    assert.doesNotMatch(text, /DE123456789/, name);
  }
  const ways: readonly (readonly [string, object])[] = [
    ["list_documents", { doctype: "Customer", filters: { tax_id: ["like", "DE1%"] } }],
    ["list_documents", { doctype: "Customer", or_filters: [["Customer", "tax_id", "like", "DE1%"]] }],
    ["list_documents", { doctype: "Customer", fields: ["name"], order_by: "tax_id asc" }],
    ["list_documents", { doctype: "Customer", fields: ["max(tax_id) as x"], group_by: "territory" }],
    ["list_documents", { doctype: "Customer", fields: ["name"], group_by: "`tabCustomer`.`tax_id`" }],
    ["list_documents", { doctype: "Customer", fields: ["TAX_ID"] }],
    ["list_documents", { doctype: "Customer", filters: { Tax_Id: ["like", "DE1%"] } }],
    ["list_documents", { doctype: "Customer", fields: ["name"], order_by: "TAX_ID desc" }],
    ["search_link", { doctype: "Customer", query: "", filters: { tax_id: ["like", "DE1%"] } }],
    ["run_python_code", { code: "1", data_query: { doctype: "Customer", fields: ["tax_id as t"] } }],
  ];
  for (const [name, args] of ways) await assert.rejects(call(name, args, "ada"), /tax_id of Customer is masked/i, name);
  const search = await call("search_doctype", { doctype: "Customer", query: "DE123" }, "ada");
  assert.deepEqual(search.results, []);
  const hidden = { doctype: "Customer", name: "Masked Ltd", data: { tax_id: "[masked]" } };
  await assert.rejects(
    call("update_document", hidden, "ada"),
    /tax_id: "\[masked\]" stands for a value that is masked/,
  );
  await call("update_document", { doctype: "Customer", name: "Masked Ltd", data: { territory: "East" } }, "ada");
  assert.equal((await stand.admin.read("Customer", "Masked Ltd", signal))["tax_id"], "DE123456789");
});

test("a list without fields leaves out what is masked of those that the site's own list shows", async () => {
  await using own = await openStand(15, { masked: { Customer: ["customer_name"] } });
  const { data, count } = await own.call("list_documents", { doctype: "Customer" });
  assert.equal(count, 3);
  assert.deepEqual(Object.keys(data[0]), ["name", "modified"]);
});

/** What a report keeps that is a stored list. */
function stored(more: object): string {
  return JSON.stringify({ fields: [["name", "Customer"]], ...more });
}

async function choices(masked: object, query: string): Promise<unknown> {
  await using own = await openStand(15, { masked });
  return (await own.call("search_link", { doctype: "Customer", query })).results;
}

test("a report that is a stored list takes no condition on a masked field, nor an order by one", async () => {
  const reports: readonly (readonly [string, string])[] = [
    ["Plain", stored({})],
    ["Narrowed", stored({ filters: [["Customer", "tax_id", "like", "DE1%"]] })],
    ["Ordered", stored({ sort_by: "Customer.tax_id" })],
    ["Computed", stored({ fields: [["max(tax_id) as most", "Customer"]] })],
  ];
  for (const [report_name, json] of reports) {
    const report = { report_name, ref_doctype: "Customer", report_type: "Report Builder", json };
    await stand.admin.create("Report", report, signal);
  }
  assert.ok((await call("generate_report", { report_name: "Plain" }, "ada")).data.length > 0);
  const asked = { report_name: "Plain", filters: { tax_id: ["like", "DE1%"] } };
  await assert.rejects(call("generate_report", asked, "ada"), /tax_id of Customer is masked/);
  for (const report_name of ["Narrowed", "Ordered", "Computed"])
    await assert.rejects(call("generate_report", { report_name }, "ada"), /tax_id of Customer is masked/, report_name);
});

test("what a link may hold is found and shown by what is not masked alone", async () => {
  const cedar = { value: "Cedar GmbH", description: "Cedar GmbH, Trade, South" };
  assert.deepEqual(await choices({}, "Cedar"), [cedar]);
  assert.deepEqual(await choices({ Customer: ["territory"] }, "Cedar"), [
    { ...cedar, description: "Cedar GmbH, Trade" },
  ]);
  assert.deepEqual(await choices({ Customer: ["territory"] }, "South"), []);
  assert.deepEqual(await choices({ Customer: ["customer_name"] }, "Cedar"), [
    { ...cedar, description: "Trade, South" },
  ]);
});

test("a field that is masked everywhere is masked in what writing answers, and in a conflict", async () => {
  const made = await call("create_document", invoice("Birch Ltd", 1, { remarks: "between us" }), "ada");
  assert.equal(made.data.remarks, "[masked]");
  const { name } = made;
  await call("update_document", { doctype: "Sales Invoice", name, data: { po_no: "1" } }, "ada");
  const stale = { doctype: "Sales Invoice", name, modified: made.data.modified, data: { remarks: "mine" } };
  await assert.rejects(call("update_document", stale, "ada"), (thrown: Error) => {
    assert.match(thrown.message, /"yours":"mine","theirs":"\[masked\]"/);
    assert.doesNotMatch(thrown.message, /between us/);
    return true;
  });
});

test("what a site says of values among which are masked ones is not told: it may hold what was there", async () => {
  await using own = await openStand(15, { masked: { Item: ["item_code"], "Sales Invoice": ["posting_date"] } });
  const failure = async (name: string, args: object): Promise<string> => {
    const { results } = await own.call(name, args).catch((thrown: Error) => ({ results: [{ error: thrown.message }] }));
    return results[0].error;
  };
  const taken = { item_code: "BOLT" };
  for (const said of [
    await failure("create_document", { doctype: "Item", data: taken }),
    await failure("bulk_documents", { operation: "insert", doctype: "Item", documents: [taken] }),
  ]) {
    assert.match(said, /What the site says about it is not told.*It exists already/);
    assert.doesNotMatch(said, /BOLT/);
  }
  const { name } = await own.call("create_document", invoice("Birch Ltd", 1));
  await own.call("submit_document", { doctype: "Sales Invoice", name });
  const changes = [{ name, posting_date: "2026-03-03" }];
  const said = await failure("bulk_documents", { operation: "update", doctype: "Sales Invoice", documents: changes });
  assert.match(said, /is submitted: posting_date cannot be changed any more/);
  assert.doesNotMatch(said, /2026-01-10/);
});

test("secrets of users are masked whatever is configured", async () => {
  await using own = await openStand(15);
  await own.admin.call("frappe.core.doctype.user.user.generate_keys", { user: "ada@example.com" }, {}, signal);
  const { data } = await own.call("get_document", { doctype: "User", name: "ada@example.com" });
  assert.equal(data.api_key, "[masked]");
  await assert.rejects(
    own.call("list_documents", { doctype: "User", filters: { api_key: "x" } }),
    /api_key of User is masked/,
  );
});

test("what the site itself hides from a user stays hidden: fields of a level that they may not see", async () => {
  const asAda = await call("get_document", { doctype: "Customer", name: "Birch Ltd" }, "ada");
  const asSam = await call("get_document", { doctype: "Customer", name: "Birch Ltd" }, "sam");
  assert.equal(asAda.data.credit_limit, 5000);
  assert.equal(asSam.data.credit_limit ?? 0, 0);
});
