/**
 * Measures what a person waits for: from `npm start` on an installed clone to the first `tools/list` that holds the tools of every demo
 * server. Run by hand: `node bench/start-up.ts`. Prints each start and the median.
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";

const starts = 5;
const limitMs = 30_000;
const root = fileURLToPath(new URL("..", import.meta.url));

async function toolsAt(url: string): Promise<number> {
  const response = await fetch(url, {
    method: "POST",
    headers: {
      "content-type": "application/json",
      accept: "application/json, text/event-stream",
      "mcp-protocol-version": "2026-07-28",
      "mcp-method": "tools/list",
    },
    body: JSON.stringify({
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
  });
  const text = await response.text();
  return text.split('"inputSchema"').length - 1;
}

/** One start, in ms, and how many tools the first list held. */
async function startOnce(): Promise<{ readonly ms: number; readonly tools: number }> {
  const startedAt = performance.now();
  const npm = spawn("npm", ["start", "--silent", "--", "--port", "0"], {
    cwd: root,
    stdio: ["ignore", "pipe", "ignore"],
    detached: true,
  });
  const exited = once(npm, "exit");
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
    const tools = await toolsAt(url);
    return { ms: Math.round(performance.now() - startedAt), tools };
  } finally {
    if (npm.pid !== undefined) process.kill(-npm.pid, "SIGTERM");
    await exited;
  }
}

const measured: number[] = [];
for (let start = 1; start <= starts; start += 1) {
  const { ms, tools } = await startOnce();
  measured.push(ms);
  console.log(`start ${start}: first tools/list after ${ms} ms, ${tools} tools`);
}
const middle = measured.toSorted((a, b) => a - b)[Math.floor(starts / 2)];
console.log(`median ${middle} ms`);
