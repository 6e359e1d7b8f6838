import { type Json, numberOf, textOf } from "../json.ts";
import { type Line, cents, post, reverse } from "../ledger.ts";
import { thrown } from "../raised.ts";
import type { SiteState } from "../site.ts";
import { rowsOf } from "../values.ts";
import type { Controller } from "./controller.ts";
import { moneyInWords } from "./in-words.ts";

/** Entries by hand: refused unless both sides are equal. */
export const journalEntry: Controller = {
  validate: (doc, { site }) => {
    const rows = rowsOf(doc["accounts"]);
    for (const row of rows) fillRow(row, doc, site);
    const [debit, credit] = [sumOf(rows, "debit"), sumOf(rows, "credit")];
    const difference = cents(debit - credit);
    if (difference !== 0) {
      const shown = Number.isInteger(difference) ? difference.toFixed(1) : String(difference);
      throw thrown("ValidationError", `Total Debit must be equal to Total Credit. The difference is ${shown}`);
    }
    for (const row of rows) row["against_account"] = againstOf(row, rows);
    const currency = textOf(site.store.get("Company", textOf(doc["company"]))?.["default_currency"]);
    const paid = paidTo(rows);
    Object.assign(doc, {
      total_debit: debit,
      total_credit: credit,
      difference: 0,
      title: paid.party ?? textOf(rows[0]?.["account"]),
      pay_to_recd_from: paid.party ?? doc["pay_to_recd_from"],
      total_amount: paid.amount,
      total_amount_currency: paid.amount === 0 ? null : currency,
      total_amount_in_words: moneyInWords(paid.amount, currency),
      remark: remarkOf(doc),
    });
  },
  onSubmit: (doc, request) => {
    post(request, doc, rowsOf(doc["accounts"]).map(lineOf));
  },
  onCancel: (doc, request) => {
    reverse(request, doc);
  },
};

function fillRow(row: Json, doc: Json, site: SiteState): void {
  const company = site.store.get("Company", textOf(doc["company"]));
  const account = site.store.get("Account", textOf(row["account"]));
  row["debit"] = cents(numberOf(row["debit_in_account_currency"]));
  row["credit"] = cents(numberOf(row["credit_in_account_currency"]));
  row["cost_center"] ??= company?.["cost_center"] ?? null;
  row["account_type"] = account?.["account_type"] ?? "";
  row["account_currency"] = account?.["account_currency"] ?? company?.["default_currency"] ?? null;
  row["exchange_rate"] = 1;
  // One without the other refers to nothing.
  if (textOf(row["reference_name"]) === "") row["reference_type"] = null;
  if (textOf(row["reference_type"]) === "") row["reference_name"] = null;
}

/** The accounts on the other side; of a row with a party, that is what they see. */
function againstOf(row: Json, rows: readonly Json[]): string {
  const side = numberOf(row["debit"]) > 0 ? "credit" : "debit";
  const others = rows
    .filter((other) => numberOf(other[side]) > 0)
    .map((other) => textOf(other["party"]) || textOf(other["account"]));
  return [...new Set(others)].join(", ");
}

/** Who paid or was paid, and what went through the bank or the cash box: only where somebody is named. */
function paidTo(rows: readonly Json[]): { readonly party: string | undefined; readonly amount: number } {
  const party = rows.map((row) => textOf(row["party"])).find((name) => name !== "");
  if (party === undefined) return { party, amount: 0 };
  const money = rows.filter((row) => row["account_type"] === "Bank" || row["account_type"] === "Cash");
  return { party, amount: cents(sumOf(money, "debit") + sumOf(money, "credit")) };
}

function remarkOf(doc: Json): string | null {
  const [note, number, date] = ["user_remark", "cheque_no", "cheque_date"].map((name) => textOf(doc[name]));
  const parts = [number === "" ? "" : `Reference #${number} dated ${date}`, note === "" ? "" : `Note: ${note}`];
  return parts.filter((part) => part !== "").join("\n") || null;
}

function lineOf(row: Json): Line {
  const [party, partyType] = [textOf(row["party"]), textOf(row["party_type"])];
  return {
    account: textOf(row["account"]),
    debit: numberOf(row["debit"]),
    credit: numberOf(row["credit"]),
    against: textOf(row["against_account"]),
    costCenter: textOf(row["cost_center"]),
    ...(party !== "" && { party, partyType }),
  };
}

function sumOf(rows: readonly Json[], name: string): number {
  return cents(rows.reduce((sum, row) => sum + numberOf(row[name]), 0));
}
