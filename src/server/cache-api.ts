import type { IncomingMessage, ServerResponse } from "node:http";
import { checkMay } from "../access/actions.ts";
import { GatewayError, toGatewayError } from "../core/errors.ts";
import { isJsonObject } from "../core/json.ts";
import type { Gateway } from "../gateway/gateway.ts";
import type { CacheStatus, PurgeWish } from "../gateway/cache-desk.ts";
import type { WarmReport } from "../gateway/warming.ts";
import { parsedBody, readBody } from "./body.ts";
import { checkOperator, tellOperation } from "./operator-request.ts";
import { answerJson, refuse } from "./reply.ts";
import type { Visitor } from "./visitor.ts";

/** What operators see and do of the cache. */
export interface CacheApi {
  status(): CacheStatus;
  /** How many results were dropped. */
  purge(wish: PurgeWish): number;
  /** Makes the configured calls now; resolves when all have ended. */
  warm(): Promise<WarmReport>;
}

/** What the cache is served from. */
export interface CacheApiDeps {
  readonly gateway: Gateway;
  readonly cache: CacheApi;
}

/**
 * Serves `GET /api/cache`, how it stands; `POST /api/cache/purge`, which drops what fits everything in the body (`upstream`, `tool`, `tag`, `pattern`,
 * `user`; all of it with `{}`) and answers `{"purged"}`; `POST /api/cache/warm`, which makes the configured calls and answers how they went.
 *
 * @throws {GatewayError} `forbidden`, `route_not_found`, `method_not_allowed`, `forbidden_origin`, `unsupported_media_type`; in the answer `parse_error`,
 *   `invalid_params` — what to purge is not said in that form.
 */
export function answerCache(
  request: IncomingMessage,
  response: ServerResponse,
  path: string,
  { gateway, cache }: CacheApiDeps,
  visitor: Visitor,
): void {
  checkMay(visitor.principal, "operate_cache");
  const isChange = path === "/api/cache/purge" || path === "/api/cache/warm";
  if (!isChange && path !== "/api/cache") {
    throw new GatewayError("route_not_found", `There is nothing at ${path.slice(0, 200)}`);
  }
  if (request.method !== (isChange ? "POST" : "GET")) {
    throw new GatewayError("method_not_allowed", `${path} is not for ${String(request.method)}`);
  }
  if (!isChange) {
    answerJson(response, cache.status());
    return;
  }
  checkOperator(request, visitor);
  readBody(request, (body) => {
    changed(path, body, cache).then(
      (answer) => {
        tellOperation(gateway, visitor, { operation: path === "/api/cache/warm" ? "warm_cache" : "purge_cache" });
        answerJson(response, answer);
      },
      (thrown: unknown) => {
        refuse(response, toGatewayError(thrown));
      },
    );
  });
}

async function changed(path: string, body: Buffer | GatewayError, cache: CacheApi): Promise<object> {
  if (body instanceof GatewayError) throw body;
  return path === "/api/cache/warm" ? cache.warm() : { purged: cache.purge(wishIn(body)) };
}

const wishes = ["upstream", "tool", "tag", "pattern", "user"] as const satisfies readonly (keyof PurgeWish)[];

/** An unknown or misspelt member must not turn into a purge of more than was meant. */
function wishIn(body: Buffer): PurgeWish {
  const wish = parsedBody(body);
  if (!isJsonObject(wish)) throw new GatewayError("invalid_params", "The body must be an object; {} means everything");
  for (const [name, value] of Object.entries(wish)) {
    if (!wishes.some((known) => known === name)) {
      throw new GatewayError(
        "invalid_params",
        `What to purge is said by ${wishes.join(", ")}, not by ${name.slice(0, 100)}`,
      );
    }
    if (typeof value !== "string" || value === "") {
      throw new GatewayError("invalid_params", `${name} must be a string that is not empty`);
    }
  }
  return wish;
}
