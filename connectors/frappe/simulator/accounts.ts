import { type Json, numberOf, textOf } from "./json.ts";
import { cents } from "./ledger.ts";
import type { Returned } from "./methods/method.ts";
import { mustMay } from "./permissions.ts";
import { missing } from "./raised.ts";
import type { Request } from "./request.ts";
import { type SiteState, doctypeOf } from "./site.ts";

/** Which lines of the ledger count. */
export interface Span {
  readonly company?: string;
  readonly from?: string;
  readonly to?: string;
}

/** Lines of the ledger that are not cancelled, of a company and a span of days. */
export function linesOf(site: SiteState, { company, from, to }: Span): readonly Json[] {
  return site.store.all("GL Entry").filter((line) => {
    const date = textOf(line["posting_date"]);
    const isInside = (from === undefined || date >= from) && (to === undefined || date <= to);
    return line["is_cancelled"] === 0 && isInside && (company === undefined || line["company"] === company);
  });
}

/** What an account holds: debit less credit, to the cent; `accounts` are it and those below it. */
export function balanceOf(lines: readonly Json[], accounts: ReadonlySet<string>): number {
  const own = lines.filter((line) => accounts.has(textOf(line["account"])));
  return cents(own.reduce((sum, line) => sum + numberOf(line["debit"]) - numberOf(line["credit"]), 0));
}

/** What an account holds on a day. */
export function balanceOn(args: Json, request: Request): Returned {
  const { site, user } = request;
  mustMay(site, user, doctypeOf(site, "GL Entry"), "read");
  const to = textOf(args["date"]);
  return { message: balanceOf(linesOf(site, to === "" ? {} : { to }), new Set([textOf(args["account"])])) };
}

/** A payment that would settle an invoice, not stored. */
export function paymentFor(args: Json, request: Request): Returned {
  const { site, user } = request;
  const name = textOf(args["dn"]);
  const invoice = site.store.get("Sales Invoice", name);
  if (invoice === undefined) throw missing("Sales Invoice", name);
  mustMay(site, user, doctypeOf(site, "Sales Invoice"), "read", invoice);
  const amount = numberOf(invoice["outstanding_amount"]);
  const { company, customer, due_date, debit_to } = invoice;
  const reference = {
    reference_doctype: "Sales Invoice",
    reference_name: name,
    due_date,
    total_amount: invoice["grand_total"],
    outstanding_amount: amount,
    allocated_amount: amount,
  };
  return {
    message: {
      doctype: "Payment Entry",
      docstatus: 0,
      payment_type: "Receive",
      posting_date: site.now().slice(0, 10),
      company,
      party_type: "Customer",
      party: customer,
      paid_from: debit_to,
      paid_to: site.store.get("Company", textOf(company))?.["default_cash_account"] ?? null,
      paid_amount: amount,
      received_amount: amount,
      references: [reference],
      __islocal: 1,
      __unsaved: 1,
    },
  };
}
