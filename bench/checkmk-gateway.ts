import type * as Gateway from "../src/gateway.ts";
import { nothingToAsk, serveParent } from "./child.ts";

/** The gateway, unbuilt, in front of the Checkmk connector on a simulated site. `node checkmk-gateway.ts URL SITE PORT DATADIR` */

/** How often memory is looked at, in ms. */
const lookMs = 10;
const module = new URL("../src/gateway.ts", import.meta.url).href;
const { startSwitchyard }: typeof Gateway = await import(module);
const [, , url, site = "", port, dataDir] = process.argv;
const livestatus = { [site]: { host: "127.0.0.1", port: Number(port) } };
const login = { url, site, user: "automation", secret: "automation-secret" };
const config = { ...login, livestatus };
const target = { kind: "connector", connector: "checkmk", folder: process.cwd(), config } as const;
const switchyard = startSwitchyard({
  upstreams: [{ name: "checkmk", target, timeoutMs: 300_000, startTimeoutMs: 30_000 }],
  ...(dataDir !== undefined && { dataDir }),
  policies: { upstreams: { checkmk: { tools: { list_all_services: { cache: { ttl: 600_000 } } } } } },
});
const { origin } = await switchyard.listen({ host: "127.0.0.1", port: 0, allowedHosts: [], allowedOrigins: [] });
await switchyard.settled;

// Looked at here and often: to be asked for it between two calls would be time that is taken from these.
let peak = 0;
const looking = setInterval(() => {
  peak = Math.max(peak, process.memoryUsage.rss());
}, lookMs);

serveParent(
  { origin },
  ({ kind }) => {
    if (kind !== "resident") return nothingToAsk();
    const rss = process.memoryUsage.rss();
    const told = { rss, peak: Math.max(peak, rss) };
    peak = 0;
    return told;
  },
  async () => {
    clearInterval(looking);
    await switchyard.close();
  },
);
