import { type DocType, doctype, field, fieldsOf, right, rowType, table } from "../doctype.ts";
import { forAccounts } from "./rights.ts";

const rows: readonly DocType[] = [
  rowType("UOM Conversion Detail", "Stock", [field("uom", "Data"), field("conversion_factor", "Float")]),
  rowType("Item Default", "Stock", [
    field("company", "Link", { options: "Company", reqd: true }),
    ...fieldsOf("Data", "default_warehouse default_price_list"),
    field("default_supplier", "Link", { options: "Supplier" }),
    ...fieldsOf("Link", "buying_cost_center selling_cost_center", { options: "Cost Center" }),
    ...fieldsOf(
      "Link",
      "default_discount_account expense_account default_provisional_account income_account deferred_expense_account deferred_revenue_account",
      { options: "Account" },
    ),
  ]),
  rowType("Item Customer Detail", "Stock", [
    field("customer_name", "Link", { options: "Customer" }),
    field("customer_group", "Data"),
    field("ref_code", "Data", { reqd: true }),
  ]),
  rowType("Item Reorder", "Stock", [
    field("warehouse", "Data", { reqd: true }),
    ...fieldsOf("Float", "warehouse_reorder_level warehouse_reorder_qty"),
  ]),
  rowType("Item Tax", "Stock", [field("item_tax_template", "Data"), field("valid_from", "Date")]),
  rowType("Item Supplier", "Stock", [
    field("supplier", "Link", { options: "Supplier", reqd: true }),
    field("supplier_part_no", "Data"),
  ]),
  rowType("Item Barcode", "Stock", [field("barcode", "Data"), field("barcode_type", "Data")]),
  rowType("Item Variant Attribute", "Stock", [field("attribute", "Data"), field("attribute_value", "Data")]),
];

const yes = { default: "1" };

const item = doctype(
  "Item",
  "Stock",
  [
    field("naming_series", "Select", { options: "STO-ITEM-.YYYY.-" }),
    field("item_code", "Data", { reqd: true, unique: true }),
    ...fieldsOf("Data", "item_name item_group"),
    field("stock_uom", "Data", { default: "Nos" }),
    field("description", "Text Editor"),
    field("standard_rate", "Currency", { label: "Standard Selling Rate" }),
    ...fieldsOf(
      "Check",
      "is_stock_item include_item_in_manufacturing is_purchase_item is_sales_item grant_commission",
      yes,
    ),
    ...fieldsOf(
      "Check",
      `disabled allow_alternative_item has_variants is_fixed_asset auto_create_assets is_grouped_asset allow_negative_stock has_batch_no
      create_new_batch has_expiry_date retain_sample has_serial_no enable_deferred_expense enable_deferred_revenue is_customer_provided_item
      delivered_by_supplier inspection_required_before_purchase inspection_required_before_delivery is_sub_contracted_item published_in_website`,
    ),
    ...fieldsOf("Currency", "valuation_rate"),
    ...fieldsOf(
      "Float",
      `opening_stock over_delivery_receipt_allowance over_billing_allowance weight_per_unit min_order_qty safety_stock last_purchase_rate
      max_discount total_projected_qty`,
    ),
    ...fieldsOf("Int", "shelf_life_in_days sample_quantity no_of_months_exp no_of_months lead_time_days"),
    field("end_of_life", "Date", { default: "2099-12-31" }),
    field("default_material_request_type", "Select", { options: "Purchase\nMaterial Transfer\nMaterial Issue" }),
    field("valuation_method", "Select", { options: "\nFIFO\nMoving Average" }),
    field("variant_based_on", "Select", { options: "Item Attribute\nManufacturer" }),
    field("variant_of", "Link", { options: "Item" }),
    field("customer", "Link", { options: "Customer" }),
    field("customer_code", "Small Text", { read_only: true }),
    ...fieldsOf(
      "Data",
      `asset_category asset_naming_series image brand warranty_period weight_uom batch_number_series serial_no_series purchase_uom sales_uom
      country_of_origin customs_tariff_number quality_inspection_template default_bom default_item_manufacturer default_manufacturer_part_no`,
    ),
    table("uoms", "UOM Conversion Detail"),
    table("item_defaults", "Item Default"),
    table("customer_items", "Item Customer Detail"),
    table("reorder_levels", "Item Reorder"),
    table("taxes", "Item Tax"),
    table("supplier_items", "Item Supplier"),
    table("barcodes", "Item Barcode"),
    table("attributes", "Item Variant Attribute"),
  ],
  {
    autoname: "field:item_code",
    title_field: "item_name",
    rights: [...forAccounts, right("Sales User", ["select", "read"])],
  },
);

const prices: readonly DocType[] = [
  doctype(
    "Price List",
    "Stock",
    [
      field("price_list_name", "Data", { reqd: true, unique: true }),
      field("currency", "Data", { reqd: true }),
      field("enabled", "Check", yes),
      ...fieldsOf("Check", "buying selling"),
    ],
    { autoname: "field:price_list_name", rights: [...forAccounts, right("Desk User", ["select", "read"])] },
  ),
  doctype(
    "Item Price",
    "Stock",
    [
      field("item_code", "Link", { options: "Item", reqd: true, in_list_view: true }),
      field("uom", "Data"),
      field("price_list", "Link", { options: "Price List", reqd: true, in_list_view: true }),
      ...fieldsOf("Check", "buying selling"),
      field("item_name", "Data"),
      field("currency", "Data"),
      field("price_list_rate", "Currency", { reqd: true, in_list_view: true }),
      field("valid_from", "Date", { default: "Today" }),
      field("valid_upto", "Date"),
    ],
    { rights: [...forAccounts, right("Sales User", ["select", "read"])] },
  ),
];

/** Items and their prices. */
export const itemDoctypes: readonly DocType[] = [...rows, item, ...prices];
