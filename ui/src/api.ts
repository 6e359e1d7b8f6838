import type { JsonObject, Tool } from "./answers.ts";
import { askForKey, currentKey, opened } from "./session.ts";

/** Why the gateway did not do what was asked. */
export class Refusal extends Error {
  override readonly name = "Refusal";
  /** A code of docs/errors.md; `unreachable` where there was no answer. */
  readonly code: string;
  readonly suggestion: string | undefined;
  readonly data: JsonObject;

  constructor(code: string, message: string, data: JsonObject = {}) {
    super(message);
    this.code = code;
    this.data = data;
    this.suggestion = typeof data["suggestion"] === "string" ? data["suggestion"] : undefined;
  }
}

/** What goes with a request. */
export interface Ask {
  readonly method?: string;
  /** Sent as JSON. */
  readonly json?: unknown;
  /** Sent as it is, with `type`. */
  readonly text?: string;
  readonly type?: string;
  readonly accept?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal;
}

/**
 * Sends a request to the gateway with the visitor's key.
 *
 * @throws {Refusal} with the gateway's own code and advice; an `AbortError` where the signal fired.
 */
export async function send(path: string, ask: Ask = {}): Promise<Response> {
  const key = currentKey();
  const body = ask.json === undefined ? ask.text : JSON.stringify(ask.json);
  const init: RequestInit = {
    method: ask.method ?? (body === undefined ? "GET" : "POST"),
    headers: {
      ...(key !== undefined && { authorization: `Bearer ${key}` }),
      ...(body !== undefined && { "content-type": ask.type ?? "application/json" }),
      accept: ask.accept ?? "application/json",
      ...ask.headers,
    },
    ...(body !== undefined && { body }),
    ...(ask.signal !== undefined && { signal: ask.signal }),
  };
  const response = await fetch(path, init).catch((thrown: unknown) => {
    if (ask.signal?.aborted === true) throw thrown;
    throw new Refusal("unreachable", "The gateway does not answer", {
      suggestion: "Is it running? This page goes on by itself once it is.",
    });
  });
  if (response.ok) opened();
  else await refused(response);
  return response;
}

async function refused(response: Response): Promise<never> {
  const text = await response.text();
  const refusal = refusalIn(text, response.status);
  if (response.status === 401) askForKey();
  throw refusal;
}

function refusalIn(text: string, status: number): Refusal {
  try {
    return refusalOf(JSON.parse(text).error);
  } catch {
    return new Refusal("unreachable", `The gateway answered with HTTP ${status}`);
  }
}

/** An error as the gateway writes it: `{"message", "data": {"code", …}}`. */
export function refusalOf({ message, data = {} }: { readonly message: string; readonly data?: JsonObject }): Refusal {
  return new Refusal(typeof data["code"] === "string" ? data["code"] : "internal_error", message, data);
}

/** Reads JSON. */
export async function read<T>(path: string, signal?: AbortSignal): Promise<T> {
  const response = await send(path, signal === undefined ? {} : { signal });
  return response.json();
}

/** Does something. */
export async function act<T = JsonObject>(path: string, json: unknown = {}, method = "POST"): Promise<T> {
  const response = await send(path, { method, json });
  return response.json();
}

const revision = "2026-07-28";

/** Every tool that the visitor may use, by MCP: there is no other list. */
export async function listTools(signal?: AbortSignal): Promise<readonly Tool[]> {
  const tools: Tool[] = [];
  let cursor: string | undefined;
  do {
    const response = await send("/mcp", {
      headers: { "mcp-protocol-version": revision, "mcp-method": "tools/list" },
      accept: "application/json, text/event-stream",
      json: {
        jsonrpc: "2.0",
        id: 1,
        method: "tools/list",
        params: {
          ...(cursor !== undefined && { cursor }),
          _meta: {
            "io.modelcontextprotocol/protocolVersion": revision,
            "io.modelcontextprotocol/clientInfo": { name: "switchyard-dashboard", version: "1" },
            "io.modelcontextprotocol/clientCapabilities": {},
          },
        },
      },
      ...(signal !== undefined && { signal }),
    });
    const { result, error } = await response.json();
    if (error !== undefined) throw refusalOf(error);
    tools.push(...result.tools);
    cursor = result.nextCursor;
  } while (cursor !== undefined);
  return tools;
}
