import { join } from "node:path";
import type * as Gateway from "../src/gateway.ts";
import type { UpstreamOptions } from "../src/upstream/options.ts";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
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

/** What is held after everything has been collected that can be. */
function memory(): NodeJS.MemoryUsage {
  setFlagsFromString("--expose-gc");
  const collect: unknown = runInNewContext("gc");
  if (typeof collect === "function") for (let times = 0; times < 3; times += 1) collect();
  return process.memoryUsage();
}

serveParent(
  { origin },
  ({ kind: question }) => (question === "memory" ? { ...memory() } : nothingToAsk()),
  () => switchyard.close(),
);
