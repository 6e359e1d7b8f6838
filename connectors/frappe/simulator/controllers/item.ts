import { type Json, numberOf, textOf } from "../json.ts";
import { addRow } from "../rows.ts";
import { rowsOf } from "../values.ts";
import type { Controller } from "./controller.ts";
import { addPrice, sellingPrices } from "./prices.ts";

/** Items: named and measured where nothing else was said, with the warehouse of the company, and a price. */
export const item: Controller = {
  validate: (doc, request, before) => {
    doc["item_name"] ??= doc["item_code"];
    doc["description"] ??= doc["item_name"];
    doc["customer_code"] = rowsOf(doc["customer_items"])
      .map((row) => textOf(row["ref_code"]))
      .join(",");
    const isMeasured = rowsOf(doc["uoms"]).some((row) => row["uom"] === doc["stock_uom"]);
    if (!isMeasured) addRow(request, doc, "uoms", { uom: doc["stock_uom"], conversion_factor: 1 });
    const company = request.site.store.all("Company")[0];
    if (before !== undefined || company === undefined || rowsOf(doc["item_defaults"]).length > 0) return;
    const place = { company: company.name, default_warehouse: warehouseOf(company) };
    addRow(request, doc, "item_defaults", place);
  },
  afterInsert: (doc, request) => {
    const rate = numberOf(doc["standard_rate"]);
    if (rate > 0) addPrice(request, doc, sellingPrices, rate);
  },
};

/** The warehouse that a company begins with. */
export function warehouseOf(company: Json): string {
  return `Stores - ${textOf(company["abbr"])}`;
}
