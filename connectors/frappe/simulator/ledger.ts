import type { Controller } from "./controller.ts";
import { type Json, numberOf, textOf } from "./json.ts";
import { thrown } from "./raised.ts";
import type { Request } from "./request.ts";
import { randomName } from "./site.ts";
import type { StoredDoc } from "./store.ts";
import { rowsOf } from "./values.ts";

/** One line of the ledger, before it is a document. */
interface Line {
  readonly account: string;
  readonly debit: number;
  readonly credit: number;
  readonly against: string;
  readonly party?: string;
  readonly costCenter?: string;
}

/** A sum as it is kept: to the cent. */
export function cents(amount: number): number {
  return Math.round(amount * 100) / 100;
}

/** Invoices to customers: sums from their rows, and two lines of the ledger once they are submitted. */
export const salesInvoice: Controller = {
  validate: (doc, { site }) => {
    const company = site.store.get("Company", textOf(doc["company"]));
    const customer = site.store.get("Customer", textOf(doc["customer"]));
    for (const row of rowsOf(doc["items"])) {
      const item = site.store.get("Item", textOf(row["item_code"]));
      row["item_name"] = item?.["item_name"] ?? row["item_code"];
      row["amount"] = cents(numberOf(row["qty"]) * numberOf(row["rate"]));
      row["income_account"] ??= company?.["default_income_account"] ?? null;
      row["cost_center"] ??= company?.["cost_center"] ?? null;
    }
    const total = cents(rowsOf(doc["items"]).reduce((sum, row) => sum + numberOf(row["amount"]), 0));
    const name = customer?.["customer_name"] ?? doc["customer"];
    const sums = { total, net_total: total, grand_total: total, rounded_total: total, outstanding_amount: total };
    const qty = rowsOf(doc["items"]).reduce((sum, row) => sum + numberOf(row["qty"]), 0);
    Object.assign(doc, sums, {
      total_qty: qty,
      customer_name: name,
      title: name,
      territory: customer?.["territory"] ?? null,
    });
    doc["posting_date"] ??= site.now().slice(0, 10);
    doc["due_date"] ??= doc["posting_date"];
    doc["currency"] ??= company?.["default_currency"] ?? null;
    doc["debit_to"] ??= company?.["default_receivable_account"] ?? null;
    if (textOf(doc["due_date"]) < textOf(doc["posting_date"])) {
      throw thrown("ValidationError", "Due Date cannot be before Posting / Supplier Invoice Date");
    }
    doc["status"] = "Draft";
  },
  onSubmit: (doc, request) => {
    const income = incomeBy(doc);
    const receivable = textOf(doc["debit_to"]);
    const customer = textOf(doc["customer"]);
    const [sales = ""] = income.keys();
    post(request, doc, [
      { account: receivable, debit: numberOf(doc["grand_total"]), credit: 0, against: sales, party: customer },
      ...[...income].map(([account, { amount, costCenter }]) => ({
        account,
        debit: 0,
        credit: amount,
        against: customer,
        costCenter,
      })),
    ]);
    const isOverdue = textOf(doc["due_date"]) < request.site.now().slice(0, 10);
    request.site.store.put("Sales Invoice", { ...doc, status: isOverdue ? "Overdue" : "Unpaid" });
  },
  onCancel: (doc, request) => {
    reverse(request, doc);
    request.site.store.put("Sales Invoice", { ...doc, status: "Cancelled", outstanding_amount: 0 });
  },
};

