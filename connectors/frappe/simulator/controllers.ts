import type { Controller } from "./controller.ts";
import { textOf } from "./json.ts";
import { journalEntry, salesInvoice } from "./ledger.ts";
import { adopt } from "./meta.ts";

/** What DocTypes do besides what all do, by name. */
export const controllers: Readonly<Record<string, Controller>> = {
  DocType: {
    validate: (doc, _request, before) => {
      if (before === undefined && textOf(doc["module"]) === "") doc["module"] = "Custom";
    },
    afterInsert: (doc, { site }) => {
      adopt(site, doc);
    },
  },
  User: {
    validate: (doc) => {
      const parts = [textOf(doc["first_name"]), textOf(doc["last_name"])];
      doc["full_name"] = parts.filter((part) => part !== "").join(" ");
      if (textOf(doc["username"]) === "") doc["username"] = textOf(doc["first_name"]).toLowerCase();
    },
    afterInsert: (doc, { site }, given) => {
      const password = textOf(given["new_password"]);
      if (password !== "") site.passwords.set(doc.name, password);
      site.store.put("User", { ...doc, new_password: "", time_zone: site.timeZone });
    },
  },
  Customer: {
    validate: (doc) => {
      if (textOf(doc["customer_type"]) === "") doc["customer_type"] = "Company";
    },
  },
  "Sales Invoice": salesInvoice,
  "Journal Entry": journalEntry,
};
