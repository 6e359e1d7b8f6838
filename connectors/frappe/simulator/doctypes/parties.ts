import { type DocType, doctype, field, fieldsOf, right, rowType, table } from "../doctype.ts";
import { forAccounts } from "./rights.ts";

const rows: readonly DocType[] = [
  rowType("Party Account", "Accounts", [
    field("company", "Link", { options: "Company", reqd: true }),
    field("account", "Link", { options: "Account" }),
  ]),
  rowType("Allowed To Transact With", "Accounts", [field("company", "Link", { options: "Company", reqd: true })]),
  rowType("Customer Credit Limit", "Selling", [
    field("company", "Link", { options: "Company" }),
    field("credit_limit", "Currency"),
    field("bypass_credit_limit_check", "Check"),
  ]),
  rowType("Sales Team", "Selling", [
    field("sales_person", "Data", { reqd: true }),
    ...fieldsOf("Float", "allocated_percentage allocated_amount incentives"),
    field("commission_rate", "Data"),
  ]),
];

/** What is known of everybody whom a company deals with. */
const common = [
  field("language", "Data", { default: "en" }),
  field("tax_id", "Data"),
  ...fieldsOf("Check", "is_frozen disabled"),
  ...fieldsOf(
    "Data",
    "image default_currency default_bank_account default_price_list payment_terms website tax_category tax_withholding_category mobile_no email_id",
  ),
  field("primary_address", "Text"),
];

/** Customers and suppliers. */
export const partyDoctypes: readonly DocType[] = [
  ...rows,
  doctype(
    "Customer",
    "Selling",
    [
      field("naming_series", "Select", { options: "CUST-.YYYY.-" }),
      field("customer_name", "Data", { reqd: true, in_list_view: true }),
      field("customer_type", "Select", { options: "Company\nIndividual" }),
      ...fieldsOf("Data", "customer_group territory"),
      ...common,
      ...fieldsOf(
        "Data",
        `salutation gender lead_name opportunity_name account_manager represents_company market_segment industry customer_pos_id
        customer_primary_contact customer_primary_address loyalty_program loyalty_program_tier default_sales_partner`,
      ),
      field("customer_details", "Text"),
      field("default_commission_rate", "Float"),
      ...fieldsOf("Check", "is_internal_customer so_required dn_required"),
      table("accounts", "Party Account"),
      table("sales_team", "Sales Team"),
      table("companies", "Allowed To Transact With"),
      table("credit_limits", "Customer Credit Limit"),
    ],
    {
      autoname: "field:customer_name",
      title_field: "customer_name",
      search_fields: "customer_group,territory",
      track_changes: true,
      rights: [
        right("System Manager", "all"),
        right("Accounts Manager", "all"),
        right("Accounts Manager", ["read", "write"], { permlevel: 1 }),
        right("Sales User", "all"),
        right("Accounts User", ["select", "read"]),
      ],
    },
  ),
  doctype(
    "Supplier",
    "Buying",
    [
      field("naming_series", "Select", { options: "SUP-.YYYY.-" }),
      field("supplier_name", "Data", { reqd: true }),
      field("supplier_type", "Select", { options: "Company\nIndividual" }),
      ...fieldsOf("Data", "supplier_group country"),
      ...common,
      ...fieldsOf("Data", "represents_company supplier_primary_contact supplier_primary_address"),
      field("supplier_details", "Text"),
      ...fieldsOf(
        "Check",
        `is_transporter is_internal_supplier allow_purchase_invoice_creation_without_purchase_order
        allow_purchase_invoice_creation_without_purchase_receipt warn_rfqs warn_pos prevent_rfqs prevent_pos on_hold`,
      ),
      field("hold_type", "Select", { options: "\nAll\nInvoices\nPayments" }),
      field("release_date", "Date"),
      table("accounts", "Party Account"),
      table("companies", "Allowed To Transact With"),
    ],
    { autoname: "field:supplier_name", rights: forAccounts },
  ),
];
