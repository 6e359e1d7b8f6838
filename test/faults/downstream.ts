import { type IncomingHttpHeaders, request as openRequest } from "node:http";
import { type JsonObject, isJsonObject, objectAt, stringAt } from "../../src/core/json.ts";
import { failureKey } from "../../src/gateway/failure.ts";
import { metaKeys } from "../../src/protocol/rev-2026-07-28/meta.ts";
import { SseReader } from "../../src/transport/sse.ts";

/** What came back for one request of a modern client. */
export interface Answered {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  /** The JSON-RPC response. */
  readonly message: JsonObject;
  /** What came before it. */
  readonly notifications: readonly JsonObject[];
}

/** What a client of 2026-07-28 says of itself in every request. */
export const meta = {
  [metaKeys.protocolVersion]: "2026-07-28",
  [metaKeys.clientInfo]: { name: "faults", version: "1" },
  [metaKeys.clientCapabilities]: {},
} as const;

/** Sends one request as a client of 2026-07-28 does, over a connection of its own. */
export async function ask(
  url: string,
  method: string,
  params: JsonObject = {},
  signal?: AbortSignal,
): Promise<Answered> {
  const named = stringAt(params, "name") ?? stringAt(params, "uri");
  const headers = {
    "content-type": "application/json",
    accept: "application/json, text/event-stream",
    "mcp-protocol-version": "2026-07-28",
    "mcp-method": method,
    ...(named === undefined ? {} : { "mcp-name": named }),
  };
  const { _meta: own, ...rest } = params;
  const body = {
    jsonrpc: "2.0",
    id: 1,
    method,
    params: { ...rest, _meta: { ...meta, ...(isJsonObject(own) ? own : {}) } },
  };
  const { status, headers: answered, text } = await exchange(url, headers, JSON.stringify(body), signal);
  const isStream = answered["content-type"]?.startsWith("text/event-stream") === true;
  const messages = (isStream ? eventsIn(text) : [text]).map((each) => objectIn(each));
  const message = messages.at(-1);
  if (message === undefined) throw new Error(`there was no answer to ${method}, only HTTP ${status}`);
  return { status, headers: answered, message, notifications: messages.slice(0, -1) };
}

/** Calls a tool and gives its result. */
export async function call(
  url: string,
  name: string,
  args: JsonObject = {},
  signal?: AbortSignal,
): Promise<JsonObject> {
  const { message } = await ask(url, "tools/call", { name, arguments: args }, signal);
  if (!isJsonObject(message["result"])) throw new Error(`no result of ${name}, but ${JSON.stringify(message)}`);
  return message["result"];
}

/** The names of all tools. */
export async function toolNames(url: string): Promise<string[]> {
  const { message } = await ask(url, "tools/list");
  const tools = isJsonObject(message["result"]) ? message["result"]["tools"] : undefined;
  if (!Array.isArray(tools)) throw new Error(`no list of tools, but ${JSON.stringify(message)}`);
  return tools.map((tool: unknown) => (isJsonObject(tool) ? String(tool["name"]) : ""));
}

/** The text of a tool's result. */
export function textOf(result: JsonObject): string {
  const content: unknown = result["content"];
  const first: unknown = Array.isArray(content) ? content[0] : undefined;
  return isJsonObject(first) ? String(first["text"]) : "";
}

/** What a tool's failed result says for programs. */
export function failureOf(result: JsonObject): JsonObject {
  const own = objectAt(objectAt(result, "_meta") ?? {}, failureKey);
  if (own === undefined) throw new Error(`no failure of ours in ${JSON.stringify(result)}`);
  return own;
}

interface Exchanged {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
}

/** One POST over a connection that ends with it. */
export function exchange(
  url: string,
  headers: Readonly<Record<string, string>>,
  body: string,
  signal?: AbortSignal,
): Promise<Exchanged> {
  return new Promise((resolve, reject) => {
    const request = openRequest(
      url,
      { method: "POST", headers, agent: false, ...(signal === undefined ? {} : { signal }) },
      (response) => {
        const chunks: Buffer[] = [];
        response.on("data", (chunk: Buffer) => chunks.push(chunk));
        response.on("error", reject);
        response.on("end", () => {
          const text = Buffer.concat(chunks).toString();
          resolve({ status: response.statusCode ?? 0, headers: response.headers, text });
        });
      },
    );
    request.on("error", reject);
    request.end(body);
  });
}

function eventsIn(text: string): string[] {
  const events: string[] = [];
  const reader = new SseReader({
    event: ({ data }) => events.push(data.toString()),
    retry: () => undefined,
    tooLong: () => undefined,
  });
  reader.push(Buffer.from(text));
  return events;
}

function objectIn(text: string): JsonObject {
  const value: unknown = JSON.parse(text);
  if (!isJsonObject(value)) throw new Error(`${text.slice(0, 200)} is no message`);
  return value;
}
