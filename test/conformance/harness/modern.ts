import { type JsonObject, isJsonObject, objectAt, stringAt } from "../../../src/core/json.ts";
import { headerValue } from "../../../src/protocol/headers.ts";
import { type Downstream, clientInfo } from "./downstream.ts";
import { exchange } from "./exchange.ts";
import { answerTo, capabilities } from "./user.ts";

const revision = "2026-07-28";
/** Most rounds in which a request is sent again with more input. */
const maxRounds = 10;

/** Speaks 2026-07-28. */
export function openModern(url: string): Downstream {
  return new ModernDownstream(url);
}

class ModernDownstream implements Downstream {
  readonly #url: string;
  /** Schemas of the tools that were listed. */
  readonly #schemas = new Map<string, JsonObject>();
  #lastId = 0;

  constructor(url: string) {
    this.#url = url;
  }

  async request(method: string, params: JsonObject = {}): Promise<JsonObject> {
    let more: JsonObject = {};
    for (let round = 0; round < maxRounds; round += 1) {
      const result = await this.#round(method, { ...params, ...more });
      if (result["resultType"] !== "input_required") {
        this.#remember(result);
        return result;
      }
      more = inputsFor(result);
    }
    throw new Error(`${method} wants ever more input`);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    // There is nothing to end: every request stands for itself.
  }

  async #round(method: string, params: JsonObject): Promise<JsonObject> {
    this.#lastId += 1;
    const id = this.#lastId;
    const meta = {
      "io.modelcontextprotocol/protocolVersion": revision,
      "io.modelcontextprotocol/clientInfo": clientInfo,
      "io.modelcontextprotocol/clientCapabilities": capabilities,
    };
    const message = { jsonrpc: "2.0", id, method, params: { ...params, _meta: meta } };
    let answer: JsonObject | undefined;
    const response = await exchange(this.#url, message, this.#headers(method, params), (taken) => {
      if (taken["method"] === undefined && taken["id"] === id) answer = taken;
    });
    const result: unknown = answer?.["result"];
    if (isJsonObject(result)) return result;
    throw new Error(`${method} was answered with HTTP ${response.status}, ${JSON.stringify(answer?.["error"])}`);
  }

  #headers(method: string, params: JsonObject): Record<string, string> {
    const headers: Record<string, string> = { "mcp-protocol-version": revision, "mcp-method": method };
    const name = stringAt(params, "name") ?? stringAt(params, "uri");
    if (name !== undefined) headers["mcp-name"] = headerValue(name);
    const args = objectAt(params, "arguments") ?? {};
    const properties = objectAt(this.#schemas.get(name ?? "") ?? {}, "properties") ?? {};
    for (const [property, schema] of Object.entries(properties)) {
      const header = isJsonObject(schema) ? schema["x-mcp-header"] : undefined;
      const value = args[property];
      if (typeof header !== "string" || value === undefined || value === null) continue;
      headers[`mcp-param-${header}`] = headerValue(typeof value === "string" ? value : JSON.stringify(value));
    }
    return headers;
  }

  #remember({ tools }: JsonObject): void {
    if (!Array.isArray(tools)) return;
    for (const tool of tools as unknown[]) {
      const schema = isJsonObject(tool) ? objectAt(tool, "inputSchema") : undefined;
      if (isJsonObject(tool) && schema !== undefined) this.#schemas.set(stringAt(tool, "name") ?? "", schema);
    }
  }
}

function inputsFor(result: JsonObject): JsonObject {
  const requests = objectAt(result, "inputRequests") ?? {};
  const inputResponses = Object.fromEntries(
    Object.entries(requests).map(([key, request]) => {
      const { method, params } = isJsonObject(request) ? request : {};
      return [key, answerTo(String(method), isJsonObject(params) ? params : {})];
    }),
  );
  const { requestState } = result;
  return { inputResponses, ...(requestState === undefined ? {} : { requestState }) };
}
