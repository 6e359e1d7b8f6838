import type { IncomingMessage } from "node:http";
import { GatewayError } from "../core/errors.ts";

/**
 * Checks that a request that changes something comes from a person's program: keeps web pages out, also those that may call tools. A page
 * of another origin always says which. A form, which needs no leave, cannot send JSON.
 *
 * @throws {GatewayError} `forbidden_origin`, `unsupported_media_type`.
 */
export function checkOperator({ headers }: IncomingMessage): void {
  const { origin, host } = headers;
  if (origin !== undefined && origin !== `http://${host}`) {
    throw new GatewayError("forbidden_origin", `Web pages of ${JSON.stringify(origin.slice(0, 100))} may not do this`);
  }
  if (!/^application\/json\s*(?:;|$)/i.test(headers["content-type"] ?? "")) {
    throw new GatewayError("unsupported_media_type", "The body must be application/json");
  }
}
