import { type Send, askingBy } from "./asking.ts";
import type { Client } from "./client.ts";
import { documentsBy } from "./documents.ts";
import { filesBy } from "./files.ts";

/** A site as one user sees it, over what sends as that user. */
export function openClient(send: Send, random: () => number): Client {
  const asking = askingBy(send);
  return {
    ...documentsBy(asking),
    ...filesBy(asking, random),
    call: asking.call,
    user: async (signal) => {
      const { value } = await asking.call("frappe.auth.get_logged_user", {}, { verb: "GET" }, signal);
      return typeof value === "string" ? value : "Guest";
    },
  };
}
