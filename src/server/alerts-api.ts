import { decoded } from "./address.ts";
import type { ApiDeps } from "./api-deps.ts";
import type { Exchange } from "./endpoint.ts";
import { checkOperator } from "./operator-request.ts";
import { answerJson } from "./reply.ts";

/** Answers with everything there is to know of alerts. */
export function answerAlerts({ response, deps: { alerts } }: Exchange<ApiDeps>): void {
  answerJson(response, alerts.report());
}

/**
 * Notes that whoever asks sees to an alert; answers with it.
 *
 * @throws {GatewayError} `forbidden_origin`, `unsupported_media_type`; `route_not_found` — nothing of this id fires.
 */
export function acknowledgeAlert({ request, response, path, deps: { alerts }, visitor }: Exchange<ApiDeps>): void {
  checkOperator(request, visitor);
  const id = decoded(path.slice("/api/alerts/".length, -"/acknowledge".length));
  answerJson(response, alerts.acknowledge(id, visitor.principal.id));
}

/** Answers with how the objectives of tools were met at the latest look. */
export function answerSlo({ response, deps: { alerts } }: Exchange<ApiDeps>): void {
  answerJson(response, { objectives: alerts.objectives() });
}
