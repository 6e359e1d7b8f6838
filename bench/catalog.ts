/**
 * Measures a gateway with 200 tools over 20 upstreams: `tools/list`, with and without one of them hanging; a call at the route to
 * everything, and at a profile that renames the tool and fixes a parameter; `search_tools`, the first time and later. Run by hand:
 * `node bench/catalog.ts`. Prints median and 99th percentile in ms.
 */
import { memoryPair } from "../src/transport/memory.ts";
import { type Switchyard, startSwitchyard } from "../src/gateway.ts";
import { type ProfileOptions, type SearchMode, searchDefaults, wholeUpstream } from "../src/gateway/catalog-options.ts";
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
  if (method === "tools/call") return { content: [{ type: "text", text: "said" }] };
  if (method !== "tools/list") return undefined;
  const inputSchema = { type: "object", properties: { text: { type: "string", description: "what to say" } } };
  const description = "Says what it is told, as a tool of a real server would describe in a sentence or two.";
  return {
    tools: Array.from({ length: toolsEach }, (_none, at) => ({ name: `tool_${at}`, description, inputSchema })),
  };
}

/** Everything, under other names where the profile says so. */
const renamed: ProfileOptions = {
  name: "renamed",
  upstreams: Array.from({ length: upstreams }, (_none, at) => ({
    ...wholeUpstream,
    name: `server${at}`,
    overrides: {
      tools: { tool_7: { name: `say_${at}`, parameters: { text: { value: "always this" } } } },
      prompts: {},
    },
  })),
  readOnly: false,
  prefix: true,
  instructions: undefined,
  search: searchDefaults,
};

function start(hanging: number, mode: SearchMode): Switchyard {
  return startSwitchyard({
    upstreams: Array.from({ length: upstreams }, (_none, at) => ({
      name: `server${at}`,
      target: { kind: "channel", open: () => openServer(at < hanging) },
      timeoutMs: 60_000,
      startTimeoutMs: 60_000,
    })),
    catalog: { profiles: [renamed], search: { mode, alwaysListed: [] } },
  });
}

async function measure(hanging: number): Promise<void> {
  const switchyard = start(hanging, "off");
  const server = await switchyard.listen({ host: "127.0.0.1", port: 0, allowedHosts: [], allowedOrigins: [] });
  await switchyard.settled;
  const list = await timed(requests, () => ask(`${server.origin}/mcp`, "tools/list"));
  const tools = list.last.split('"inputSchema"').length - 1;
  console.log(`${hanging} of ${upstreams} hanging: ${tools} tools, ${list.times}`);
  await switchyard.close();
}

/** The same call at both routes, in turns: what differs is the profile's doing. */
async function measureCalls(): Promise<void> {
  const switchyard = start(0, "beside");
  const { origin } = await switchyard.listen({ host: "127.0.0.1", port: 0, allowedHosts: [], allowedOrigins: [] });
  await switchyard.settled;
  const plain = { name: "server3__tool_7", arguments: { text: "this" } };
  const calls = [
    { title: "a call at /mcp", run: () => ask(`${origin}/mcp`, "tools/call", plain), taken: [] as number[] },
    {
      title: "a call at /mcp/p/renamed",
      run: () => ask(`${origin}/mcp/p/renamed`, "tools/call", { name: "say_3", arguments: {} }),
      taken: [] as number[],
    },
  ];
  for (let request = 0; request < requests; request += 1) {
    for (const { run, taken } of calls) taken.push(await timeOf(run));
  }
  for (const { title, taken } of calls) console.log(`${title}: ${timesOf(taken)}`);
  const search = (query: string): Promise<string> =>
    ask(`${origin}/mcp`, "tools/call", { name: "search_tools", arguments: { query } });
  console.log(`search_tools, first: ${(await timeOf(() => search("server tool"))).toFixed(2)} ms`);
  const later = await timed(requests, () => search("say what it is told 7"));
  console.log(`search_tools, later: ${later.times}`);
  await switchyard.close();
}

async function timed(
  times: number,
  run: () => Promise<string>,
): Promise<{ readonly last: string; readonly times: string }> {
  const taken: number[] = [];
  let last = "";
  for (let time = 0; time < times; time += 1) {
    taken.push(
      await timeOf(async () => {
        last = await run();
      }),
    );
  }
  return { last, times: timesOf(taken) };
}

async function timeOf(run: () => Promise<unknown>): Promise<number> {
  const startedAt = performance.now();
  await run();
  return performance.now() - startedAt;
}

function timesOf(taken: readonly number[]): string {
  const sorted = taken.toSorted((a, b) => a - b);
  const at = (share: number): string => (sorted[Math.floor(sorted.length * share)] ?? 0).toFixed(2);
  return `p50 ${at(0.5)} ms, p99 ${at(0.99)} ms`;
}

async function ask(url: string, method: string, params: JsonObject = {}): Promise<string> {
  const meta = {
    "io.modelcontextprotocol/protocolVersion": "2026-07-28",
    "io.modelcontextprotocol/clientCapabilities": {},
  };
  const response = await fetch(url, {
    method: "POST",
    headers: {
      "content-type": "application/json",
      accept: "application/json, text/event-stream",
      "mcp-protocol-version": "2026-07-28",
      "mcp-method": method,
      ...(typeof params["name"] === "string" ? { "mcp-name": params["name"] } : {}),
    },
    body: JSON.stringify({ jsonrpc: "2.0", id: 1, method, params: { _meta: meta, ...params } }),
  });
  const text = await response.text();
  if (!response.ok || text.includes('"error"')) throw new Error(`${method} failed: ${text}`);
  return text;
}

await measure(0);
await measure(1);
await measureCalls();
