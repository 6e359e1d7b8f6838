import assert from "node:assert/strict";
import { test } from "node:test";
import { openStand } from "../../../../test/rig/frappe-stand.ts";

const { signal } = new AbortController();

const row = { item_code: "BOLT", qty: 3, rate: 100 };
const head = { company: "Nordlicht", customer: "Birch Ltd", posting_date: "2026-01-10", due_date: "2026-02-10" };

test("an invoice's discount is spread over its rows, taxes come on what is left, and the ledger is balanced", async () => {
  await using stand = await openStand(15);
  const { admin } = stand;
  const tax = { name: "VAT - NL", account_name: "VAT", company: "Nordlicht", root_type: "Liability" };
  await admin.create("Account", tax, signal);
  const values = {
    ...head,
    items: [row, { item_code: "NUT", qty: 1, rate: 33.33 }],
    additional_discount_percentage: 10,
    taxes: [{ charge_type: "On Net Total", account_head: "VAT - NL", rate: 19 }],
  };
  const { doc } = await admin.create("Sales Invoice", values, signal);
  const { total, discount_amount, net_total, total_taxes_and_charges, grand_total, in_words } = doc;
  assert.deepEqual(
    { total, discount_amount, net_total, total_taxes_and_charges, grand_total },
    { total: 333.33, discount_amount: 33.33, net_total: 300, total_taxes_and_charges: 57, grand_total: 357 },
  );
  assert.equal(in_words, "EUR Three Hundred And Fifty-Seven only.");
  await admin.submit("Sales Invoice", String(doc["name"]), undefined, signal);
  const query = {
    fields: ["account", "debit", "credit"],
    filters: { voucher_no: doc["name"] },
    orderBy: "account asc",
    limit: 0,
  };
  assert.deepEqual(await admin.list("GL Entry", query, signal), [
    { account: "Debtors - NL", debit: 357, credit: 0 },
    { account: "Sales - NL", debit: 0, credit: 300 },
    { account: "VAT - NL", debit: 0, credit: 57 },
  ]);
});

test("an item has the price for which it was sold first, and a row without a rate takes it", async () => {
  await using stand = await openStand(15);
  const { admin } = stand;
  await admin.create("Item", { item_code: "NAIL" }, signal);
  const first = await admin.create(
    "Sales Invoice",
    { ...head, items: [{ ...row, item_code: "NAIL", rate: 4 }] },
    signal,
  );
  assert.deepEqual(first.messages, ["Item Price added for NAIL in Price List Standard Selling"]);
  const second = await admin.create("Sales Invoice", { ...head, items: [{ item_code: "NAIL", qty: 2 }] }, signal);
  assert.equal(second.doc["grand_total"], 8);
  assert.deepEqual(second.messages, []);
  const changed = await admin.update("Sales Invoice", String(second.doc["name"]), { due_date: "2026-03-10" }, signal);
  assert.equal(changed.doc["due_date"], "2026-03-10");
});

test("what is not reckoned with is refused, and not left out of the sum", async () => {
  await using stand = await openStand(15);
  for (const more of [{ is_return: 1 }, { write_off_amount: 5 }, { currency: "USD" }, { conversion_rate: 2 }]) {
    const created = stand.admin.create("Sales Invoice", { ...head, items: [row], ...more }, signal);
    await assert.rejects(created, /simulated site/);
  }
});
