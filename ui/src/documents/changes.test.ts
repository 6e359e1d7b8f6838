import assert from "node:assert/strict";
import { test } from "node:test";
import type { JsonObject } from "../answers.ts";
import type { DocTypeAnswer } from "./answers.ts";
import { changedByOthers, changesOf, editedFrom, versionsOf } from "./changes.ts";

const docType: DocTypeAnswer = {
  doctype: "Sales Invoice",
  module: "Accounts",
  submittable: true,
  single: false,
  child: false,
  naming: "naming_series:",
  fields: [
    { name: "customer", label: "Customer", type: "Link", options: "Customer", required: true },
    { name: "due_date", label: "Due Date", type: "Date" },
    { name: "po_no", label: "Po No", type: "Data", changes_after_submit: true },
    { name: "discount", label: "Discount", type: "Percent" },
    { name: "is_return", label: "Is Return", type: "Check" },
    { name: "grand_total", label: "Grand Total", type: "Currency", read_only: true },
    { name: "tax_id", label: "Tax Id", type: "Data", masked: true },
    { name: "route", label: "Route", type: "Data", hidden: true },
    { name: "items", label: "Items", type: "Table", options: "Sales Invoice Item" },
  ],
  link_fields: [],
  child_tables: [
    {
      field: "items",
      doctype: "Sales Invoice Item",
      fields: [
        { name: "item_code", label: "Item", type: "Link", options: "Item" },
        { name: "qty", label: "Qty", type: "Float" },
        { name: "amount", label: "Amount", type: "Currency", read_only: true },
      ],
    },
  ],
  permissions: [],
};

const doc: JsonObject = {
  name: "INV-1",
  customer: "Birch",
  due_date: "2026-01-31",
  po_no: null,
  discount: 0,
  is_return: 0,
  grand_total: 10,
  tax_id: "[masked]",
  items: [
    { name: "r1", item_code: "BOLT", qty: 4, amount: 10, modified: "2026-01-01" },
    { name: "r2", item_code: "NUT", qty: 1, amount: 1, modified: "2026-01-01" },
  ],
};

test("an editor has what can be changed in the document's state, and none of what is masked, hidden or computed", () => {
  const draft = editedFrom(docType, doc, "draft");
  assert.deepEqual(Object.keys(draft.values), ["customer", "due_date", "po_no", "discount", "is_return"]);
  assert.deepEqual(draft.tables["items"]?.[0]?.values, { item_code: "BOLT", qty: "4" });
  assert.deepEqual(editedFrom(docType, doc, "submitted"), { values: { po_no: "" }, tables: {} });
  assert.deepEqual(editedFrom(docType, doc, "cancelled"), { values: {}, tables: {} });
});

test("nothing is sent of what was not changed, and of a table the rows that were", () => {
  const edited = editedFrom(docType, doc, "draft");
  assert.deepEqual(changesOf(docType, doc, edited), { data: {}, wrong: {} });
  const [first, second] = edited.tables["items"] ?? [];
  assert.ok(first !== undefined && second !== undefined);
  const changed = {
    values: { ...edited.values, due_date: "", discount: "2.5", is_return: "1" },
    tables: {
      items: [
        { ...first, values: { ...first.values, qty: "5" } },
        { ...second, isGone: true },
        { key: "new", isNew: true, isGone: false, values: { item_code: "BOLT", qty: "2" } },
        { key: "empty", isNew: true, isGone: false, values: {} },
      ],
    },
  };
  assert.deepEqual(changesOf(docType, doc, changed).data, {
    due_date: null,
    discount: 2.5,
    is_return: 1,
    items: [
      { name: "r1", qty: 5 },
      { name: "r2", _delete: true },
      { item_code: "BOLT", qty: 2 },
    ],
  });
});

test("what is no number is told at its place, and not sent", () => {
  const edited = editedFrom(docType, doc, "draft");
  const [first] = edited.tables["items"] ?? [];
  assert.ok(first !== undefined);
  const changed = {
    values: { ...edited.values, discount: "much" },
    tables: { items: [{ ...first, values: { ...first.values, qty: "1,5" } }] },
  };
  assert.deepEqual(changesOf(docType, doc, changed), {
    data: {},
    wrong: { discount: "This must be a number", "items r1 qty": "This must be a number" },
  });
});

test("both versions are shown of what was changed here, and what else others changed is named", () => {
  const rows = Array.isArray(doc["items"]) ? doc["items"] : [];
  const resaved = rows.map((row) => ({ ...Object(row), modified: "2026-02-02" }));
  const theirs: JsonObject = { ...doc, customer: "Cedar", po_no: "theirs", route: "north", items: resaved };
  const mine = { po_no: "mine" };
  assert.deepEqual(
    versionsOf(docType, doc, theirs, mine).map(({ field, before, theirs: now, mine: wanted }) => [
      field.label,
      before,
      now,
      wanted,
    ]),
    [["Po No", null, "theirs", "mine"]],
  );
  assert.deepEqual(
    changedByOthers(docType, doc, theirs, mine),
    ["Customer"],
    "rows that were only saved again are not",
  );
});
