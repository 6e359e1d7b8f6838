/**
 * Measures `tools/list` of a gateway with 200 tools over 20 upstreams, with and without one of them hanging. Run by hand:
 * `node bench/catalog.ts`. Prints median and 99th percentile in ms.
 */
import { memoryPair } from "../src/transport/memory.ts";
import { startSwitchyard } from "../src/gateway.ts";
import { answerText, errorText, readFrame } from "../src/protocol/frame.ts";
import { Payload } from "../src/protocol/payload.ts";
import type { JsonObject } from "../src/core/json.ts";
import type { Channel } from "../src/transport/channel.ts";

const upstreams = 20;
const toolsEach = 10;
const requests = 2000;

/** A server in this process that answers its lists, or, hanging, nothing at all. */
function openServer(isHanging: boolean): Channel {
  const [ours, theirs] = memoryPair();
  theirs.start({
    frame: (frame) => {
      const message = readFrame(frame);
      if (isHanging || message.kind !== "request") return;
      const result = resultOf(message.method);
      theirs.send(
        result === undefined
          ? errorText(message.id, { code: -32601, message: "Method not found" })
          : answerText(message.id, { kind: "result", result: Payload.of(result) }),
      );
    },
    noise: () => undefined,
    ended: () => undefined,
  });
  return ours;
}

function resultOf(method: string): JsonObject | undefined {
  if (method === "initialize") {
    return { protocolVersion: "2025-11-25", capabilities: { tools: {} }, serverInfo: { name: "bench", version: "1" } };
  }
  if (method !== "tools/list") return undefined;
  const inputSchema = { type: "object", properties: { text: { type: "string", description: "what to say" } } };
  const description = "Says what it is told, as a tool of a real server would describe in a sentence or two.";
  return {
    tools: Array.from({ length: toolsEach }, (_none, at) => ({ name: `tool_${at}`, description, inputSchema })),
  };
}

async function measure(hanging: number): Promise<void> {
  const switchyard = startSwitchyard({
    upstreams: Array.from({ length: upstreams }, (_none, at) => ({
      name: `server${at}`,
      target: { kind: "channel", open: () => openServer(at < hanging) },
      timeoutMs: 60_000,
      startTimeoutMs: 60_000,
    })),
  });
  const server = await switchyard.listen({ host: "127.0.0.1", port: 0, allowedHosts: [], allowedOrigins: [] });
  await switchyard.settled;
  const taken: number[] = [];
  let tools = 0;
  for (let request = 0; request < requests; request += 1) {
    const startedAt = performance.now();
    tools = await listTools(server.origin);
    taken.push(performance.now() - startedAt);
  }
  await switchyard.close();
  const sorted = taken.toSorted((a, b) => a - b);
  const at = (share: number): string => (sorted[Math.floor(sorted.length * share)] ?? 0).toFixed(2);
  console.log(`${hanging} of ${upstreams} hanging: ${tools} tools, p50 ${at(0.5)} ms, p99 ${at(0.99)} ms`);
}

async function listTools(origin: string): Promise<number> {
  const meta = {
    "io.modelcontextprotocol/protocolVersion": "2026-07-28",
    "io.modelcontextprotocol/clientCapabilities": {},
  };
  const response = await fetch(`${origin}/mcp`, {
    method: "POST",
    headers: {
      "content-type": "application/json",
      accept: "application/json, text/event-stream",
      "mcp-protocol-version": "2026-07-28",
      "mcp-method": "tools/list",
    },
    body: JSON.stringify({ jsonrpc: "2.0", id: 1, method: "tools/list", params: { _meta: meta } }),
  });
  return (await response.text()).split('"inputSchema"').length - 1;
}

await measure(0);
await measure(1);
