import { type JsonObject, objectAt } from "../src/core/json.ts";

/** Posts a body, and gives the JSON that is answered. @throws {Error} where it is refused. */
export type Post = (to: string, headers: Readonly<Record<string, string>>, body: string) => Promise<JsonObject>;

/** A call of a tool as it is sent. */
export interface WrittenCall {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

const meta = {
  "io.modelcontextprotocol/protocolVersion": "2026-07-28",
  "io.modelcontextprotocol/clientInfo": { name: "bench", version: "1" },
  "io.modelcontextprotocol/clientCapabilities": {},
};
let lastId = 0;

/** The next call, as a client of MCP writes it. */
export function writtenCall(tool: string, args: JsonObject): WrittenCall {
  lastId += 1;
  const headers = {
    "content-type": "application/json",
    accept: "application/json, text/event-stream",
    "mcp-protocol-version": "2026-07-28",
    "mcp-method": "tools/call",
    "mcp-name": tool,
  };
  const params = { name: tool, arguments: args, _meta: meta };
  return { headers, body: JSON.stringify({ jsonrpc: "2.0", id: lastId, method: "tools/call", params }) };
}

/** What calls tools of the gateway at this address, and gives their results. Its calls reject where a tool or the gateway says that it failed. */
export function toolCaller(url: string, post: Post): (tool: string, args: JsonObject) => Promise<JsonObject> {
  return async (tool, args) => {
    const { headers, body } = writtenCall(tool, args);
    const answer = await post(url, headers, body);
    const result = objectAt(answer, "result");
    if (result === undefined || result["isError"] === true) throw new Error(JSON.stringify(answer).slice(0, 500));
    return result;
  };
}
