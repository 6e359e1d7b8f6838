import { once } from "node:events";
import { type ClientOptions, WebSocket } from "ws";
import { type JsonObject, isJsonObject } from "../../src/core/json.ts";
import { until } from "./until.ts";

/** A WebSocket that the test speaks by hand, and everything that came over it, as parsed. */
export interface RawWebSocket extends AsyncDisposable {
  readonly socket: WebSocket;
  readonly messages: readonly JsonObject[];
  /** Sends a message as it is. */
  send(message: JsonObject): void;
  /** Sends a request of 2026-07-28; what that revision requires is added to `_meta`. */
  request(id: number, method: string, params?: JsonObject): void;
  /** The answer to a request. */
  answer(id: number): Promise<JsonObject>;
  /** How it was closed: code and reason. */
  readonly closed: Promise<readonly [code: number, reason: string]>;
}

/** Opens one. */
export async function rawWebSocket(
  url: string,
  protocols: string[] = ["mcp"],
  headers: Readonly<Record<string, string>> = {},
): Promise<RawWebSocket> {
  const socket = new WebSocket(url, protocols, { perMessageDeflate: false, headers });
  const messages: JsonObject[] = [];
  socket.on("message", (data) => {
    const message: unknown = Buffer.isBuffer(data) ? JSON.parse(data.toString()) : undefined;
    if (isJsonObject(message)) messages.push(message);
  });
  const { promise: closed, resolve } = Promise.withResolvers<readonly [number, string]>();
  socket.on("close", (code, reason) => {
    resolve([code, reason.toString()]);
  });
  await once(socket, "open");
  socket.on("error", () => undefined);
  const answerTo = (id: number): JsonObject | undefined =>
    messages.find((message) => message["id"] === id && message["method"] === undefined);
  return {
    socket,
    messages,
    closed,
    send: (message) => {
      socket.send(JSON.stringify(message));
    },
    request: (id, method, params = {}) => {
      socket.send(JSON.stringify(modernRequest(id, method, params)));
    },
    async answer(id) {
      await until(() => answerTo(id) !== undefined, `request ${id} is answered`);
      return answerTo(id) ?? {};
    },
    async [Symbol.asyncDispose]() {
      socket.close();
      await closed;
    },
  };
}

function modernRequest(id: number, method: string, params: JsonObject): JsonObject {
  const given = isJsonObject(params["_meta"]) ? params["_meta"] : {};
  const meta = {
    "io.modelcontextprotocol/protocolVersion": "2026-07-28",
    "io.modelcontextprotocol/clientInfo": { name: "raw", version: "1" },
    "io.modelcontextprotocol/clientCapabilities": {},
    ...given,
  };
  return { jsonrpc: "2.0", id, method, params: { ...params, _meta: meta } };
}

/** The HTTP status and the body with which the opening of a WebSocket is refused. */
export async function refusedOpening(
  url: string,
  protocols: string[],
  options: ClientOptions = {},
): Promise<{ readonly status: number | undefined; readonly body: string }> {
  const socket = new WebSocket(url, protocols, options);
  socket.on("error", () => undefined);
  const { promise, resolve, reject } = Promise.withResolvers<{ status: number | undefined; body: string }>();
  socket.on("open", () => {
    reject(new Error("it was opened"));
  });
  socket.on("unexpected-response", (_request, response) => {
    let body = "";
    response.setEncoding("utf8").on("data", (text: string) => (body += text));
    response.on("end", () => {
      resolve({ status: response.statusCode, body });
    });
  });
  const refusal = await promise;
  socket.terminate();
  return refusal;
}
