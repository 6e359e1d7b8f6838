import { insert } from "../connectors/frappe/simulator/documents.ts";
import { seedBooks } from "../connectors/frappe/simulator/seed-books.ts";
import { asAdministrator } from "../connectors/frappe/simulator/seed.ts";
import type { SiteState } from "../connectors/frappe/simulator/site.ts";
import { startSimulator } from "../connectors/frappe/simulator/start.ts";
import type { JsonObject } from "../src/core/json.ts";
import { nothingToAsk, serveParent } from "./child.ts";

/** A simulated site with the books of a small company: as many submitted invoices as are asked for, over a year. `node frappe-site.ts INVOICES` */

const invoices = Number(process.argv[2]);
const company = "Bench Company";
const customers = Array.from({ length: 40 }, (_, at) => `Customer ${at}`);

function seed(site: SiteState): void {
  seedBooks(site, { name: company, abbr: "BC", currency: "EUR" });
  const request = asAdministrator(site);
  for (const [at, customer_name] of customers.entries())
    insert(request, "Customer", { customer_name, customer_group: "Trade", territory: `Region ${at % 5}` });
  insert(request, "Item", { item_code: "WORK", item_name: "Work", stock_uom: "Day", standard_rate: 950 });
  const year = site.now().slice(0, 4);
  for (let at = 0; at < invoices; at += 1) {
    const month = String((at % 12) + 1).padStart(2, "0");
    const items = [1, 2].map((qty) => ({ item_code: "WORK", qty: qty + (at % 7), rate: 900 + (at % 100) }));
    insert(request, "Sales Invoice", {
      company,
      customer: customers[at % customers.length],
      posting_date: `${year}-${month}-${String((at % 28) + 1).padStart(2, "0")}`,
      due_date: `${Number(year) + 1}-01-31`,
      items,
      docstatus: 1,
    });
  }
}

/** How long a write takes besides what is simulated, in ms, by the end of its path. */
let pace: JsonObject = {};
const site = await startSimulator({
  seed,
  paceMs: (method, path) => Number(pace[method === "POST" ? (path.split("/").at(-1) ?? "") : ""] ?? 0),
});
const { key, secret } = site.keyOf("Administrator");
serveParent(
  { url: site.url, key, secret, company },
  ({ kind, ...given }) => {
    if (kind !== "pace") return nothingToAsk();
    pace = given;
    return {};
  },
  () => site.close(),
);
