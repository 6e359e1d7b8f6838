import { type JsonObject, isJsonObject, objectAt, stringAt } from "../src/core/json.ts";
import type { Era } from "../src/protocol/revision.ts";

/** The text of an MCP server with a tool, `echo`, which is there once more as `look`, and nothing else: as little as a server can do. */

const serverInfo = { name: "echo", version: "1.0.0" };
const serverMeta = { "io.modelcontextprotocol/serverInfo": serverInfo };
const capabilities = { tools: {} };
const echo = {
  name: "echo",
  description: "Says what it is told",
  inputSchema: { type: "object", properties: { text: { type: "string" } }, required: ["text"] },
};
/** Its results may be kept. */
const look = { ...echo, name: "look", annotations: { readOnlyHint: true, openWorldHint: false } };
const tools = [echo, look];

/**
 * What the server says to a message: undefined to a notification. Its members stand in the order in which the official SDK's servers
 * write them, as it decides which of the gateway's paths a result takes.
 */
export function echoAnswer(message: unknown, era: Era): string | undefined {
  if (!isJsonObject(message)) return errorAnswer(null, -32600, "not a message");
  const { id, method } = message;
  if (id === undefined) return undefined;
  const result = resultOf(stringAt(message, "method") ?? "", objectAt(message, "params") ?? {}, era);
  if (result === undefined) return errorAnswer(id, -32601, `no such method: ${String(method)}`);
  return JSON.stringify({ result, jsonrpc: "2.0", id });
}

function resultOf(method: string, params: JsonObject, era: Era): JsonObject | undefined {
  switch (method) {
    case "tools/call": {
      const content = [{ type: "text", text: stringAt(objectAt(params, "arguments") ?? {}, "text") ?? "" }];
      return era === "modern" ? { content, resultType: "complete", _meta: serverMeta } : { content };
    }
    case "tools/list":
      return era === "modern" ? { tools, ...listed, _meta: serverMeta } : { tools };
    case "server/discover":
      if (era === "legacy") return undefined;
      return { supportedVersions: ["2026-07-28"], capabilities, ...listed, _meta: serverMeta };
    case "initialize":
      return era === "legacy" ? { protocolVersion: "2025-11-25", capabilities, serverInfo } : undefined;
    default:
      return undefined;
  }
}

const listed = { resultType: "complete", ttlMs: 0, cacheScope: "private" };

function errorAnswer(id: unknown, code: number, message: string): string {
  return JSON.stringify({ error: { code, message }, jsonrpc: "2.0", id });
}
