import { type Hook, type HookRequest, ToolFailure, isSigned } from "switchyard/connector";
import { z } from "zod";
import type { Desk } from "./desk/desk.ts";
import { type ForeignChange, tellForeign } from "./desk/foreign.ts";

/** What is taken of a site's webhooks. */
export const webhookSchema = z.strictObject({
  secret: z
    .string()
    .min(16)
    .max(1000)
    .describe("The Webhook Secret on the site, of 16 characters at least; written as a reference."),
});

/** Where a site puts the signature: HMAC-SHA256 of the body, as base64. It says no time, so that one may come again. */
const signatureHeader = "x-frappe-webhook-signature";

/** What a webhook sends as `event`, which is what the site calls the event, and what that means. */
const events: Readonly<Record<string, Omit<ForeignChange, "name">>> = {
  after_insert: { change: "created", says: "was created" },
  on_update: { change: "modified", says: "was changed" },
  on_change: { change: "modified", says: "was changed" },
  on_submit: { change: "modified", says: "was submitted" },
  on_cancel: { change: "modified", says: "was cancelled" },
  on_update_after_submit: { change: "modified", says: "was changed" },
  on_trash: { change: "deleted", says: "was deleted" },
};
const changed = { change: "modified", says: "was changed" } as const;

const name = z.union([z.string().min(1).max(140), z.int()]).transform(String);

/** What a webhook sends, however it is configured: members beyond these are not looked at. */
const bodySchema = z.object({ doctype: z.string().min(1).max(140), name, event: z.string().optional() });

/**
 * Takes the webhooks of a site: what is kept of the document that they name is dropped, and who watches is told. One that comes twice does that twice,
 * which does no harm.
 */
export function siteHook(desk: Desk, { secret }: z.output<typeof webhookSchema>): Hook {
  return {
    headers: [signatureHeader],
    isGenuine: ({ headers, body }) => isSigned(body, { secret, signature: headers[signatureHeader] }),
    take: ({ body }: HookRequest) => {
      const { doctype, name: document, event = "" } = bodyIn(body);
      const known = Object.hasOwn(events, event) ? events[event] : undefined;
      tellForeign(desk, doctype, [{ name: document, ...(known ?? changed) }]);
    },
  };
}

function bodyIn(body: Buffer): z.output<typeof bodySchema> {
  try {
    return bodySchema.parse(JSON.parse(body.toString("utf8")));
  } catch {
    // Its text is not told: it may hold what a document does.
    throw new ToolFailure(
      'A webhook of the site sends no {"doctype": …, "name": …}: its JSON Request Body is to be as docs/frappe.md says',
    );
  }
}
