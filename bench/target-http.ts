import type { IncomingHttpHeaders } from "node:http";
import { type Dispatcher, Pool } from "undici";
import { isJsonObject } from "../src/core/json.ts";
import type { Done, Target, TargetOptions } from "./target.ts";

const maxConnections = 128;
const accept = "application/json, text/event-stream";

/** Calls over Streamable HTTP with connections that stay open; a legacy target is given its `initialize` first. */
export async function openHttp({ origin, era, tool, key = "" }: TargetOptions): Promise<Target> {
  const pool = new Pool(origin, { connections: maxConnections, headersTimeout: 10_000, bodyTimeout: 10_000 });
  const session: Record<string, string> = key === "" ? {} : { authorization: `Bearer ${key}` };
  const target: Target = {
    send(_id, text, done) {
      const headers: Record<string, string> = { "content-type": "application/json", accept, ...session };
      if (era === "modern") {
        headers["mcp-protocol-version"] = "2026-07-28";
        headers["mcp-method"] = "tools/call";
        headers["mcp-name"] = tool;
      }
      pool.dispatch({ path: "/mcp", method: "POST", headers, body: text }, new Exchange(done));
    },
    close: () => pool.destroy(),
  };
  if (era === "legacy") Object.assign(session, await initialize(pool, session));
  return target;
}

/** Begins a session; what it returns are the headers that belong to it. */
async function initialize(pool: Pool, known: Record<string, string>): Promise<Record<string, string>> {
  const post = async (message: object, session: Record<string, string>): Promise<IncomingHttpHeaders> => {
    const { statusCode, headers, body } = await pool.request({
      path: "/mcp",
      method: "POST",
      headers: { "content-type": "application/json", accept, ...known, ...session },
      body: JSON.stringify({ jsonrpc: "2.0", ...message }),
    });
    await body.dump();
    if (statusCode >= 300) throw new Error(`initialize was answered with HTTP ${statusCode}`);
    return headers;
  };
  const clientInfo = { name: "bench", version: "1.0.0" };
  const params = { protocolVersion: "2025-11-25", capabilities: {}, clientInfo };
  const id = (await post({ id: "initialize", method: "initialize", params }, {}))["mcp-session-id"];
  const session: Record<string, string> = { "mcp-protocol-version": "2025-11-25" };
  if (typeof id === "string") session["mcp-session-id"] = id;
  await post({ method: "notifications/initialized" }, session);
  return session;
}

class Exchange implements Dispatcher.DispatchHandler {
  readonly #done: Done;
  readonly #chunks: Buffer[] = [];
  #status = 0;

  constructor(done: Done) {
    this.#done = done;
  }

  onRequestStart(): void {
    // Nothing to prepare; undici asks for the method.
  }

  onResponseStart(_controller: Dispatcher.DispatchController, status: number): void {
    this.#status = status;
  }

  onResponseData(_controller: Dispatcher.DispatchController, chunk: Buffer): void {
    this.#chunks.push(chunk);
  }

  onResponseEnd(): void {
    const text = Buffer.concat(this.#chunks).toString();
    const answer: unknown = this.#status === 200 ? JSON.parse(text) : undefined;
    this.#done(isJsonObject(answer) ? answer : new Error(`HTTP ${this.#status}: ${text.slice(0, 500)}`));
  }

  onResponseError(_controller: Dispatcher.DispatchController, error: Error): void {
    this.#done(error);
  }
}
