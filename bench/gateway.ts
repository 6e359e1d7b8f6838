import { join } from "node:path";
import type * as Gateway from "../src/gateway.ts";
import type { UpstreamOptions } from "../src/upstream/options.ts";
import { nothingToAsk, serveParent } from "./child.ts";

/** The gateway, unbuilt, with one upstream. `node gateway.ts MODULE http ORIGIN` or `node gateway.ts MODULE stdio ERA`. */

const [module = "", kind = "", where = ""] = process.argv.slice(2);
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

const switchyard = startSwitchyard({
  upstreams: [{ name: "bench", target, timeoutMs: 300_000, startTimeoutMs: 30_000 }],
});
const { origin } = await switchyard.listen({ host: "127.0.0.1", port: 0, allowedHosts: [], allowedOrigins: [] });
await switchyard.settled;

serveParent({ origin }, nothingToAsk, () => switchyard.close());
