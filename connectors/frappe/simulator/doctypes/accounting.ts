import { type DocType, doctype, field, fieldsOf, right } from "../doctype.ts";
import { itemDoctypes } from "./items.ts";
import { journalDoctypes } from "./journal-entry.ts";
import { partyDoctypes } from "./parties.ts";
import { forAccounts, readOnly } from "./rights.ts";
import { invoiceDoctypes } from "./sales-invoice.ts";

const account = { options: "Account" };

const company = doctype(
  "Company",
  "Setup",
  [
    field("company_name", "Data", { reqd: true, unique: true }),
    field("abbr", "Data", { reqd: true }),
    field("default_currency", "Data", { reqd: true }),
    field("country", "Data"),
    field("create_chart_of_accounts_based_on", "Select", {
      options: "\nStandard Template",
      default: "Standard Template",
    }),
    field("chart_of_accounts", "Data", { default: "Standard" }),
    field("auto_err_frequency", "Select", { options: "Daily\nWeekly" }),
    field("enable_perpetual_inventory", "Check", { default: "1" }),
    ...fieldsOf(
      "Check",
      "is_group allow_account_creation_against_child_company enable_provisional_accounting_for_non_stock_items auto_exchange_rate_revaluation submit_err_jv",
    ),
    ...fieldsOf("Currency", "monthly_sales_target total_monthly_sales credit_limit"),
    ...fieldsOf(
      "Link",
      `default_receivable_account default_payable_account default_income_account default_expense_account default_cash_account default_bank_account
      round_off_account write_off_account exchange_gain_loss_account default_inventory_account stock_adjustment_account stock_received_but_not_billed
      accumulated_depreciation_account depreciation_expense_account disposal_account capital_work_in_progress_account asset_received_but_not_billed`,
      account,
    ),
    ...fieldsOf("Link", "cost_center round_off_cost_center depreciation_cost_center", { options: "Cost Center" }),
    ...fieldsOf("Int", "lft rgt", { read_only: true }),
    field("old_parent", "Data", { read_only: true }),
  ],
  { autoname: "field:company_name", rights: [...forAccounts, right("Desk User", ["select", "read"])] },
);

const ledger: readonly DocType[] = [
  doctype(
    "Account",
    "Accounts",
    [
      field("account_name", "Data", { reqd: true }),
      field("account_number", "Data"),
      field("is_group", "Check"),
      field("company", "Link", { options: "Company", reqd: true }),
      field("root_type", "Select", { options: "\nAsset\nLiability\nIncome\nExpense\nEquity" }),
      field("report_type", "Select", { options: "\nBalance Sheet\nProfit and Loss" }),
      field("account_currency", "Data"),
      field("parent_account", "Link", account),
      field("account_type", "Data"),
      ...fieldsOf("Int", "lft rgt"),
    ],
    { autoname: "prompt", rights: [...forAccounts, right("Auditor", ["read", "report"])] },
  ),
  doctype(
    "Fiscal Year",
    "Accounts",
    [
      field("year", "Data", { reqd: true, unique: true }),
      field("disabled", "Check"),
      field("is_short_year", "Check"),
      field("year_start_date", "Date", { reqd: true }),
      field("year_end_date", "Date", { reqd: true }),
      field("auto_created", "Check"),
    ],
    { autoname: "field:year", rights: [...forAccounts, right("Desk User", ["select", "read"])] },
  ),
  doctype(
    "Cost Center",
    "Accounts",
    [
      field("cost_center_name", "Data", { reqd: true }),
      field("is_group", "Check"),
      field("company", "Link", { options: "Company" }),
      field("parent_cost_center", "Link", { options: "Cost Center" }),
    ],
    { autoname: "prompt", rights: forAccounts },
  ),
  doctype(
    "GL Entry",
    "Accounts",
    [
      field("posting_date", "Date"),
      field("account", "Link", account),
      field("party_type", "Data"),
      field("party", "Data"),
      field("cost_center", "Link", { options: "Cost Center" }),
      ...fieldsOf("Currency", "debit credit"),
      field("account_currency", "Data"),
      ...fieldsOf("Currency", "debit_in_account_currency credit_in_account_currency"),
      field("against", "Text"),
      field("voucher_type", "Data"),
      field("voucher_no", "Dynamic Link", { options: "voucher_type" }),
      field("company", "Link", { options: "Company" }),
      field("fiscal_year", "Link", { options: "Fiscal Year" }),
      field("is_opening", "Select", { options: "No\nYes" }),
      field("is_cancelled", "Check"),
      field("remarks", "Text"),
    ],
    { rights: readOnly },
  ),
];

/**
 * The DocTypes of a small company's books, with the fields that an ERPNext 14 shows of them. Links to DocTypes that are not simulated, such as projects,
 * are texts.
 */
export const accountingDoctypes: readonly DocType[] = [
  company,
  ...ledger,
  ...partyDoctypes,
  ...itemDoctypes,
  ...invoiceDoctypes,
  ...journalDoctypes,
];
