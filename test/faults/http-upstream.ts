import type { IncomingMessage, RequestListener, ServerResponse } from "node:http";
import { type JsonObject, isJsonObject } from "../../src/core/json.ts";
import { type UpstreamOptions, upstreamDefaults } from "../../src/upstream/options.ts";
import { type Listening, listenOnFreePort } from "../rig/http-server.ts";

/** One request to the server, and the way to answer it as wrongly as is wanted. */
export interface Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  /** The message in the body; empty for GET and DELETE. */
  readonly message: JsonObject;
  /** Answers properly. */
  readonly result: (value: JsonObject, headers?: Readonly<Record<string, string>>) => void;
}

/** What a method is answered with; methods that are not listed get what a legacy server with the tool `echo` answers. */
export type Wrong = Readonly<Record<string, (exchange: Exchange) => void>>;

const proper: Wrong = {
  initialize: ({ result }) => {
    result({ protocolVersion: "2025-11-25", capabilities: { tools: {} }, serverInfo: { name: "http", version: "1" } });
  },
  "notifications/initialized": ({ response }) => response.writeHead(202).end(),
  "notifications/cancelled": ({ response }) => response.writeHead(202).end(),
  "tools/list": ({ result }) => {
    result({ tools: [{ name: "echo", inputSchema: { type: "object" } }] });
  },
  "tools/call": ({ result }) => {
    result({ content: [{ type: "text", text: "hi" }] });
  },
  GET: ({ response }) => response.writeHead(405).end(),
  DELETE: ({ response }) => response.writeHead(204).end(),
};

/** A legacy MCP server over HTTP, in this process, that does wrong what it is told to. */
export function listenWrongly(wrong: Wrong): Promise<Listening> {
  const handlers = { ...proper, ...wrong };
  const listener: RequestListener = (request, response) => {
    void readAll(request).then((body) => {
      const parsed: unknown = body === "" ? {} : JSON.parse(body);
      const message = isJsonObject(parsed) ? parsed : {};
      const method = request.method === "POST" ? String(message["method"]) : String(request.method);
      const result: Exchange["result"] = (value, headers = {}) => {
        response.writeHead(200, { "content-type": "application/json", ...headers });
        response.end(JSON.stringify({ jsonrpc: "2.0", id: message["id"], result: value }));
      };
      const handler = handlers[method];
      if (handler !== undefined) handler({ request, response, message, result });
      else refuse(response, message);
    });
  };
  return listenOnFreePort(listener);
}

function refuse(response: ServerResponse, message: JsonObject): void {
  response.writeHead(200, { "content-type": "application/json" });
  response.end(
    JSON.stringify({ jsonrpc: "2.0", id: message["id"], error: { code: -32601, message: "Method not found" } }),
  );
}

async function readAll(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) if (chunk instanceof Buffer) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}

/** A secret in the configuration of every upstream that is made here. */
export const token = "a-token-of-its-own";

/** An upstream at this address, which is sent the secret with every request. */
export function at(name: string, url: string, options: Partial<UpstreamOptions> = {}): UpstreamOptions {
  const headers = { authorization: `Bearer ${token}` };
  return { name, target: { kind: "http", url, headers }, ...upstreamDefaults, ...options };
}
