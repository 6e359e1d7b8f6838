import { type DocType, doctype, field } from "../doctype.ts";

const child = { istable: true, rights: [] } as const;
const events = "after_insert\non_update\non_submit\non_cancel\non_trash\non_update_after_submit\non_change";

/** The DocTypes of webhooks, without their conditions and previews. */
export const webhookDoctypes: readonly DocType[] = [
  doctype("Webhook Header", "Integrations", [field("key", "Small Text"), field("value", "Small Text")], child),
  doctype("Webhook Data", "Integrations", [field("fieldname", "Data"), field("key", "Data", { reqd: true })], child),
  doctype(
    "Webhook",
    "Integrations",
    [
      field("webhook_doctype", "Link", { options: "DocType", reqd: true }),
      field("webhook_docevent", "Select", { options: events }),
      field("enabled", "Check", { default: "1" }),
      field("request_url", "Small Text", { reqd: true }),
      field("request_method", "Select", { options: "POST", default: "POST" }),
      field("request_structure", "Select", { options: "\nForm URL-Encoded\nJSON" }),
      field("enable_security", "Check"),
      field("webhook_secret", "Password"),
      field("webhook_headers", "Table", { options: "Webhook Header" }),
      field("webhook_data", "Table", { options: "Webhook Data" }),
      field("webhook_json", "Code"),
    ],
    { autoname: "prompt" },
  ),
];
