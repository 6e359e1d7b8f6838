import type { IncomingMessage, ServerResponse } from "node:http";
import type { JsonObject } from "../core/json.ts";
import { GatewayError } from "../core/errors.ts";
import type { ApiDeps } from "./api-deps.ts";
import { routerFor } from "./endpoint.ts";
import { endpoints } from "./endpoints.ts";
import { openApi } from "./open-api.ts";
import type { Visitor } from "./visitor.ts";

/** The REST side of a gateway that listens. */
export interface Api {
  /** Its description, for programs. */
  readonly description: JsonObject;
  /**
   * Serves what is in the table of endpoints, to those whose role allows it: who may not do something is told so before it is looked whether
   * what it names exists.
   *
   * @throws {GatewayError} `route_not_found` — there is no such address; `forbidden`; `method_not_allowed`; what the one who answers throws.
   */
  answer(request: IncomingMessage, response: ServerResponse, path: string, visitor: Visitor): void;
}

/** Whether an address is the REST side's. */
export function isApiPath(path: string): boolean {
  return path.startsWith("/api/") || path === "/metrics" || path === "/docs/events";
}

/** Makes it from its table. */
export function apiOf(deps: ApiDeps): Api {
  const table = endpoints();
  const router = routerFor(table);
  return {
    description: openApi(table, deps.gateway.deps.identity.version),
    answer(request, response, path, visitor) {
      if (!router.route({ request, response, path, deps, visitor })) throw nothingAt(path);
    },
  };
}

/** The error for an address at which there is nothing, for whoever asks. */
export function nothingAt(path: string): GatewayError {
  return new GatewayError("route_not_found", `There is nothing at ${path.slice(0, 200)}`);
}
