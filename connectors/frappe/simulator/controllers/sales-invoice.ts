import { type Json, numberOf, textOf } from "../json.ts";
import { type Line, cents, post, reverse } from "../ledger.ts";
import { thrown } from "../raised.ts";
import type { Request } from "../request.ts";
import { addRow } from "../rows.ts";
import type { SiteState } from "../site.ts";
import { rowsOf } from "../values.ts";
import type { Controller } from "./controller.ts";
import { fillSums } from "./invoice-sums.ts";
import { warehouseOf } from "./item.ts";
import { addPrice, priceOf } from "./prices.ts";

/** Invoices to customers: sums from their rows, and lines of the ledger once they are submitted. */
export const salesInvoice: Controller = {
  validate: (doc, request) => {
    refuseUnknown(doc, request.site);
    fillHead(doc, request.site);
    for (const row of rowsOf(doc["items"])) fillRow(row, doc, request);
    fillSums(doc);
    doc["against_income_account"] = [...incomeBy(doc).keys()].join(",");
    fillSchedule(doc, request);
    if (textOf(doc["due_date"]) < textOf(doc["posting_date"])) {
      throw thrown("ValidationError", "Due Date cannot be before Posting / Supplier Invoice Date");
    }
    doc["status"] = "Draft";
  },
  onSubmit: (doc, request) => {
    const income = incomeBy(doc);
    const customer = textOf(doc["customer"]);
    const [sales = ""] = income.keys();
    const owed = { account: textOf(doc["debit_to"]), debit: numberOf(doc["grand_total"]), credit: 0, against: sales };
    const earned = [...income].map(([account, { amount, costCenter }]): Line => ({
      account,
      debit: 0,
      credit: amount,
      against: customer,
      costCenter,
    }));
    const taxes = rowsOf(doc["taxes"]).map((row): Line => ({
      account: textOf(row["account_head"]),
      debit: 0,
      credit: numberOf(row["tax_amount"]),
      against: customer,
      costCenter: textOf(row["cost_center"]),
    }));
    post(request, doc, [{ ...owed, party: customer }, ...earned, ...taxes.filter(({ credit }) => credit !== 0)]);
    const isOverdue = textOf(doc["due_date"]) < request.site.now().slice(0, 10);
    request.site.store.put("Sales Invoice", { ...doc, status: isOverdue ? "Overdue" : "Unpaid" });
  },
  onCancel: (doc, request) => {
    reverse(request, doc);
    request.site.store.put("Sales Invoice", { ...doc, status: "Cancelled", outstanding_amount: 0 });
  },
};

/** What would change the sums of a real invoice and is not computed here. */
const notSimulated =
  "is_pos is_return is_debit_note update_stock redeem_loyalty_points write_off_amount allocate_advances_automatically advances payments timesheets".split(
    " ",
  );

/** Refuses what a real site would reckon with and this one does not: a sum that is wrong is worse than none. */
function refuseUnknown(doc: Json, site: SiteState): void {
  const used = notSimulated.find((name) => numberOf(doc[name]) !== 0 || rowsOf(doc[name]).length > 0);
  if (used !== undefined) throw thrown("ValidationError", `${used} is not to be had on a simulated site`);
  const own = site.store.get("Company", textOf(doc["company"]))?.["default_currency"] ?? doc["currency"];
  doc["currency"] ??= own ?? null;
  if (doc["currency"] !== own || numberOf(doc["conversion_rate"]) !== 1) {
    throw thrown("ValidationError", "A simulated site keeps its books in one currency");
  }
}

function fillHead(doc: Json, site: SiteState): void {
  const company = site.store.get("Company", textOf(doc["company"]));
  const customer: Json = site.store.get("Customer", textOf(doc["customer"])) ?? {};
  const name = customer["customer_name"] ?? doc["customer"];
  const {
    territory = null,
    customer_group = null,
    language = null,
    tax_id = null,
    is_internal_customer = 0,
  } = customer;
  Object.assign(doc, {
    customer_name: name,
    title: name,
    territory,
    customer_group,
    language,
    tax_id,
    is_internal_customer,
  });
  const now = site.now();
  doc["posting_date"] ??= now.slice(0, 10);
  doc["posting_time"] ??= now.slice(11);
  doc["due_date"] ??= doc["posting_date"];
  doc["price_list_currency"] = doc["currency"];
  doc["debit_to"] ??= company?.["default_receivable_account"] ?? null;
  doc["party_account_currency"] = doc["currency"];
  doc["tax_category"] ??= "";
  doc["po_no"] ??= "";
  doc["remarks"] ??= textOf(doc["po_no"]) === "" ? "No Remarks" : `Against Customer Order ${textOf(doc["po_no"])}`;
}

function fillRow(row: Json, doc: Json, request: Request): void {
  const { site } = request;
  const company = site.store.get("Company", textOf(doc["company"]));
  const item = site.store.get("Item", textOf(row["item_code"]));
  const known: Json = item ?? {};
  const list = textOf(doc["selling_price_list"]);
  const { item_name = row["item_code"], item_group = null, stock_uom = null, grant_commission = 0 } = known;
  Object.assign(row, { item_name, item_group, stock_uom, grant_commission, image: known["image"] ?? "" });
  row["description"] ??= known["description"] ?? item_name;
  row["uom"] ??= stock_uom;
  row["income_account"] ??= company?.["default_income_account"] ?? null;
  row["expense_account"] ??= company?.["default_expense_account"] ?? null;
  row["cost_center"] ??= company?.["cost_center"] ?? null;
  row["warehouse"] ??= company === undefined ? null : warehouseOf(company);
  row["item_tax_rate"] = "{}";
  row["price_list_rate"] = priceOf(site, textOf(row["item_code"]), list);
  const rate = numberOf(row["rate"]);
  if (
    item === undefined ||
    row["price_list_rate"] !== 0 ||
    rate === 0 ||
    site.store.get("Price List", list) === undefined
  )
    return;
  // From here on the item has this price; on the invoice that made it, it has none yet.
  addPrice(request, item, list, rate);
  request.told.push({ message: `Item Price added for ${item.name} in Price List ${list}`, title: "Message", alert: 1 });
}

/** When what is to be paid: all of it on the due date, where nothing else was agreed. */
function fillSchedule(doc: Json, request: Request): void {
  if (rowsOf(doc["payment_schedule"]).length === 0) {
    addRow(request, doc, "payment_schedule", { invoice_portion: 100 });
  }
  const rows = rowsOf(doc["payment_schedule"]);
  for (const row of rows) {
    if (rows.length === 1) row["due_date"] = doc["due_date"];
    const amount = cents((numberOf(doc["grand_total"]) * numberOf(row["invoice_portion"])) / 100);
    Object.assign(row, { payment_amount: amount, base_payment_amount: amount, outstanding: amount });
  }
}

function incomeBy(doc: Json): ReadonlyMap<string, { amount: number; costCenter: string }> {
  const income = new Map<string, { amount: number; costCenter: string }>();
  for (const row of rowsOf(doc["items"])) {
    const account = textOf(row["income_account"]);
    const before = income.get(account)?.amount ?? 0;
    const amount = cents(before + numberOf(row["net_amount"]));
    income.set(account, { amount, costCenter: textOf(row["cost_center"]) });
  }
  return income;
}
