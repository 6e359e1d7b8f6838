import type { IncomingMessage, ServerResponse } from "node:http";
import { checkMay } from "../access/actions.ts";
import { type KeyWish, type Keyring, noKey } from "../access/keyring.ts";
import { isRole, roles } from "../access/principal.ts";
import { GatewayError, toGatewayError } from "../core/errors.ts";
import { isJsonObject } from "../core/json.ts";
import type { Gateway } from "../gateway/gateway.ts";
import { decoded } from "./address.ts";
import { parsedBody, readBody } from "./body.ts";
import { checkOperator, tellOperation } from "./operator-request.ts";
import { answerJson, refuse } from "./reply.ts";
import type { Visitor } from "./visitor.ts";

/** What the keys are served from. */
export interface KeysApiDeps {
  readonly gateway: Gateway;
  readonly keys: Keyring;
}

const addresses = /^\/api\/keys(?:\/([^/]+))?$/;

/**
 * Serves `/api/keys`: GET lists the keys, POST with `{"name", "role"?, "grants"?, "expiresAt"?}` makes one, whose text is in the answer and
 * nowhere else; DELETE of `/api/keys/ID` revokes one. Without a role it is `user`, which may use what is granted.
 *
 * False where the path is another one.
 *
 * @throws {GatewayError} `forbidden`, `method_not_allowed`, `route_not_found`, `forbidden_origin`, `unsupported_media_type`,
 *   `store_unavailable`.
 */
export function answerKeys(
  request: IncomingMessage,
  response: ServerResponse,
  path: string,
  { gateway, keys }: KeysApiDeps,
  visitor: Visitor,
): boolean {
  const [found, encoded] = addresses.exec(path) ?? [];
  if (found === undefined) return false;
  checkMay(visitor.principal, "manage_keys");
  const { method } = request;
  if (encoded !== undefined && method === "DELETE") {
    checkOperator(request, visitor);
    const id = decoded(encoded);
    keys.revoke(id);
    tellOperation(gateway, visitor, { operation: "revoke_key", about: [`key ${id}`] });
    answerJson(response, { revoked: id });
  } else if (encoded === undefined && method === "GET") answerJson(response, { keys: keys.list() });
  else if (encoded === undefined && method === "POST") create(request, response, { gateway, keys }, visitor);
  else if (encoded !== undefined && method === "GET") answerJson(response, keyOf(keys, decoded(encoded)));
  else throw new GatewayError("method_not_allowed", `${path.slice(0, 200)} is not for ${String(method)}`);
  return true;
}

function keyOf(keys: Keyring, id: string): object {
  const found = keys.list().find((key) => key.id === id);
  if (found === undefined) throw noKey(id);
  return found;
}

function create(
  request: IncomingMessage,
  response: ServerResponse,
  { gateway, keys }: KeysApiDeps,
  visitor: Visitor,
): void {
  checkOperator(request, visitor);
  readBody(request, (body) => {
    try {
      if (body instanceof GatewayError) throw body;
      const { text, key } = keys.create(wishIn(body));
      tellOperation(gateway, visitor, { operation: "create_key", about: [`key ${key.id}`] });
      response.setHeader("cache-control", "no-store");
      answerJson(response, { ...key, key: text });
    } catch (thrown) {
      refuse(response, toGatewayError(thrown));
    }
  });
}

const members: ReadonlySet<string> = new Set(["name", "role", "grants", "expiresAt"]);

/** @throws {GatewayError} `parse_error`, `invalid_params`. */
function wishIn(body: Buffer): KeyWish {
  const value = parsedBody(body);
  if (!isJsonObject(value)) throw wrong("The body must be a JSON object");
  const unknown = Object.keys(value).find((member) => !members.has(member));
  if (unknown !== undefined) throw wrong(`There is no member ${JSON.stringify(unknown.slice(0, 100))}`);
  const { name, role = "user", grants = [], expiresAt } = value;
  if (typeof name !== "string") throw wrong("name must be a string");
  if (!isRole(role)) throw wrong(`role must be one of ${roles.join(", ")}`);
  if (!Array.isArray(grants) || !grants.every((grant) => typeof grant === "string")) {
    throw wrong("grants must be a list of strings");
  }
  if (expiresAt !== undefined && typeof expiresAt !== "number") throw wrong("expiresAt must be a number, in ms");
  return { name, role, grants, expiresAt };
}

function wrong(message: string): GatewayError {
  return new GatewayError("invalid_params", message);
}
