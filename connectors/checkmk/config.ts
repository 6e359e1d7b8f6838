import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import { ToolFailure } from "switchyard/connector";
import { z } from "zod";
import type { Address } from "./livestatus/address.ts";
import type { RestOptions } from "./rest/client.ts";

/** Where the Livestatus of a site listens. */
const livestatusSchema = z.union([
  z.strictObject({
    socket: z.string().min(1).describe("The path of its Unix socket, such as /omd/sites/SITE/tmp/run/live."),
  }),
  z.strictObject({
    host: z.string().min(1),
    port: z.int().min(1).max(65_535).default(6557),
    tls: z
      .union([
        z.boolean(),
        z.strictObject({
          caFile: z.string().min(1).optional().describe("A PEM file with the certificate of the site's own authority."),
          serverName: z.string().min(1).optional().describe("The name in its certificate, where that is not host."),
        }),
      ])
      .default(false)
      .describe("Whether it speaks TLS. Its certificate is always checked."),
  }),
]);

/** How often is looked what changed, in ms, unless told otherwise: each look costs the REST API two answers of a web application. */
export const changesEveryMs = { livestatus: 5000, rest: 30_000 } as const;

/** What a connector to Checkmk is told. */
export const configSchema = z.object({
  url: z
    .url({ protocol: /^https?$/ })
    .describe("The server's address without the site, such as https://monitoring.example.com."),
  site: z
    .string()
    .regex(/^[a-zA-Z_][a-zA-Z0-9_]*$/, "must be a site's name")
    .describe("The name of the central site."),
  user: z.string().regex(/^\S+$/, "must have no spaces").describe("An automation user."),
  secret: z.string().min(1).describe("Its automation secret; ${NAME} takes it from the environment."),
  caFile: z
    .string()
    .min(1)
    .optional()
    .describe("A PEM file with the certificates to trust, where the site's is by none that is known everywhere."),
  timeoutMs: z.int().min(100).max(300_000).default(30_000).describe("How long one request may take."),
  attempts: z.int().min(1).max(10).default(3).describe("How often a read is made that fails in a way that may pass."),
  connections: z.int().min(1).max(64).default(8).describe("To the site's REST API at once."),
  livestatus: z
    .record(z.string().min(1), livestatusSchema)
    .optional()
    .describe(
      "Where the Livestatus of each site listens, by the site's name: what is monitored is read there; without, by the REST API.",
    ),
  changesEveryMs: z
    .int()
    .min(0)
    .max(3_600_000)
    .optional()
    .describe("How often is looked what changed; 0: never. Default: 5000 by Livestatus, 30000 by the REST API."),
  activation: z
    .enum(["explicit", "automatic"])
    .default("explicit")
    .describe("Whether changes are activated by activate_changes, or each after it is made."),
  activationTimeoutMs: z.int().min(1000).max(3_600_000).default(300_000).describe("How long is waited for that."),
});

export type CheckmkConfig = z.output<typeof configSchema>;

/** How to reach the REST API; `folder` is from where relative paths are meant. @throws {ToolFailure} the certificates cannot be read. */
export async function restOptions(config: CheckmkConfig, folder: string): Promise<RestOptions> {
  const { url, site, user, secret, timeoutMs, attempts, connections, caFile } = config;
  const ca = caFile === undefined ? {} : { ca: await certificates(resolve(folder, caFile)) };
  return { url, site, user, secret, timeoutMs, attempts, connections, ...ca };
}

/** Where the Livestatus of each site listens. @throws {ToolFailure} certificates cannot be read. */
export async function livestatusAddresses(
  { livestatus = {} }: Pick<CheckmkConfig, "livestatus">,
  folder: string,
): Promise<readonly (readonly [site: string, address: Address])[]> {
  return Promise.all(
    Object.entries(livestatus).map(async ([site, at]) => {
      if ("socket" in at) return [site, { socket: resolve(folder, at.socket) }] as const;
      const { host, port, tls } = at;
      if (typeof tls === "boolean") return [site, { host, port, tls: tls && {} }] as const;
      const { caFile, serverName } = tls;
      const ca = caFile === undefined ? {} : { ca: await certificates(resolve(folder, caFile)) };
      return [site, { host, port, tls: { ...ca, ...(serverName !== undefined && { serverName }) } }] as const;
    }),
  );
}

async function certificates(file: string): Promise<string> {
  try {
    return await readFile(file, "utf8");
  } catch (thrown) {
    const reason = thrown instanceof Error ? thrown.message : String(thrown);
    throw new ToolFailure(`caFile cannot be read: ${reason}`, { cause: thrown });
  }
}
