import { type Tool, tool } from "switchyard/connector";
import { z } from "zod";
import type { RestClient } from "../rest/client.ts";
import { isAtLeast } from "../rest/release.ts";
import type { Setup } from "../setup.ts";
import { told } from "../told.ts";

const versionShape = z.object({
  site: z.string(),
  edition: z.string().default("unknown"),
  versions: z.record(z.string(), z.unknown()).default({}),
});

/** What runs at the other end. */
export function systemInfoTool({
  client,
  activation,
}: { readonly client: RestClient } & Pick<Setup, "activation">): Tool {
  return tool({
    name: "get_system_info",
    title: "Which Checkmk it is",
    description:
      "Version and edition of the site, what of this connector they support, and how many changes wait for activation.",
    input: z.object({}),
    output: z.object({
      site: z.string(),
      version: z.string(),
      edition: z.string(),
      components: z.record(z.string(), z.string()),
      pending_changes: z.int(),
      unsupported: z.array(z.string()).describe("What this version does not have."),
    }),
    annotations: { readOnlyHint: true, openWorldHint: true },
    run: async (_, { signal }) =>
      told(async () => {
        const [{ value }, { changes }] = await Promise.all([
          client.read({ method: "GET", path: ["version"] }, versionShape, signal),
          activation.pending(signal),
        ]);
        const release = await client.release(signal);
        const unsupported = isAtLeast(release, "2.4") ? [] : ["remove_acknowledgement", "acknowledgements that expire"];
        const components = Object.entries(value.versions).map(([name, version]) => [
          name,
          Array.isArray(version) ? version.join(".") : String(version),
        ]);
        return {
          structured: {
            site: value.site,
            version: release.version,
            edition: value.edition,
            components: Object.fromEntries(components),
            pending_changes: changes.length,
            unsupported,
          },
        };
      }),
  });
}
