import { type DocType, doctype, field, fieldsOf, right, rowType, table } from "../doctype.ts";
import { forVouchers } from "./rights.ts";

const account = { options: "Account" };
const computed = { read_only: true };

const item = rowType("Sales Invoice Item", "Accounts", [
  field("item_code", "Link", { options: "Item", reqd: true }),
  field("item_name", "Data"),
  field("description", "Text Editor"),
  ...fieldsOf("Data", "barcode customer_item_code item_group brand stock_uom uom weight_uom"),
  field("image", "Attach"),
  field("qty", "Float", { reqd: true }),
  field("conversion_factor", "Float", { default: "1" }),
  ...fieldsOf("Float", "stock_qty weight_per_unit total_weight actual_batch_qty actual_qty delivered_qty", computed),
  field("rate", "Currency"),
  ...fieldsOf("Percent", "discount_percentage"),
  field("margin_type", "Select", { options: "\nPercentage\nAmount" }),
  ...fieldsOf("Currency", "discount_amount margin_rate_or_amount"),
  ...fieldsOf(
    "Currency",
    `amount price_list_rate base_price_list_rate rate_with_margin base_rate_with_margin base_rate base_amount stock_uom_rate net_rate net_amount
    base_net_rate base_net_amount incoming_rate`,
    computed,
  ),
  field("grant_commission", "Check"),
  ...fieldsOf(
    "Check",
    "has_item_scanned is_free_item delivered_by_supplier is_fixed_asset enable_deferred_revenue allow_zero_valuation_rate page_break",
  ),
  ...fieldsOf("Link", "income_account expense_account discount_account deferred_revenue_account", account),
  field("cost_center", "Link", { options: "Cost Center" }),
  ...fieldsOf("Small Text", "pricing_rules item_tax_rate serial_no", computed),
  ...fieldsOf("Date", "service_stop_date service_start_date service_end_date"),
  ...fieldsOf(
    "Data",
    `item_tax_template asset finance_book warehouse target_warehouse quality_inspection batch_no sales_order so_detail sales_invoice_item
    delivery_note dn_detail purchase_order purchase_order_item project`,
  ),
]);

const rows: readonly DocType[] = [
  item,
  rowType("Payment Schedule", "Accounts", [
    ...fieldsOf("Data", "payment_term mode_of_payment"),
    field("description", "Small Text"),
    field("due_date", "Date", { reqd: true }),
    field("invoice_portion", "Percent"),
    field("discount_type", "Select", { options: "Percentage\nAmount" }),
    field("discount_date", "Date"),
    field("discount", "Float"),
    ...fieldsOf("Currency", "payment_amount outstanding paid_amount discounted_amount base_payment_amount"),
  ]),
  rowType("Sales Taxes and Charges", "Accounts", [
    field("charge_type", "Select", { options: "\nActual\nOn Net Total", reqd: true }),
    field("account_head", "Link", { ...account, reqd: true }),
    field("description", "Small Text"),
    field("cost_center", "Link", { options: "Cost Center" }),
    field("rate", "Float"),
    ...fieldsOf("Currency", "tax_amount total tax_amount_after_discount_amount base_tax_amount base_total"),
  ]),
  rowType("Packed Item", "Stock", [
    ...fieldsOf("Link", "parent_item item_code", { options: "Item" }),
    field("qty", "Float"),
  ]),
  rowType("Sales Invoice Timesheet", "Accounts", [
    ...fieldsOf("Data", "time_sheet activity_type"),
    ...fieldsOf("Float", "billing_hours billing_amount"),
  ]),
  rowType("Pricing Rule Detail", "Accounts", [
    ...fieldsOf("Data", "pricing_rule item_code"),
    field("rule_applied", "Check"),
  ]),
  rowType("Sales Invoice Payment", "Accounts", [
    field("mode_of_payment", "Data", { reqd: true }),
    field("account", "Link", account),
    ...fieldsOf("Currency", "amount base_amount"),
  ]),
  rowType("Sales Invoice Advance", "Accounts", [
    ...fieldsOf("Data", "reference_type reference_name remarks"),
    ...fieldsOf("Currency", "advance_amount allocated_amount"),
  ]),
];

const sums = `base_total base_net_total total net_total base_total_taxes_and_charges total_taxes_and_charges base_grand_total
  base_rounding_adjustment base_rounded_total rounding_adjustment rounded_total total_advance outstanding_amount base_discount_amount
  total_billing_amount base_paid_amount paid_amount base_change_amount base_write_off_amount amount_eligible_for_commission total_commission`;

