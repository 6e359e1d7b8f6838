import { GatewayError } from "../core/errors.ts";
import { statusFor } from "../gateway/status-for.ts";
import { decoded } from "./address.ts";
import type { ApiDeps } from "./api-deps.ts";
import type { Exchange } from "./endpoint.ts";
import { answerJson } from "./reply.ts";

/** Answers with how everything stands, as far as whoever asks may know. */
export function answerStatus({ response, deps: { gateway }, visitor }: Exchange<ApiDeps>): void {
  answerJson(response, statusFor(gateway, visitor.principal));
}

/** Answers with how each upstream stands. */
export function answerUpstreamList({ response, deps: { gateway }, visitor }: Exchange<ApiDeps>): void {
  answerJson(response, { upstreams: statusFor(gateway, visitor.principal).upstreams });
}

/**
 * Answers with how one upstream stands.
 *
 * @throws {GatewayError} `route_not_found` — there is none of this name that whoever asks may know of.
 */
export function answerUpstream({ response, path, deps: { gateway }, visitor }: Exchange<ApiDeps>): void {
  const name = decoded(path.slice("/api/upstreams/".length));
  const found = statusFor(gateway, visitor.principal).upstreams.find((upstream) => upstream.name === name);
  if (found === undefined) throw new GatewayError("route_not_found", `There is no upstream ${JSON.stringify(name)}`);
  answerJson(response, found);
}
