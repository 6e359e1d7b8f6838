import type { MethodAnswer, MethodCall } from "./client.ts";
import { FrappeError } from "./frappe-error.ts";
import type { HttpAnswer, HttpRequest } from "./http.ts";
import { type JsonObject, isJsonObject, parsedJson } from "./json.ts";
import { serverMessages } from "./server-messages.ts";

/** A request of a client, before the site's part is added. */
export interface ClientRequest extends Omit<HttpRequest, "headers"> {
  readonly contentType?: string;
  /** Whether twice is as good as once. */
  readonly isReading: boolean;
  /** What it is about, for messages. */
  readonly about: string;
}

/** Sends a request as one user and gives the answer where it is a good one. */
export type Send = (request: ClientRequest, signal: AbortSignal) => Promise<HttpAnswer>;

/** What everything of a client is made of: one exchange of JSON, and the call of a method. */
export interface Asking {
  readonly send: Send;
  /** @throws {FrappeError} `not_frappe` — the answer is no JSON object; what sending throws. */
  readonly ask: (request: ClientRequest, signal: AbortSignal) => Promise<JsonObject>;
  readonly call: (method: string, args: JsonObject, how: MethodCall, signal: AbortSignal) => Promise<MethodAnswer>;
}

/** Characters of a query above which it is sent as a body: proxies refuse longer addresses, from 4 to 8 kB on. */
export const maxQueryLength = 3500;

/** Exchanges of JSON, over what sends as one user. */
export function askingBy(send: Send): Asking {
  const ask: Asking["ask"] = async (request, signal) => {
    const { body, status } = await send(request, signal);
    const value = parsedJson(body.toString());
    if (isJsonObject(value)) return value;
    throw new FrappeError({ code: "not_frappe", what: `${request.about}: the answer is no JSON object`, status });
  };
  return {
    send,
    ask,
    call: async (method, args, { verb = "POST", isReading = verb === "GET" }, signal) => {
      const path = `/api/method/${encodeURIComponent(method)}`;
      const query = verb === "GET" ? queryOf(args) : undefined;
      const about = `${verb} ${method}`;
      const isShort = query !== undefined && query.length <= maxQueryLength;
      const body = await ask(
        isShort
          ? { method: "GET", path: query === "" ? path : `${path}?${query}`, isReading, about }
          : { method: "POST", path, ...jsonBody(args), isReading, about },
        signal,
      );
      return { value: body["message"] ?? body["data"], body, messages: serverMessages(body) };
    },
  };
}

/** A body of JSON, with its type. */
export function jsonBody(values: JsonObject): { readonly contentType: string; readonly body: string } {
  return { contentType: "application/json", body: JSON.stringify(values) };
}

/** For an answer that is JSON and not what was asked for. */
export function unexpected(about: string): FrappeError {
  return new FrappeError({ code: "not_frappe", what: `${about}: the answer lacks what was asked for` });
}

function queryOf(args: JsonObject): string {
  const query = new URLSearchParams();
  for (const [key, value] of Object.entries(args)) {
    if (value !== undefined) query.set(key, typeof value === "string" ? value : JSON.stringify(value));
  }
  return query.toString();
}
