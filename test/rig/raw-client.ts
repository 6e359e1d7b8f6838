import { type JsonObject, isJsonObject, stringAt } from "../../src/core/json.ts";

/** What came back to one request: everything that was sent for it, as parsed, unseen by any SDK. */
export interface RawAnswer {
  readonly status: number;
  /** Notifications that came before the answer. */
  readonly before: readonly JsonObject[];
  /** The whole message that answers. */
  readonly answer: JsonObject;
}

/** Sends a request as it is given. In the modern era, what the revision requires is added to `_meta`; a session has no capabilities. */
export type RawClient = (method: string, params: JsonObject, capabilities?: JsonObject) => Promise<RawAnswer>;

const common = { "content-type": "application/json", accept: "application/json, text/event-stream" };

/** Speaks 2025-11-25 in a session of its own; with `credentials` in every request. */
export async function rawLegacy(url: string, credentials: Readonly<Record<string, string>> = {}): Promise<RawClient> {
  let lastId = 0;
  let session = credentials;
  const request: RawClient = async (method, params) => {
    lastId += 1;
    const own = lastId;
    const response = await post(url, session, { jsonrpc: "2.0", id: own, method, params });
    const id = response.headers.get("mcp-session-id");
    if (method === "initialize" && id !== null) session = { ...credentials, "mcp-session-id": id };
    return answerIn(response, own);
  };
  await request("initialize", {
    protocolVersion: "2025-11-25",
    capabilities: {},
    clientInfo: { name: "raw", version: "1" },
  });
  const accepted = await post(url, session, { jsonrpc: "2.0", method: "notifications/initialized" });
  await accepted.arrayBuffer();
  return request;
}

/** Speaks 2026-07-28; with `credentials` in every request. */
export function rawModern(url: string, credentials: Readonly<Record<string, string>> = {}): RawClient {
  let lastId = 0;
  return async (method, params, capabilities = {}) => {
    lastId += 1;
    const own = lastId;
    const name = stringAt(params, "name") ?? stringAt(params, "uri") ?? stringAt(params, "taskId");
    const headers = {
      ...credentials,
      "mcp-protocol-version": "2026-07-28",
      "mcp-method": method,
      ...(name === undefined ? {} : { "mcp-name": name }),
    };
    const given = isJsonObject(params["_meta"]) ? params["_meta"] : {};
    const meta = {
      ...given,
      "io.modelcontextprotocol/protocolVersion": "2026-07-28",
      "io.modelcontextprotocol/clientInfo": { name: "raw", version: "1" },
      "io.modelcontextprotocol/clientCapabilities": capabilities,
    };
    const body = { jsonrpc: "2.0", id: own, method, params: { ...params, _meta: meta } };
    return answerIn(await post(url, headers, body), own);
  };
}

function post(url: string, headers: Readonly<Record<string, string>>, body: JsonObject): Promise<Response> {
  return fetch(url, { method: "POST", headers: { ...common, ...headers }, body: JSON.stringify(body) });
}

async function answerIn(response: Response, id: number): Promise<RawAnswer> {
  const body = await response.text();
  const isStream = response.headers.get("content-type")?.startsWith("text/event-stream") === true;
  const messages = (isStream ? eventsIn(body) : [body]).map((frame) => parsed(frame));
  const answer = messages.find((message) => message["id"] === id);
  if (answer === undefined) throw new Error(`no answer to ${id} in ${body}`);
  return { status: response.status, before: messages.filter((message) => message !== answer), answer };
}

function eventsIn(body: string): string[] {
  return body
    .split("\n\n")
    .map((event) => event.split("\n").flatMap((line) => (line.startsWith("data: ") ? [line.slice(6)] : [])))
    .flatMap((lines) => (lines.join("") === "" ? [] : [lines.join("\n")]));
}

function parsed(frame: string): JsonObject {
  const message: unknown = JSON.parse(frame);
  if (!isJsonObject(message)) throw new Error(`no message: ${frame}`);
  return message;
}
