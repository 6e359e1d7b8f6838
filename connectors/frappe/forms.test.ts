import assert from "node:assert/strict";
import { test } from "node:test";
import { openStand } from "../../test/rig/frappe-stand.ts";

const rowField = { dt: "Sales Invoice Item", label: "Shelf", fieldname: "shelf", fieldtype: "Data" };

test("a field that is added to rows is known at once in the DocType that has them, and everything that is kept goes", async () => {
  await using stand = await openStand(15);
  const { call, open } = stand;
  const shelves = async (): Promise<number> => {
    const info = await call("get_doctype_info", { doctype: "Sales Invoice" });
    const items = info.child_tables.find((each: { field: string }) => each.field === "items");
    return items.fields.filter((each: { name: string }) => each.name === "shelf").length;
  };
  assert.equal(await shelves(), 0);
  const read = await open.call("get_document", { doctype: "Customer", name: "Birch Ltd" });
  const uses: readonly string[] = Object(read["_meta"])["switchyard/uses"];
  const before = open.changedUses.length;
  const { name } = await call("create_document", { doctype: "Custom Field", data: rowField });
  assert.equal(name, "Sales Invoice Item-shelf");
  assert.equal(await shelves(), 1);
  const dropped = new Set(open.changedUses.slice(before));
  assert.ok(uses.some((use) => dropped.has(use)));
  await call("delete_document", { doctype: "Custom Field", name });
  assert.equal(await shelves(), 0);
});

test("a property that a site sets otherwise is known at once", async () => {
  await using stand = await openStand(14);
  const { call } = stand;
  const territory = async () => {
    const { fields } = await call("get_doctype_info", { doctype: "Customer" });
    return fields.find((each: { name: string }) => each.name === "territory");
  };
  assert.equal((await territory()).required, undefined);
  const setter = { doc_type: "Customer", field_name: "territory", property: "reqd", value: "1" };
  await call("create_document", { doctype: "Property Setter", data: setter });
  assert.equal((await territory()).required, true);
});

test("a mask that is sent back for a number is told as that, also where nothing is written", async () => {
  await using stand = await openStand(15, { masked: { Customer: ["credit_limit"] } });
  const { call } = stand;
  const values = { doctype: "Customer", data: { customer_name: "Fern Ltd", credit_limit: "[masked]" } };
  const told =
    /credit_limit: "\[masked\]" stands for a value that is masked, and is not its value: leave the field out/;
  await assert.rejects(call("create_document", values), told);
  const trial = await call("create_document", { ...values, validate_only: true });
  assert.equal(trial.validation_passed, false);
  assert.deepEqual(
    trial.problems.map((each: { field: string }) => each.field),
    ["credit_limit"],
  );
  const change = { doctype: "Customer", name: "Birch Ltd", data: { credit_limit: "[masked]" } };
  await assert.rejects(call("update_document", change), told);
  const { results } = await call("bulk_documents", {
    operation: "insert",
    doctype: "Customer",
    documents: [values.data],
  });
  assert.match(results[0].error, told);
});

test("a warning with a good answer is told where it holds nothing that is masked", async () => {
  const sold = { customer: "Birch Ltd", company: "Nordlicht", items: [{ item_code: "NAIL", qty: 1, rate: 4.25 }] };
  const price = "Item Price added for NAIL in Price List Standard Selling";
  const warningsWith = async (masked: object): Promise<readonly string[]> => {
    await using stand = await openStand(15, { masked });
    await stand.call("create_document", { doctype: "Item", data: { item_code: "NAIL" } });
    return (await stand.call("create_document", { doctype: "Sales Invoice", data: sold })).warnings;
  };
  assert.deepEqual(await warningsWith({ "Sales Invoice": ["total"] }), [price]);
  assert.deepEqual(await warningsWith({ "Sales Invoice": ["selling_price_list"] }), [
    "A message of the site may hold what is masked, and is not told",
  ]);
});
