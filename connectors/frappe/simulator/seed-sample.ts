import { insert, save } from "./documents.ts";
import { seedBooks } from "./seed-books.ts";
import { asAdministrator } from "./seed.ts";
import type { SiteState } from "./site.ts";

const company = "Sample Company";
const abbr = "SC";

const customers = [
  ["Aurora Instruments", "Commercial", "Germany"],
  ["Birch Street Bakery", "Individual", "United Kingdom"],
  ["Cobalt Shipping", "Commercial", "Netherlands"],
  ["Dune Analytics Lab", "Non Profit", "France"],
] as const;

/** Days from today on which invoices were written, when they are due, for whom, how many days of work, and their state. */
const invoices = [
  [-95, -65, 0, 12, "submitted"],
  [-80, -50, 2, 3, "submitted"],
  [-62, -32, 1, 1, "submitted"],
  [-40, -10, 0, 5, "submitted"],
  [-35, -5, 3, 8, "submitted"],
  [-20, 10, 2, 4, "submitted"],
  [-12, 18, 0, 2, "cancelled"],
  [-6, 24, 3, 6, "submitted"],
  [-2, 28, 1, 2, "draft"],
] as const;

/** People of the sample, with the roles that they have; the password of each is `sample`. */
export const samplePeople = [
  ["accounts@example.com", "Ada", ["Accounts Manager"]],
  ["sales@example.com", "Sol", ["Sales User"]],
  ["auditor@example.com", "Ida", ["Auditor"]],
] as const;

/** A small company with customers, invoices of which some are overdue, costs, and people with different rights. */
export function seedSample(site: SiteState): void {
  seedBooks(site, { name: company, abbr, currency: "EUR" });
  const request = asAdministrator(site);
  for (const [email, first_name, roles] of samplePeople) {
    insert(request, "User", { email, first_name, new_password: "sample", roles: roles.map((role) => ({ role })) });
  }
  const limit = { label: "Credit Limit", fieldname: "credit_limit", fieldtype: "Currency", permlevel: 1 };
  insert(request, "Custom Field", { dt: "Customer", ...limit });
  for (const [customer_name, customer_group, territory] of customers) {
    insert(request, "Customer", { customer_name, customer_group, territory, credit_limit: 25_000 });
  }
  insert(request, "Item", {
    item_code: "CONSULTING",
    item_name: "Consulting",
    item_group: "Services",
    stock_uom: "Day",
    is_stock_item: 0,
    standard_rate: 950,
  });
  for (const [posted, due, customer, qty, state] of invoices) {
    const doc = insert(request, "Sales Invoice", {
      company,
      customer: customers[customer][0],
      posting_date: dayFrom(site, posted),
      due_date: dayFrom(site, due),
      items: [{ item_code: "CONSULTING", qty, rate: 950 }],
    });
    if (state !== "draft") save(request, "Sales Invoice", doc.name, { docstatus: 1 });
    if (state === "cancelled") save(request, "Sales Invoice", doc.name, { docstatus: 2 });
  }
  for (const month of [3, 2, 1]) {
    const accounts = [
      { account: `Office Rent - ${abbr}`, debit_in_account_currency: 1200 },
      { account: `Main Bank - ${abbr}`, credit_in_account_currency: 1200 },
    ];
    const entry = { company, posting_date: dayFrom(site, -30 * month), user_remark: "Rent", accounts };
    save(request, "Journal Entry", insert(request, "Journal Entry", entry).name, { docstatus: 1 });
  }
  const task = { description: "Call the customers whose invoices are overdue", priority: "High" };
  insert(request, "ToDo", task);
}

function dayFrom(site: SiteState, days: number): string {
  const today = Date.parse(`${site.now().slice(0, 10)}T00:00:00Z`);
  return new Date(today + days * 86_400_000).toISOString().slice(0, 10);
}
