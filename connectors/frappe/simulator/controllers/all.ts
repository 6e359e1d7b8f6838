import { customField, propertySetter } from "../customize.ts";
import { textOf } from "../json.ts";
import { adopt } from "../meta.ts";
import { checkWebhook } from "../webhooks.ts";
import { company } from "./company.ts";
import type { Controller } from "./controller.ts";
import { item } from "./item.ts";
import { journalEntry } from "./journal-entry.ts";
import { salesInvoice } from "./sales-invoice.ts";

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
  Webhook: {
    validate: (doc, { site }) => {
      checkWebhook(doc, site);
    },
    // The document itself holds stars. Which secret it is, is said once.
    afterInsert: (doc, { site }, given) => {
      site.webhooks.secrets.set(doc.name, textOf(given["webhook_secret"]));
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
  "Custom Field": customField,
  "Property Setter": propertySetter,
  Company: company,
  Supplier: {
    validate: (doc, { site }) => {
      doc["country"] ??= site.store.all("Company")[0]?.["country"] ?? null;
      if (doc["is_internal_supplier"] === 0) doc["represents_company"] = "";
    },
  },
  Item: item,
  "Sales Invoice": salesInvoice,
  "Journal Entry": journalEntry,
};
