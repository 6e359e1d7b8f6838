import type { IncomingMessage } from "node:http";
import { GatewayError } from "../core/errors.ts";
import type { Gateway } from "../gateway/gateway.ts";
import type { Visitor } from "./visitor.ts";

/**
 * Checks that a request that changes something comes from a person's program: keeps web pages out, also those that may call tools. A page
 * of another origin always says which. A form, which needs no leave, cannot send JSON.
 *
 * @throws {GatewayError} `forbidden_origin`, `unsupported_media_type`.
 */
export function checkOperator(request: IncomingMessage, visitor: Visitor): void {
  checkOwnOrigin(request, visitor);
  const { headers } = request;
  if (!/^application\/json\s*(?:;|$)/i.test(headers["content-type"] ?? "")) {
    throw new GatewayError("unsupported_media_type", "The body must be application/json");
  }
}

/**
 * Checks that a request does not come from a web page other than the gateway's own, although it may call tools.
 *
 * @throws {GatewayError} `forbidden_origin`.
 */
export function checkOwnOrigin({ headers: { origin, host } }: IncomingMessage, { ownOrigin }: Visitor): void {
  if (origin === undefined || origin === ownOrigin || origin === `http://${host}`) return;
  throw new GatewayError("forbidden_origin", `Web pages of ${JSON.stringify(origin.slice(0, 100))} may not do this`);
}

/** What an operator did: to which upstream, where to one; `about` is what of it, where that was not all. */
export interface Operated {
  readonly upstream?: string;
  readonly operation: string;
  readonly about?: readonly string[];
}

/** Tells, for the record and for whoever watches, that somebody did something. */
export function tellOperation(
  gateway: Gateway,
  { principal: { id }, address }: Pick<Visitor, "principal" | "address">,
  operated: Operated,
): void {
  gateway.deps.events?.append({ type: "operator.acted", ...operated, principal: id, address });
}
