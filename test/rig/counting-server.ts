import type { JsonObject } from "../../src/core/json.ts";
import { ScriptedServer, legacyScript, modernScript } from "./scripted-server.ts";

const inputSchema = { type: "object" };

/** Tools that say that they only read and look at nothing outside, that they only read, and nothing. */
const tools = [
  { name: "look", inputSchema, annotations: { readOnlyHint: true, openWorldHint: false } },
  { name: "browse", inputSchema, annotations: { readOnlyHint: true } },
  { name: "write", inputSchema },
];

const lists = {
  "tools/list": { tools },
  "resources/list": { resources: [{ uri: "count://one", name: "one" }] },
  "resources/templates/list": { resourceTemplates: [] },
} as const;

/**
 * A server that says with every answer how often it was called. Of a modern one, what it says of its resources may be kept for ten seconds by
 * anybody.
 */
export function countingServer(era: "legacy" | "modern"): ScriptedServer {
  const capabilities = { tools: { listChanged: true }, resources: { listChanged: true } };
  const dress: JsonObject = era === "modern" ? { resultType: "complete" } : {};
  const keeping: JsonObject = era === "modern" ? { ttlMs: 10_000, cacheScope: "public" } : {};
  const server = new ScriptedServer(era === "legacy" ? legacyScript() : modernScript());
  if (era === "legacy") {
    server.answer("initialize", {
      protocolVersion: "2025-11-25",
      capabilities,
      serverInfo: { name: "counting", version: "1" },
    });
  } else {
    server.answer("server/discover", {
      ...dress,
      supportedVersions: ["2026-07-28"],
      capabilities,
      ttlMs: 0,
      cacheScope: "public",
    });
  }
  for (const [method, list] of Object.entries(lists)) server.answer(method, { ...dress, ...keeping, ...list });
  let calls = 0;
  server.answer("tools/call", ({ name }) => {
    calls += 1;
    return { ...dress, content: [{ type: "text", text: `${String(name)} ${calls}` }] };
  });
  server.answer("resources/read", ({ uri }) => {
    calls += 1;
    return { ...dress, ...keeping, contents: [{ uri, text: `read ${calls}` }] };
  });
  return server;
}

/** How many calls have reached a server. */
export function reached(server: ScriptedServer): number {
  return server.received.filter(({ method }) => method === "tools/call" || method === "resources/read").length;
}
