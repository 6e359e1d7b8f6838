/**
 * Measures what an idle client costs in the gateway's memory: a WebSocket of 2026-07-28 and a session of 2025-11-25, each after it has read the
 * list of tools once. Run by hand: `node bench/idle.ts`. Ends with 1 where one costs more than its goal.
 */
import { once } from "node:events";
import { WebSocket } from "ws";
import { type JsonObject, stringAt } from "../src/core/json.ts";
import { type BenchProcess, startProcess } from "./process.ts";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

const goals = { webSocket: 64 * 1024, session: 8 * 1024 } as const;
const webSockets = 900;
const sessions = 5000;
const atOnce = 20;
const askMs = 60_000;

const clientInfo = { name: "idle", version: "1.0.0" };

/** Bytes that the gateway holds after a full collection: those of its heap, and what its objects hold outside of it. */
async function held(gateway: BenchProcess): Promise<{ readonly heap: number; readonly resident: number }> {
  const { heapUsed, external, rss } = await gateway.ask({ kind: "memory" }, askMs);
  return { heap: Number(heapUsed) + Number(external), resident: Number(rss) };
}

/** Does something this often, some at once. */
async function repeated(count: number, run: () => Promise<void>): Promise<void> {
  let left = count;
  const lane = async (): Promise<void> => {
    while (left > 0) {
      left -= 1;
      await run();
    }
  };
  await Promise.all(Array.from({ length: atOnce }, lane));
}

async function openWebSocket(origin: string, open: WebSocket[]): Promise<void> {
  const socket = new WebSocket(`${origin.replace("http", "ws")}/mcp`, ["mcp"], { perMessageDeflate: false });
  await once(socket, "open");
  open.push(socket);
  const meta = {
    "io.modelcontextprotocol/protocolVersion": "2026-07-28",
    "io.modelcontextprotocol/clientInfo": clientInfo,
    "io.modelcontextprotocol/clientCapabilities": {},
  };
  socket.send(JSON.stringify({ jsonrpc: "2.0", id: 1, method: "tools/list", params: { _meta: meta } }));
  await once(socket, "message");
}

async function beginSession(origin: string): Promise<void> {
  const post = async (message: JsonObject, session: Readonly<Record<string, string>>): Promise<Response> => {
    const response = await fetch(`${origin}/mcp`, {
      method: "POST",
      headers: { "content-type": "application/json", accept: "application/json, text/event-stream", ...session },
      body: JSON.stringify({ jsonrpc: "2.0", ...message }),
    });
    await response.arrayBuffer();
    return response;
  };
  const params = { protocolVersion: "2025-11-25", capabilities: {}, clientInfo };
  const begun = await post({ id: 1, method: "initialize", params }, {});
  const session = {
    "mcp-session-id": begun.headers.get("mcp-session-id") ?? "",
    "mcp-protocol-version": "2025-11-25",
  };
  await post({ method: "notifications/initialized" }, session);
  await post({ id: 2, method: "tools/list" }, session);
}

function told(what: string, count: number, before: { heap: number; resident: number }, after: typeof before): number {
  const each = (after.heap - before.heap) / count;
  const resident = (after.resident - before.resident) / count;
  console.log(`${count} ${what}: ${kib(each)} each of heap and buffers, ${kib(resident)} resident`);
  return each;
}

function kib(bytes: number): string {
  return `${(bytes / 1024).toFixed(1)} KiB`;
}

const upstream = await startProcess("upstream-http.ts", ["modern"], { profileDir: undefined });
const module = pathToFileURL(join(import.meta.dirname, "..", "src", "gateway.ts")).href;
const gateway = await startProcess("gateway.ts", [module, "http", stringAt(upstream.ready, "origin") ?? ""], {
  profileDir: undefined,
});
const origin = stringAt(gateway.ready, "origin") ?? "";
const open: WebSocket[] = [];
try {
  // What the first ones bring into being stays, and is nobody's in particular.
  await repeated(50, () => openWebSocket(origin, open));
  await repeated(50, () => beginSession(origin));
  const atFirst = await held(gateway);
  await repeated(webSockets, () => openWebSocket(origin, open));
  const withWebSockets = await held(gateway);
  await repeated(sessions, () => beginSession(origin));
  const withSessions = await held(gateway);
  const webSocket = told("idle WebSockets", webSockets, atFirst, withWebSockets);
  const session = told("idle sessions", sessions, withWebSockets, withSessions);
  const isMet = webSocket < goals.webSocket && session < goals.session;
  console.log(`Goals: ${kib(goals.webSocket)} and ${kib(goals.session)}. They are ${isMet ? "met" : "not met"}.`);
  if (!isMet) process.exitCode = 1;
} finally {
  for (const socket of open) socket.terminate();
  await gateway.end();
  await upstream.end();
}
