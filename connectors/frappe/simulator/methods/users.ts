import { textOf } from "../json.ts";
import { hexadecimal } from "../error-body.ts";
import { missing, raised } from "../raised.ts";
import { rolesOf } from "../site.ts";
import type { Methods } from "./method.ts";

/** Who one is, and keys. */
export const userMethods: Methods = {
  ping: { allowGuest: true, run: () => ({ message: "pong" }) },
  "frappe.ping": { allowGuest: true, run: () => ({ message: "pong" }) },
  "frappe.auth.get_logged_user": { run: (_args, { user }) => ({ message: user }) },
  "frappe.utils.change_log.get_versions": {
    run: (_args, { site }) => ({
      message: { frappe: { title: "Frappe Framework", version: site.version === 15 ? "15.0.0" : "14.0.0" } },
    }),
  },
  "frappe.core.doctype.user.user.generate_keys": {
    needs: ["user"],
    isWriting: true,
    run: (args, { site, user }) => {
      const name = textOf(args["user"]);
      if (!rolesOf(site, user).has("System Manager")) throw raised("PermissionError");
      const doc = site.store.get("User", name);
      if (doc === undefined) throw missing("User", name);
      const key = textOf(doc["api_key"]) || hexadecimal(15, site.random);
      const secret = hexadecimal(15, site.random);
      site.secrets.set(key, { user: name, secret });
      site.store.put("User", { ...doc, api_key: key, api_secret: "*".repeat(secret.length), modified: site.now() });
      return { message: { api_secret: secret } };
    },
  },
};
