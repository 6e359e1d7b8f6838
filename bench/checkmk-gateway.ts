import type * as Gateway from "../src/gateway.ts";
import { nothingToAsk, serveParent } from "./child.ts";

/** The gateway, unbuilt, in front of the Checkmk connector on a simulated site. `node checkmk-gateway.ts URL SITE PORT DATADIR` */

const module = new URL("../src/gateway.ts", import.meta.url).href;
const { startSwitchyard }: typeof Gateway = await import(module);
const [, , url, site = "", port, dataDir] = process.argv;
const livestatus = { [site]: { host: "127.0.0.1", port: Number(port) } };
const login = { url, site, user: "automation", secret: "automation-secret" };
const config = { ...login, livestatus, changesEveryMs: 0 };
const target = { kind: "connector", connector: "checkmk", folder: process.cwd(), config } as const;
const switchyard = startSwitchyard({
  upstreams: [{ name: "checkmk", target, timeoutMs: 300_000, startTimeoutMs: 30_000 }],
  ...(dataDir !== undefined && { dataDir }),
  policies: { upstreams: { checkmk: { tools: { list_all_services: { cache: { ttl: 600_000 } } } } } },
});
const { origin } = await switchyard.listen({ host: "127.0.0.1", port: 0, allowedHosts: [], allowedOrigins: [] });
await switchyard.settled;

serveParent(
  { origin },
  ({ kind }) => (kind === "resident" ? { rss: process.memoryUsage.rss() } : nothingToAsk()),
  async () => switchyard.close(),
);
