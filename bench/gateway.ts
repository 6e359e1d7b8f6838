import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { isJsonObject, stringAt } from "../src/core/json.ts";
import type * as Gateway from "../src/gateway.ts";
import type { UpstreamOptions } from "../src/upstream/options.ts";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { nothingToAsk, serveParent } from "./child.ts";

/**
 * The gateway, unbuilt, with one upstream. `node gateway.ts MODULE http ORIGIN` or `node gateway.ts MODULE stdio ERA`; with `every-stage` after
 * it, it asks for keys, limits callers and puts calls on record. It then says which key it takes, and which one whoever is on this machine has. With a
 * `postgres://` URL in JOBS_URL jobs are kept there.
 */

const [module = "", kind = "", where = "", extent = ""] = process.argv.slice(2);
const { startSwitchyard }: typeof Gateway = await import(module);

const target: UpstreamOptions["target"] =
  kind === "http"
    ? { kind: "http", url: `${where}/mcp`, headers: {} }
    : {
        kind: "stdio",
        command: process.execPath,
        args: [join(import.meta.dirname, "upstream-stdio.ts"), where],
        env: {},
      };

const isWhole = extent === "every-stage";
const folder = isWhole ? mkdtempSync(join(tmpdir(), "switchyard-bench-")) : undefined;
const often = { perMinute: 60_000_000, burst: 1_000_000 };
const url = process.env["JOBS_URL"];
const switchyard = startSwitchyard({
  ...(url !== undefined && { store: { url } }),
  upstreams: [{ name: "bench", target, timeoutMs: 300_000, startTimeoutMs: 30_000 }],
  ...(folder !== undefined && {
    dataDir: folder,
    auth: { apiKeys: true, oauth: undefined },
    policies: { callers: { caller: often, session: often }, upstreams: { bench: { rateLimit: often } } },
  }),
});
const { origin } = await switchyard.listen({ host: "127.0.0.1", port: 0, allowedHosts: [], allowedOrigins: [] });
await switchyard.settled;
const key = isWhole ? await keyFor(origin) : "";

/** The key of somebody who may use what is granted, and nothing else. */
async function keyFor(address: string): Promise<string> {
  const response = await fetch(`${address}/api/keys`, {
    method: "POST",
    headers: { "content-type": "application/json", authorization: `Bearer ${switchyard.localKey}` },
    body: JSON.stringify({ name: "bench", role: "user", grants: ["bench"] }),
  });
  const made: unknown = await response.json();
  const text = isJsonObject(made) ? stringAt(made, "key") : undefined;
  if (text === undefined) throw new Error(`no key was made: ${JSON.stringify(made)}`);
  return text;
}

/** What is held after everything has been collected that can be. */
function memory(): NodeJS.MemoryUsage {
  setFlagsFromString("--expose-gc");
  const collect: unknown = runInNewContext("gc");
  if (typeof collect === "function") for (let times = 0; times < 3; times += 1) collect();
  return process.memoryUsage();
}

serveParent(
  { origin, key, local: switchyard.localKey },
  ({ kind: question }) => {
    if (question === "memory") return { ...memory() };
    if (question === "resident") return { rss: process.memoryUsage.rss() };
    return question === "record" ? { ...switchyard.status().store.audit } : nothingToAsk();
  },
  async () => {
    await switchyard.close();
    if (folder !== undefined) rmSync(folder, { recursive: true, force: true });
  },
);
