import { linesOf } from "../accounts.ts";
import { type Json, numberOf, textOf } from "../json.ts";
import { cents } from "../ledger.ts";
import type { ReportResult } from "../methods/reports.ts";
import { thrown } from "../raised.ts";
import type { Request } from "../request.ts";
import { type Placed, accountsOf, currencyOf } from "./accounts.ts";
import { spanIn } from "./periods.ts";

/** Every line of the ledger in a span, with what was there before and is there after. */
export function generalLedger({ site }: Request, filters: Json): ReportResult {
  const company = textOf(filters["company"]);
  const [from, to] = spanIn(site, filters);
  const account = textOf(filters["account"]);
  const isAsked = (line: Json): boolean =>
    (account === "" || line["account"] === account) &&
    (textOf(filters["party"]) === "" || line["party"] === filters["party"]);
  const lines = linesOf(site, { company, to }).filter(isAsked);
  const inside = lines.filter((line) => textOf(line["posting_date"]) >= from);
  const opening = sumsOf(lines.filter((line) => textOf(line["posting_date"]) < from));
  let balance = 0;
  const rows = inside.map((line) => {
    balance = cents(balance + numberOf(line["debit"]) - numberOf(line["credit"]));
    return lineRow(line, balance);
  });
  const total = sumsOf(inside);
  const closing = { debit: cents(opening.debit + total.debit), credit: cents(opening.credit + total.credit) };
  return {
    result: [
      sumLine("'Opening'", opening),
      ...rows,
      sumLine("'Total'", total),
      sumLine("'Closing (Opening + Total)'", closing),
    ],
    columns: ledgerColumns(currencyOf(site, company)),
  };
}

function sumLine(account: string, { debit, credit }: Sums): Json {
  const own = { debit_in_account_currency: debit, credit_in_account_currency: credit };
  return { account, debit, credit, ...own, balance: cents(debit - credit), account_currency: null, bill_no: "" };
}

interface Sums {
  readonly debit: number;
  readonly credit: number;
}

function sumsOf(lines: readonly Json[]): Sums {
  const of = (side: "debit" | "credit"): number => cents(lines.reduce((sum, line) => sum + numberOf(line[side]), 0));
  return { debit: of("debit"), credit: of("credit") };
}

function lineRow(line: Json, balance: number): Json {
  const {
    posting_date,
    account,
    party_type,
    party,
    voucher_type,
    voucher_no,
    cost_center,
    against,
    is_opening,
    creation,
    debit,
    credit,
  } = line;
  return {
    gl_entry: line["name"],
    posting_date,
    account,
    party_type,
    party,
    voucher_type,
    voucher_no,
    cost_center,
    project: null,
    against_voucher_type: null,
    against_voucher: null,
    account_currency: null,
    against,
    is_opening,
    creation,
    debit,
    credit,
    debit_in_account_currency: debit,
    credit_in_account_currency: credit,
    balance,
    bill_no: "",
  };
}

function ledgerColumns(currency: string): readonly Json[] {
  const amount = (name: string, fieldname: string): Json => ({
    label: `${name} (${currency})`,
    fieldname,
    fieldtype: "Float",
    width: 130,
  });
  return [
    { label: "GL Entry", fieldname: "gl_entry", fieldtype: "Link", options: "GL Entry", hidden: 1 },
    { label: "Posting Date", fieldname: "posting_date", fieldtype: "Date", width: 100 },
    { label: "Account", fieldname: "account", fieldtype: "Link", options: "Account", width: 180 },
    amount("Debit", "debit"),
    amount("Credit", "credit"),
    amount("Balance", "balance"),
    { label: "Voucher Type", fieldname: "voucher_type", width: 120 },
    { label: "Voucher No", fieldname: "voucher_no", fieldtype: "Dynamic Link", options: "voucher_type", width: 180 },
    { label: "Against Account", fieldname: "against", width: 120 },
    { label: "Party", fieldname: "party", width: 100 },
    { label: "Cost Center", options: "Cost Center", fieldname: "cost_center", width: 100 },
  ];
}

