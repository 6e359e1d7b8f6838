import { type Json, numberOf } from "../json.ts";
import type { Request } from "../request.ts";
import { madeBySite } from "../rows.ts";
import type { SiteState } from "../site.ts";

/** The list by which is sold where no other was said. */
export const sellingPrices = "Standard Selling";

/** What an item costs by a list of prices, in the list's currency; 0 where that does not say. */
export function priceOf(site: SiteState, item: string, priceList: string): number {
  const found = site.store
    .all("Item Price")
    .findLast((price) => price["item_code"] === item && price["price_list"] === priceList);
  return numberOf(found?.["price_list_rate"]);
}

/** Puts what an item costs into a list of prices. */
export function addPrice(request: Request, item: Json, priceList: string, rate: number): void {
  const { site } = request;
  const { item_code, item_name, stock_uom } = item;
  const list: Json = site.store.get("Price List", priceList) ?? {};
  const { currency, buying, selling } = list;
  const what = { item_code, item_name, uom: stock_uom, price_list: priceList, currency, buying, selling };
  const price = { ...what, price_list_rate: rate, valid_from: site.now().slice(0, 10) };
  site.store.put("Item Price", madeBySite(request, "Item Price", price));
}