const own = [
  field("title", "Data"),
  field("naming_series", "Select", { options: "ACC-SINV-.YYYY.-" }),
  field("customer", "Link", { options: "Customer", reqd: true, in_list_view: true }),
  field("customer_name", "Data", computed),
  field("company", "Link", { options: "Company", reqd: true }),
  field("posting_date", "Date"),
  field("posting_time", "Time"),
  field("set_posting_time", "Check"),
  field("due_date", "Date"),
  ...fieldsOf("Link", "amended_from return_against", { options: "Sales Invoice", read_only: true }),
  field("currency", "Data"),
  field("selling_price_list", "Link", { options: "Price List", default: "Standard Selling" }),
  field("price_list_currency", "Data", computed),
  ...fieldsOf("Float", "conversion_rate plc_conversion_rate", { default: "1" }),
  table("items", "Sales Invoice Item", { reqd: true }),
  field("grand_total", "Currency", { read_only: true, in_list_view: true }),
  ...fieldsOf("Currency", sums, computed),
  ...fieldsOf("Currency", "discount_amount change_amount write_off_amount loyalty_amount"),
  ...fieldsOf("Float", "total_qty total_net_weight total_billing_hours", computed),
  ...fieldsOf("Float", "additional_discount_percentage commission_rate"),
  field("loyalty_points", "Int"),
  field("apply_discount_on", "Select", { options: "Grand Total\nNet Total" }),
  ...fieldsOf("Data", "in_words base_in_words", computed),
  field("debit_to", "Link", account),
  ...fieldsOf(
    "Link",
    "cash_bank_account account_for_change_amount write_off_account additional_discount_account loyalty_redemption_account unrealized_profit_loss_account",
    account,
  ),
  ...fieldsOf("Link", "cost_center write_off_cost_center loyalty_redemption_cost_center", { options: "Cost Center" }),
  field("po_no", "Data", { allow_on_submit: true }),
  field("po_date", "Date"),
  ...fieldsOf("Date", "from_date to_date"),
  field("remarks", "Small Text"),
  field("status", "Select", { options: "\nDraft\nUnpaid\nOverdue\nPaid\nCancelled", read_only: true }),
  field("is_opening", "Select", { options: "No\nYes" }),
  ...fieldsOf("Check", "update_outstanding_for_self update_billed_amount_in_delivery_note", { default: "1" }),
  ...fieldsOf(
    "Check",
    `is_pos is_consolidated is_return update_billed_amount_in_sales_order is_debit_note ignore_pricing_rule update_stock
    use_company_roundoff_cost_center disable_rounded_total is_cash_or_non_trade_discount allocate_advances_automatically
    only_include_allocated_payments write_off_outstanding_amount_automatically redeem_loyalty_points dont_create_loyalty_points
    ignore_default_payment_terms_template group_same_items is_internal_customer is_discounted repost_required`,
  ),
  ...fieldsOf(
    "Data",
    `territory tax_id company_tax_id pos_profile project scan_barcode set_warehouse set_target_warehouse tax_category taxes_and_charges
    shipping_rule incoterm named_place loyalty_program customer_address contact_person contact_display contact_mobile contact_email
    shipping_address_name dispatch_address_name company_address payment_terms_template tc_name party_account_currency sales_partner letter_head
    select_print_heading language auto_repeat inter_company_invoice_reference campaign represents_company source customer_group`,
  ),
  ...fieldsOf(
    "Small Text",
    "address_display shipping_address dispatch_address company_address_display against_income_account",
  ),
  ...fieldsOf("Text Editor", "terms other_charges_calculation"),
  table("payment_schedule", "Payment Schedule"),
  table("packed_items", "Packed Item"),
  table("taxes", "Sales Taxes and Charges"),
  table("sales_team", "Sales Team"),
  table("timesheets", "Sales Invoice Timesheet"),
  table("pricing_rules", "Pricing Rule Detail"),
  table("payments", "Sales Invoice Payment"),
  table("advances", "Sales Invoice Advance"),
];

/** Invoices to customers. */
export const invoiceDoctypes: readonly DocType[] = [
  ...rows,
  doctype("Sales Invoice", "Accounts", own, {
    autoname: "naming_series:",
    is_submittable: true,
    track_changes: true,
    title_field: "title",
    rights: [...forVouchers, right("Sales User", ["select", "read", "write", "create", "report"])],
  }),
];