/** Entries by hand: refused unless both sides are equal. */
export const journalEntry: Controller = {
  validate: (doc, { site }) => {
    const rows = rowsOf(doc["accounts"]);
    for (const row of rows) {
      row["debit"] = cents(numberOf(row["debit_in_account_currency"]));
      row["credit"] = cents(numberOf(row["credit_in_account_currency"]));
      const company = site.store.get("Company", textOf(doc["company"]));
      row["cost_center"] ??= company?.["cost_center"] ?? null;
    }
    const side = (name: "debit" | "credit"): number => cents(rows.reduce((sum, row) => sum + numberOf(row[name]), 0));
    const [debit, credit] = [side("debit"), side("credit")];
    const difference = cents(debit - credit);
    if (difference !== 0) {
      const shown = Number.isInteger(difference) ? difference.toFixed(1) : String(difference);
      throw thrown("ValidationError", `Total Debit must be equal to Total Credit. The difference is ${shown}`);
    }
    Object.assign(doc, {
      total_debit: debit,
      total_credit: credit,
      difference: 0,
      title: textOf(rows[0]?.["account"]),
    });
  },
  onSubmit: (doc, request) => {
    const rows = rowsOf(doc["accounts"]);
    post(
      request,
      doc,
      rows.map((row) => journalLine(row, rows)),
    );
  },
  onCancel: (doc, request) => {
    reverse(request, doc);
  },
};

function journalLine(row: Json, rows: readonly Json[]): Line {
  const others = rows.filter((other) => other !== row).map((other) => textOf(other["account"]));
  const party = textOf(row["party"]);
  return {
    account: textOf(row["account"]),
    debit: numberOf(row["debit"]),
    credit: numberOf(row["credit"]),
    against: others.join(", "),
    costCenter: textOf(row["cost_center"]),
    ...(party !== "" && { party }),
  };
}

function incomeBy(doc: Json): ReadonlyMap<string, { amount: number; costCenter: string }> {
  const income = new Map<string, { amount: number; costCenter: string }>();
  for (const row of rowsOf(doc["items"])) {
    const account = textOf(row["income_account"]);
    const before = income.get(account)?.amount ?? 0;
    income.set(account, { amount: cents(before + numberOf(row["amount"])), costCenter: textOf(row["cost_center"]) });
  }
  return income;
}

function post({ site, user }: Request, doc: StoredDoc, lines: readonly Line[]): void {
  const date = textOf(doc["posting_date"]);
  const year = site.store
    .all("Fiscal Year")
    .find((one) => textOf(one["year_start_date"]) <= date && date <= textOf(one["year_end_date"]));
  for (const { account, debit, credit, against, party, costCenter = "" } of lines) {
    const time = site.now();
    const name = randomName(site);
    const sums = { debit, credit, debit_in_account_currency: debit, credit_in_account_currency: credit };
    site.store.put("GL Entry", {
      name,
      owner: user,
      creation: time,
      modified: time,
      modified_by: user,
      docstatus: 1,
      idx: 0,
      posting_date: date,
      account,
      ...sums,
      against,
      voucher_type: doc["doctype"],
      voucher_no: doc.name,
      party_type: party === undefined ? null : "Customer",
      party: party ?? null,
      cost_center: costCenter === "" ? null : costCenter,
      company: doc["company"],
      fiscal_year: year?.name ?? null,
      account_currency: doc["currency"] ?? "EUR",
      is_cancelled: 0,
      is_opening: "No",
      remarks: doc["user_remark"] ?? null,
      doctype: "GL Entry",
    });
  }
}

/** Lines that take back those of a document; both are marked as cancelled. */
function reverse({ site }: Request, doc: StoredDoc): void {
  for (const line of site.store
    .all("GL Entry")
    .filter((one) => one["voucher_no"] === doc.name && one["is_cancelled"] === 0)) {
    const time = site.now();
    site.store.put("GL Entry", { ...line, is_cancelled: 1, modified: time });
    const sums = {
      debit: line["credit"],
      credit: line["debit"],
      debit_in_account_currency: line["credit_in_account_currency"],
      credit_in_account_currency: line["debit_in_account_currency"],
    };
    site.store.put("GL Entry", {
      ...line,
      ...sums,
      name: randomName(site),
      creation: time,
      modified: time,
      is_cancelled: 1,
    });
  }
}
