import { type Json, textOf } from "./json.ts";
import type { Request } from "./request.ts";
import { madeBySite } from "./rows.ts";
import { randomName } from "./site.ts";
import type { StoredDoc } from "./store.ts";

/** One line of the ledger, before it is a document. */
export interface Line {
  readonly account: string;
  readonly debit: number;
  readonly credit: number;
  readonly against: string;
  readonly party?: string;
  /** Default `Customer`. */
  readonly partyType?: string;
  readonly costCenter?: string;
}

/** A sum as it is kept: to the cent. */
export function cents(amount: number): number {
  return Math.round(amount * 100) / 100;
}

/** Writes the lines of a document into the ledger. */
export function post(request: Request, doc: StoredDoc, lines: readonly Line[]): void {
  const { site } = request;
  const date = textOf(doc["posting_date"]);
  const year = site.store
    .all("Fiscal Year")
    .find((one) => textOf(one["year_start_date"]) <= date && date <= textOf(one["year_end_date"]));
  const currency = site.store.get("Company", textOf(doc["company"]))?.["default_currency"] ?? "EUR";
  for (const { account, debit, credit, against, party, partyType = "Customer", costCenter = "" } of lines) {
    const line: Json = {
      docstatus: 1,
      posting_date: date,
      account,
      debit,
      credit,
      debit_in_account_currency: debit,
      credit_in_account_currency: credit,
      against,
      voucher_type: doc["doctype"],
      voucher_no: doc.name,
      party_type: party === undefined ? null : partyType,
      party: party ?? null,
      cost_center: costCenter === "" ? null : costCenter,
      company: doc["company"],
      fiscal_year: year?.name ?? null,
      account_currency: currency,
      is_opening: "No",
      remarks: doc["remark"] ?? doc["remarks"] ?? null,
    };
    site.store.put("GL Entry", madeBySite(request, "GL Entry", line));
  }
}

/** Lines that take back those of a document; both are marked as cancelled. */
export function reverse({ site }: Request, doc: StoredDoc): void {
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