/** What every account held before a span, what moved in it, and what it held after. */
export function trialBalance({ site }: Request, filters: Json): ReportResult {
  const company = textOf(filters["company"]);
  const [from, to] = spanIn(site, filters);
  const currency = currencyOf(site, company);
  const lines = linesOf(site, { company, to });
  const all = accountsOf(site, company, ["Asset", "Liability", "Equity", "Income", "Expense"]);
  const rows = all.map((placed) => {
    const own = lines.filter((line) => placed.names.has(textOf(line["account"])));
    return Object.assign(placedRow(placed, [from, to], currency), balancesOf(own, from), { has_value: own.length > 0 });
  });
  const total = {
    account: "'Total'",
    account_name: "'Total'",
    warn_if_negative: true,
    ...balancesOf(lines, from),
    parent_account: null,
    indent: 0,
    has_value: true,
    currency,
  };
  const columns = (
    ["opening_debit", "opening_credit", "debit", "credit", "closing_debit", "closing_credit"] as const
  ).map((fieldname) => ({
    fieldname,
    label: fieldname.replace("_", " "),
    fieldtype: "Currency",
    options: "currency",
    width: 120,
  }));
  const first = [
    { fieldname: "account", label: "Account", fieldtype: "Link", options: "Account", width: 300 },
    { fieldname: "currency", label: "Currency", fieldtype: "Link", options: "Currency", hidden: 1 },
  ];
  const showsAll = numberOf(filters["show_zero_values"]) === 1;
  return { result: [...rows.filter((row) => showsAll || row.has_value), {}, total], columns: [...first, ...columns] };
}

function placedRow(
  { account, indent }: Placed,
  [from_date, to_date]: readonly [string, string],
  currency: string,
): Json {
  const { name, account_name, parent_account = null } = account;
  return { account: name, parent_account, indent, from_date, to_date, currency, account_name };
}

function balancesOf(lines: readonly Json[], from: string): Json {
  const before = sumsOf(lines.filter((line) => textOf(line["posting_date"]) < from));
  const moved = sumsOf(lines.filter((line) => textOf(line["posting_date"]) >= from));
  return {
    opening_debit: before.debit,
    opening_credit: before.credit,
    debit: moved.debit,
    credit: moved.credit,
    closing_debit: cents(before.debit + moved.debit),
    closing_credit: cents(before.credit + moved.credit),
  };
}

/** What customers owe on a day, by how long it is overdue. */
export function accountsReceivable({ site }: Request, filters: Json): ReportResult {
  const company = textOf(filters["company"]);
  const day = textOf(filters["report_date"]);
  if (day === "" || company === "") throw thrown("ValidationError", "Company and Report Date are mandatory");
  const ranges = ["range1", "range2", "range3", "range4"].map(
    (name, index) => numberOf(filters[name]) || 30 * (index + 1),
  );
  const open = site.store
    .all("Sales Invoice")
    .filter((one) => one["company"] === company && one["docstatus"] === 1 && textOf(one["posting_date"]) <= day);
  const rows = open.map((invoice) => {
    const due =
      textOf(filters["ageing_based_on"]) === "Posting Date"
        ? textOf(invoice["posting_date"])
        : textOf(invoice["due_date"]);
    const age = Math.round((Date.parse(day) - Date.parse(due)) / 86_400_000);
    const at = ranges.findIndex((range) => age <= range);
    const amount = numberOf(invoice["outstanding_amount"]);
    const buckets = [1, 2, 3, 4, 5].map(
      (number) => [`range${number}`, (at < 0 ? 5 : at + 1) === number ? amount : 0] as const,
    );
    return Object.assign(owedRow({ site }, invoice, amount), Object.fromEntries(buckets), { age, total_due: amount });
  });
  const sum = cents(rows.reduce((total, row) => total + numberOf(row["outstanding"]), 0));
  const columns = receivableColumns(ranges);
  const total = columns.map(({ fieldname }) => (fieldname === "invoiced" || fieldname === "outstanding" ? sum : ""));
  const labels = ranges.map((range, index) => `${(ranges[index - 1] ?? -1) + 1}-${range}`);
  return {
    result: rows.length === 0 ? [] : [...rows, total],
    columns,
    chart: {
      data: {
        labels: [...labels, "Above"],
        datasets: rows.map((row) => ({ values: [1, 2, 3, 4, 5].map((number) => row[`range${number}`]) })),
      },
      type: "percentage",
    },
    add_total_row: true,
  };
}

