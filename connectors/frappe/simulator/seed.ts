import { insert } from "./documents.ts";
import type { Request } from "./request.ts";
import { type SiteState, randomName } from "./site.ts";
import { scriptOf } from "./statements/scripts.ts";
import { statements } from "./statements/all.ts";
import type { StoredDoc } from "./store.ts";

/** Somebody at work on a site from within: what is put into it at the start. */
export function asAdministrator(site: SiteState): Request {
  return { site, user: "Administrator", method: "POST", path: "", args: {}, file: undefined, told: [] };
}

const roles = [
  "Administrator",
  "System Manager",
  "Desk User",
  "All",
  "Guest",
  "Accounts Manager",
  "Accounts User",
  "Sales User",
  "Auditor",
];

/** What every site has: Administrator, roles, lists of prices, and a few reports. */
export function seedCore(site: SiteState, password: string): void {
  const request = asAdministrator(site);
  for (const role_name of roles) insert(request, "Role", { role_name });
  site.store.put("User", administrator(site));
  site.passwords.set("Administrator", password);
  const standard = { is_standard: "Yes", report_type: "Script Report" };
  insert(request, "Report", { ...standard, report_name: "ToDo", ref_doctype: "ToDo" });
  const built = { report_name: "Document Share Report", ref_doctype: "Note", report_type: "Report Builder" };
  insert(request, "Report", { ...standard, ...built });
  for (const [price_list_name, side] of [
    ["Standard Buying", "buying"],
    ["Standard Selling", "selling"],
  ] as const) {
    insert(request, "Price List", { price_list_name, currency: "EUR", [side]: 1 });
  }
  for (const report_name of Object.keys(statements)) {
    const ref_doctype = report_name === "Accounts Receivable" ? "Sales Invoice" : "GL Entry";
    insert(request, "Report", {
      ...standard,
      report_name,
      ref_doctype,
      module: "Accounts",
      javascript: scriptOf(report_name),
    });
  }
}

function administrator(site: SiteState): StoredDoc {
  const user = "Administrator";
  const time = site.now();
  const standard = { owner: user, creation: time, modified: time, modified_by: user, docstatus: 0 };
  const place = { parent: user, parentfield: "roles", parenttype: "User", doctype: "Has Role" };
  const given = roles.filter((role) => !["All", "Guest", "Desk User"].includes(role));
  const rows = given.map((role, index) =>
    Object.assign({ name: randomName(site), idx: index + 1, role }, standard, place),
  );
  return {
    name: user,
    ...standard,
    idx: 0,
    enabled: 1,
    email: "admin@example.com",
    first_name: user,
    full_name: user,
    username: "administrator",
    time_zone: site.timeZone,
    user_type: "System User",
    send_welcome_email: 1,
    new_password: "",
    doctype: "User",
    roles: rows,
  };
}
