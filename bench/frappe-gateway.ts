import type * as Gateway from "../src/gateway.ts";
import { nothingToAsk, serveParent } from "./child.ts";

/** The gateway, unbuilt, in front of the Frappe connector on a simulated site. `node frappe-gateway.ts URL KEY SECRET DATADIR` */

const module = new URL("../src/gateway.ts", import.meta.url).href;
const { startSwitchyard }: typeof Gateway = await import(module);
const [, , url, key, secret, dataDir] = process.argv;
const config = { url, credential: { key, secret } };
const target = { kind: "connector", connector: "frappe", folder: process.cwd(), config } as const;
const kept = { cache: { ttl: 600_000 } };
const switchyard = startSwitchyard({
  upstreams: [{ name: "erp", target, timeoutMs: 300_000, startTimeoutMs: 30_000 }],
  ...(dataDir !== undefined && { dataDir }),
  policies: { upstreams: { erp: { tools: { generate_report: kept, analyze_business_data: kept } } } },
});
const { origin } = await switchyard.listen({ host: "127.0.0.1", port: 0, allowedHosts: [], allowedOrigins: [] });
await switchyard.settled;

serveParent({ origin }, nothingToAsk, async () => switchyard.close());