function owedRow({ site }: Pick<Request, "site">, invoice: Json, amount: number): Json {
  const { customer, debit_to, posting_date, grand_total, name, due_date, customer_name, territory, currency } = invoice;
  const group = site.store.get("Customer", textOf(customer))?.["customer_group"] ?? "";
  const sums = { invoiced: amount, paid: 0, credit_note: 0, outstanding: amount };
  return {
    voucher_type: "Sales Invoice",
    voucher_no: name,
    party: customer,
    party_account: debit_to,
    posting_date,
    account_currency: currency,
    remarks: null,
    ...sums,
    invoiced_in_account_currency: amount,
    paid_in_account_currency: 0,
    credit_note_in_account_currency: 0,
    outstanding_in_account_currency: amount,
    party_type: "Customer",
    invoice_grand_total: grand_total,
    name,
    due_date,
    po_no: textOf(invoice["po_no"]),
    customer_name,
    territory: territory ?? "",
    customer_group: group,
    customer_primary_contact: null,
    currency,
  };
}

function receivableColumns(ranges: readonly number[]): readonly Json[] {
  const names = ranges.map((range, index) =>
    amountColumn(`${(ranges[index - 1] ?? -1) + 1}-${range}`, `range${index + 1}`),
  );
  return [
    { label: "Posting Date", fieldname: "posting_date", fieldtype: "Date", options: null, width: 90 },
    textColumn("Party", "party"),
    textColumn("Voucher Type", "voucher_type"),
    textColumn("Voucher No", "voucher_no"),
    { label: "Due Date", fieldname: "due_date", fieldtype: "Date", options: null, width: 90 },
    amountColumn("Invoiced Amount", "invoiced"),
    amountColumn("Paid Amount", "paid"),
    amountColumn("Outstanding Amount", "outstanding"),
    { label: "Age (Days)", fieldname: "age", fieldtype: "Int", options: null, width: 80 },
    ...names,
    amountColumn(`${ranges.at(-1) ?? 0}-Above`, "range5"),
    textColumn("Currency", "currency"),
  ];
}

function textColumn(label: string, fieldname: string): Json {
  return { label, fieldname, fieldtype: "Data", options: null, width: 120 };
}

function amountColumn(label: string, fieldname: string): Json {
  return { label, fieldname, fieldtype: "Currency", options: "currency", width: 120 };
}

/** Budgets beside what was spent: there are none here. */
export function budgetVariance({ site }: Request, filters: Json): ReportResult {
  const [from] = spanIn(site, filters);
  const year = from.slice(0, 4);
  const amounts = ["Budget", "Actual", "Variance"].map((label) => ({
    label: `${label} ${year}`,
    fieldtype: "Float",
    fieldname: `${label.toLowerCase()}_${year}`,
    width: 150,
  }));
  const against = textOf(filters["budget_against"]) || "Cost Center";
  return {
    result: [],
    columns: [
      { label: against, fieldtype: "Link", fieldname: "budget_against", options: against, width: 150 },
      { label: "Account", fieldname: "Account", fieldtype: "Link", options: "Account", width: 150 },
      ...amounts,
    ],
  };
}
