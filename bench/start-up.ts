/**
 * Measures what a person waits for: from `npm start` on an installed clone to the first `tools/list` that holds the tools of every demo
 * server. Run by hand: `node bench/start-up.ts`. Prints each start, in it when the address was said, and the median.
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { type IncomingMessage, request } from "node:http";
import { text } from "node:stream/consumers";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";

const starts = 5;
const limitMs = 30_000;
const root = fileURLToPath(new URL("..", import.meta.url));

/** Asked with the little that `node:http` is: what a client takes to load is no part of it. */
async function toolsAt(url: string): Promise<number> {
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
  const asked = request(url, {
    method: "POST",
    headers: {
      "content-type": "application/json",
      accept: "application/json, text/event-stream",
      "mcp-protocol-version": "2026-07-28",
      "mcp-method": "tools/list",
    },
  });
  asked.on("response", resolve).on("error", reject);
  asked.end(
    JSON.stringify({
      jsonrpc: "2.0",
      id: 1,
      method: "tools/list",
      params: {
        _meta: {
          "io.modelcontextprotocol/protocolVersion": "2026-07-28",
          "io.modelcontextprotocol/clientCapabilities": {},
        },
      },
    }),
  );
  return (await text(await promise)).split('"inputSchema"').length - 1;
}

/** One start, in ms, and how many tools the first list held. */
async function startOnce(): Promise<{ readonly listensMs: number; readonly ms: number; readonly tools: number }> {
  const startedAt = performance.now();
  const npm = spawn("npm", ["start", "--silent", "--", "--port", "0"], {
    cwd: root,
    stdio: ["ignore", "pipe", "ignore"],
    detached: true,
  });
  // The gateway holds the other end: it is closed when that is gone, with its children, which else would share the next start's processors.
  const gone = once(npm, "close");
  try {
    let said = "";
    npm.stdout.on("data", (chunk: Buffer) => {
      said += chunk.toString();
    });
    let url: string | undefined;
    while (url === undefined) {
      if (performance.now() - startedAt > limitMs) throw new Error(`no address within ${limitMs} ms`);
      url = /listens at (\S+)/.exec(said)?.[1];
      await sleep(5);
    }
    const listensMs = Math.round(performance.now() - startedAt);
    const tools = await toolsAt(url);
    return { listensMs, ms: Math.round(performance.now() - startedAt), tools };
  } finally {
    if (npm.pid !== undefined) process.kill(-npm.pid, "SIGTERM");
    await gone;
  }
}

const measured: number[] = [];
for (let start = 1; start <= starts; start += 1) {
  const { listensMs, ms, tools } = await startOnce();
  measured.push(ms);
  console.log(`start ${start}: listens after ${listensMs} ms, first tools/list after ${ms} ms, ${tools} tools`);
}
const middle = measured.toSorted((a, b) => a - b)[Math.floor(starts / 2)];
console.log(`median ${middle} ms`);
