import { type DocType, doctype, field, fieldsOf, rowType, table } from "../doctype.ts";
import { forVouchers } from "./rights.ts";

const row = rowType("Journal Entry Account", "Accounts", [
  field("account", "Link", { options: "Account", reqd: true }),
  field("account_type", "Data", { read_only: true }),
  ...fieldsOf("Data", "bank_account party_type party project account_currency"),
  field("cost_center", "Link", { options: "Cost Center" }),
  field("exchange_rate", "Float"),
  ...fieldsOf("Currency", "debit_in_account_currency debit credit_in_account_currency credit"),
  field("reference_type", "Select", { options: "\nSales Invoice\nJournal Entry" }),
  field("reference_name", "Dynamic Link", { options: "reference_type" }),
  field("reference_due_date", "Date"),
  field("reference_detail_no", "Data"),
  field("is_advance", "Select", { options: "No\nYes" }),
  field("user_remark", "Small Text"),
  field("against_account", "Text", { read_only: true }),
]);

/** Entries by hand. */
export const journalDoctypes: readonly DocType[] = [
  row,
  doctype(
    "Journal Entry",
    "Accounts",
    [
      field("title", "Data"),
      field("naming_series", "Select", { options: "ACC-JV-.YYYY.-" }),
      field("voucher_type", "Select", { options: "Journal Entry\nBank Entry\nCash Entry" }),
      field("company", "Link", { options: "Company", reqd: true }),
      field("posting_date", "Date", { reqd: true }),
      table("accounts", "Journal Entry Account", { reqd: true }),
      field("user_remark", "Small Text"),
      ...fieldsOf("Currency", "total_debit total_credit difference total_amount", { read_only: true }),
      ...fieldsOf("Data", "total_amount_currency total_amount_in_words", { read_only: true }),
      field("remark", "Small Text", { read_only: true }),
      ...fieldsOf("Link", "reversal_of amended_from", { options: "Journal Entry", read_only: true }),
      field("cheque_no", "Data", { label: "Reference Number" }),
      field("cheque_date", "Date", { label: "Reference Date" }),
      ...fieldsOf("Check", "is_system_generated apply_tds multi_currency"),
      ...fieldsOf("Date", "clearance_date bill_date due_date"),
      ...fieldsOf(
        "Data",
        `finance_book process_deferred_accounting tax_withholding_category from_template paid_loan inter_company_journal_entry_reference bill_no
        pay_to_recd_from letter_head select_print_heading mode_of_payment payment_order stock_entry auto_repeat`,
      ),
      field("write_off_based_on", "Select", { options: "Accounts Receivable\nAccounts Payable" }),
      field("write_off_amount", "Currency"),
      field("is_opening", "Select", { options: "No\nYes" }),
    ],
    { autoname: "naming_series:", is_submittable: true, track_changes: true, rights: forVouchers },
  ),
];
