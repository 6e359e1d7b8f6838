import { type JsonObject, isJsonObject, objectAt } from "../../../src/core/json.ts";
import { type Downstream, clientInfo } from "./downstream.ts";
import { exchange, readMessages } from "./exchange.ts";
import { answerTo, capabilities } from "./user.ts";

/** Speaks 2025-11-25 in a session of its own, with a stream open for what is sent unasked. */
export async function openLegacy(url: string): Promise<Downstream> {
  const client = new LegacyDownstream(url);
  await client.begin();
  return client;
}

class LegacyDownstream implements Downstream {
  readonly #url: string;
  readonly #ending = new AbortController();
  #headers: Record<string, string> = {};
  #listening: Promise<void> = Promise.resolve();
  #lastId = 0;

  constructor(url: string) {
    this.#url = url;
  }

  async begin(): Promise<void> {
    await this.request("initialize", { protocolVersion: "2025-11-25", capabilities, clientInfo });
    this.#headers["mcp-protocol-version"] = "2025-11-25";
    await this.#send({ jsonrpc: "2.0", method: "notifications/initialized" });
    this.#listening = this.#listen();
  }

  async request(method: string, params: JsonObject = {}): Promise<JsonObject> {
    this.#lastId += 1;
    const id = this.#lastId;
    let answer: JsonObject | undefined;
    const response = await exchange(this.#url, { jsonrpc: "2.0", id, method, params }, this.#headers, (message) => {
      if (message["method"] === undefined && message["id"] === id) answer = message;
      else this.#take(message);
    });
    const session = response.headers.get("mcp-session-id");
    if (method === "initialize" && session !== null) this.#headers = { "mcp-session-id": session };
    const result: unknown = answer?.["result"];
    if (isJsonObject(result)) return result;
    throw new Error(`${method} was answered with HTTP ${response.status}, ${JSON.stringify(answer?.["error"])}`);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const response = await fetch(this.#url, { method: "DELETE", headers: this.#headers });
    await response.arrayBuffer();
    // The stream ends with the session. It should not be needed to hang up on it.
    const timer = setTimeout(() => {
      this.#ending.abort();
    }, 1000);
    await this.#listening;
    clearTimeout(timer);
  }

  async #listen(): Promise<void> {
    const headers = { ...this.#headers, accept: "text/event-stream" };
    try {
      const response = await fetch(this.#url, { headers, signal: this.#ending.signal });
      await readMessages(response, (message) => {
        this.#take(message);
      });
    } catch (thrown) {
      if (!this.#ending.signal.aborted) throw thrown;
    }
  }

  #take(message: JsonObject): void {
    const { id, method } = message;
    if (id === undefined || typeof method !== "string") return;
    const result = answerTo(method, objectAt(message, "params") ?? {});
    void this.#send({ jsonrpc: "2.0", id, result });
  }

  async #send(message: JsonObject): Promise<void> {
    await exchange(this.#url, message, this.#headers, () => undefined);
  }
}
