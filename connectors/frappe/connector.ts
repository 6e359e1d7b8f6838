import { ToolFailure, defineConnector, systemClock } from "switchyard/connector";
import { z } from "zod";
import { Apart } from "./apart/apart.ts";
import { isTimeZone } from "./client/site-time.ts";
import { type Site, openSite } from "./client/site.ts";
import type { Desk } from "./desk/desk.ts";
import { DocTypes } from "./desk/doctypes.ts";
import { Masks } from "./desk/masks.ts";
import { credentialSchema, visitorsOf } from "./desk/visitors.ts";
import { groupNames, toolsOf } from "./groups.ts";
import { siteHook, webhookSchema } from "./hook.ts";
import { prompts } from "./prompts/prompts.ts";
import { Python } from "./python/python.ts";
import { resourcesFor } from "./resources.ts";
import { customSchema } from "./tools/custom.ts";
import { watchSchema, watchSite } from "./watch.ts";

const configSchema = z.strictObject({
  url: z.string().min(1).describe("The site's address, such as https://erp.example.com."),
  siteName: z.string().min(1).optional().describe("The site's name where a bench serves several on one address."),
  credential: credentialSchema.optional().describe("Of the user that callers are who have none of their own."),
  users: z
    .record(z.string(), credentialSchema)
    .default({})
    .describe("Credentials by caller, as the gateway tells them apart: each sees what their user of the site may."),
  groups: z
    .array(z.enum(groupNames))
    .default([...groupNames])
    .describe("Groups of tools; core is always on."),
  masked: z
    .record(z.string(), z.array(z.string()))
    .default({})
    .describe(
      'Fields whose values nobody gets, by DocType, or by * for all: {"Employee": ["ctc"]}. Secrets never are.',
    ),
  custom: z.array(customSchema).max(100).default([]).describe("Tools that call methods of the site's own apps."),
  watch: watchSchema.optional().describe("DocTypes that are watched for changes others make; needs credential."),
  webhook: webhookSchema.optional().describe("How webhooks of the site are known, which it posts to /hooks/NAME."),
  timeZone: z
    .string()
    .refine(isTimeZone, "It must be the name of a time zone, such as Asia/Kolkata.")
    .optional()
    .describe(
      "The site's time zone, such as Asia/Kolkata; fetch then says when a document was changed with its offset.",
    ),
  timeoutMs: z.int().min(100).max(600_000).default(30_000).describe("How long one request may take, in ms."),
  connections: z.int().min(1).max(64).default(8).describe("Requests at a time."),
});

/** When Python is prepared, in ms from when the connector begins: the gateway is ready by then, and who only asks something has gone. */
const prepareMs = 5000;

/** A Frappe site, with ERPNext or without: its documents, reports and files, under the rights of its own users. */
export const connector = defineConnector({
  name: "frappe",
  title: "Frappe and ERPNext",
  version: "0.1.0",
  instructions:
    "An ERP. Everything is a document of a DocType, named exactly: get_doctype_info says what a DocType is like, search_documents finds names, list_documents filters, generate_report runs the site's reports. Writing takes effect at once; submit_document makes final: ask before. Times are in the site's time zone. The skill:// resources say how tools go together.",
  config: configSchema,
  setup: (config, { signal, changed }) => {
    const site = opened(config);
    const { credential: shared, users, watch: watched, webhook } = config;
    const python = new Python();
    if (config.groups.includes("data_science")) python.prepareAfter(prepareMs);
    const apart = new Apart();
    const desk: Desk = {
      url: site.url,
      timeZone: config.timeZone,
      docTypes: new DocTypes(() => systemClock.now(), signal),
      masks: new Masks(config.masked),
      apart,
      python,
      visitor: visitorsOf(site, { shared, users }),
      isShared: Object.keys(users).length === 0,
      changed,
    };
    if (watched !== undefined && shared === undefined) {
      throw new ToolFailure(
        "watch asks the site as the user of credential, and there is none: give one, or leave watch out",
      );
    }
    const watch = watched && watchSite(desk, watched, signal);
    return {
      tools: toolsOf(desk, new Set(config.groups), config.custom),
      resources: resourcesFor(desk),
      prompts,
      ...(webhook && { hook: siteHook(desk, webhook) }),
      close: () => {
        watch?.close();
        python.close();
        apart.close();
        site.close();
      },
    };
  },
});

function opened({ url, siteName, timeoutMs, connections }: z.output<typeof configSchema>): Site {
  try {
    return openSite({ url, timeoutMs, connections, ...(siteName !== undefined && { siteName }) });
  } catch (thrown) {
    if (!(thrown instanceof RangeError)) throw thrown;
    throw new ToolFailure(thrown.message, { cause: thrown });
  }
}
