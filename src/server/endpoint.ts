import type { IncomingMessage, ServerResponse } from "node:http";
import { type Action, checkMay } from "../access/actions.ts";
import { GatewayError } from "../core/errors.ts";
import type { JsonObject } from "../core/json.ts";
import type { Visitor } from "./visitor.ts";

export type Method = "GET" | "POST" | "PUT" | "DELETE";

/** One request at one endpoint. */
export interface Exchange<Deps> {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly path: string;
  readonly deps: Deps;
  readonly visitor: Visitor;
}

/** Something that can be asked for over HTTP: described where it is served. */
export interface Endpoint<Deps> {
  readonly method: Method;
  /** With `{name}` for one part of the address. */
  readonly path: string;
  /** For whom it is; undefined for everybody who is let in. */
  readonly action?: Action;
  /** What it does, in one sentence. */
  readonly says: string;
  /** Parameters of the query, and what each means. */
  readonly query?: Readonly<Record<string, string>>;
  /** JSON Schema of the body, where it is JSON. */
  readonly body?: JsonObject;
  /** Other types of body that it takes. */
  readonly bodyTypes?: readonly string[];
  /** What kind of thing it answers with. Default: JSON. */
  readonly answers?: string;
  /** JSON Schema of its answer where all went well, where that is JSON. */
  readonly answer?: JsonObject;
  /** Status of its answer where all went well. Default 200. */
  readonly status?: number;
  /** @throws {GatewayError} what it says. */
  serve(exchange: Exchange<Deps>): void;
}

/** The JSON Schema of a body with these members and no others. */
export function bodyOf(properties: JsonObject, required: readonly string[] = []): JsonObject {
  return { type: "object", properties, required: [...required], additionalProperties: false };
}

/** Endpoints by what their addresses look like. */
export interface Router<Deps> {
  /**
   * Serves a request at the endpoint of its address; false where there is none. Who may not do what can be done there is told so before
   * anything else.
   *
   * @throws {GatewayError} `forbidden`; `method_not_allowed`; what the endpoint throws.
   */
  route(exchange: Exchange<Deps>): boolean;
}

interface Place<Deps> {
  readonly pattern: RegExp;
  readonly byMethod: ReadonlyMap<string, Endpoint<Deps>>;
}

/** A router for a table. Of two addresses that fit, the one first listed counts. */
export function routerFor<Deps>(table: readonly Endpoint<Deps>[]): Router<Deps> {
  const exact = new Map<string, Place<Deps>>();
  const patterns: Place<Deps>[] = [];
  for (const [path, endpoints] of Map.groupBy(table, (endpoint) => endpoint.path)) {
    const byMethod = new Map(endpoints.map((endpoint) => [endpoint.method, endpoint]));
    const place = { pattern: new RegExp(`^${path.replaceAll(/\{[^}]+\}/g, "([^/]+)")}$`), byMethod };
    if (path.includes("{")) patterns.push(place);
    else exact.set(path, place);
  }
  return {
    route(exchange) {
      const { request, path, visitor } = exchange;
      const place = exact.get(path) ?? patterns.find(({ pattern }) => pattern.test(path));
      if (place === undefined) return false;
      const { byMethod } = place;
      const endpoint = byMethod.get(request.method ?? "");
      const [any] = byMethod.values();
      const action = (endpoint ?? any)?.action;
      if (action !== undefined) checkMay(visitor.principal, action);
      if (endpoint === undefined) throw notFor(request.method, path, [...byMethod.keys()]);
      endpoint.serve(exchange);
      return true;
    },
  };
}

function notFor(method: string | undefined, path: string, methods: readonly string[]): GatewayError {
  const message = `${path.slice(0, 200)} is not for ${String(method)}, but for ${methods.join(" or ")}`;
  return new GatewayError("method_not_allowed", message);
}
