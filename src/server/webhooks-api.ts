import { GatewayError } from "../core/errors.ts";
import { decoded } from "./address.ts";
import type { ApiDeps } from "./api-deps.ts";
import type { Exchange } from "./endpoint.ts";
import { answerJson } from "./reply.ts";

/** Answers with how each webhook does. */
export function answerWebhooks({ response, deps: { webhooks } }: Exchange<ApiDeps>): void {
  answerJson(response, { webhooks: webhooks.status() });
}

/**
 * Answers with what became of the latest messages to one webhook, oldest first.
 *
 * @throws {GatewayError} `route_not_found` — there is none of this name.
 */
export function answerDeliveries({ response, path, deps: { webhooks } }: Exchange<ApiDeps>): void {
  const name = decoded(path.split("/")[3] ?? "");
  const deliveries = webhooks.deliveries(name);
  if (deliveries === undefined) {
    throw new GatewayError("route_not_found", `There is no webhook ${JSON.stringify(name.slice(0, 100))}`);
  }
  answerJson(response, { deliveries });
}
