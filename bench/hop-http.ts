import { type IncomingHttpHeaders, type ServerResponse, createServer } from "node:http";
import { Pool } from "undici";
import { isJsonObject, objectAt, stringAt } from "../src/core/json.ts";
import { nothingToAsk, serveParent } from "./child.ts";
import { listenLocally } from "./listen.ts";

/** The leanest reverse hop that still looks at what it carries. `node hop-http.ts UPSTREAM_ORIGIN`. */

const pool = new Pool(process.argv[2] ?? "", { connections: 256, headersTimeout: 0, bodyTimeout: 0 });

/** Headers that must reach the upstream. */
const relayed = ["accept", "mcp-protocol-version", "mcp-method", "mcp-name", "mcp-session-id"] as const;

const server = createServer((request, response) => {
  const chunks: Buffer[] = [];
  request.on("data", (chunk: Buffer) => {
    chunks.push(chunk);
  });
  request.on("end", () => {
    const [first] = chunks;
    const body = first !== undefined && chunks.length === 1 ? first : Buffer.concat(chunks);
    if (isKnown(body)) void relay(body, request.headers, response);
    else response.writeHead(400).end();
  });
});

/** What a router would look at: which method, and which tool. */
function isKnown(body: Buffer): boolean {
  const message: unknown = JSON.parse(body.toString());
  if (!isJsonObject(message)) return false;
  return message["method"] !== "tools/call" || stringAt(objectAt(message, "params") ?? {}, "name") === "echo";
}

async function relay(body: Buffer, incoming: IncomingHttpHeaders, response: ServerResponse): Promise<void> {
  const headers: Record<string, string> = { "content-type": "application/json" };
  for (const name of relayed) {
    const value = incoming[name];
    if (typeof value === "string") headers[name] = value;
  }
  try {
    const answer = await pool.request({ path: "/mcp", method: "POST", headers, body });
    const parts: Buffer[] = [];
    answer.body.on("data", (part: Buffer) => {
      parts.push(part);
    });
    answer.body.on("end", () => {
      const [first] = parts;
      const bytes = first !== undefined && parts.length === 1 ? first : Buffer.concat(parts);
      response.writeHead(answer.statusCode, { "content-type": "application/json", "content-length": bytes.length });
      response.end(bytes);
    });
    answer.body.on("error", () => {
      response.destroy();
    });
  } catch {
    response.writeHead(502).end();
  }
}

serveParent(await listenLocally(server), nothingToAsk, () => pool.destroy());
