import type { IncomingMessage, ServerResponse } from "node:http";
import type { AuditTrail } from "../audit/audit-trail.ts";
import type { Access } from "../access/access.ts";
import { checkMay } from "../access/actions.ts";
import { GatewayError, toGatewayError } from "../core/errors.ts";
import type { Gateway } from "../gateway/gateway.ts";
import type { Jobs } from "../jobs/jobs.ts";
import { statusFor } from "../gateway/status-for.ts";
import type { LiveHub } from "../live/hub.ts";
import { decoded } from "./address.ts";
import { answerRestCall, callPath } from "./call-api.ts";
import { answerRecord } from "./audit-api.ts";
import { answerDefinitions } from "./definitions-api.ts";
import { type CacheApi, answerCache } from "./cache-api.ts";
import { answerJobs } from "./jobs-api.ts";
import { answerEvents, isEventsPath } from "./events-api.ts";
import { answerKeys } from "./keys-api.ts";
import { answerLogs, logName } from "./logs-endpoint.ts";
import { type ReadMetrics, answerMetrics, isMetricsPath } from "./metrics-api.ts";
import { answerJson, refuse } from "./reply.ts";
import type { UpstreamDesk } from "./upstream-desk.ts";
import { answerUpstreams } from "./upstreams-api.ts";
import type { Visitor } from "./visitor.ts";

/** What the REST side serves. */
export interface ApiDeps {
  readonly gateway: Gateway;
  readonly access: Access;
  /** Whom operators' changes of upstreams go to. */
  readonly desk: UpstreamDesk;
  readonly cache: CacheApi;
  /** What is on record; undefined where nothing is. */
  readonly trail: AuditTrail | undefined;
  readonly metrics: ReadMetrics;
  readonly jobs: Jobs;
  /** What happens, for those who watch. */
  readonly live: LiveHub;
}

/**
 * Serves what is below `/api/`, `/metrics` and `/docs/events`, to those whose role allows it: who may not do something is told so before it is looked whether what it names
 * exists.
 *
 * @throws {GatewayError} `route_not_found` — there is no such address; `forbidden`; what the one who answers throws.
 */
export function answerApi(
  request: IncomingMessage,
  response: ServerResponse,
  path: string,
  deps: ApiDeps,
  visitor: Visitor,
): void {
  const { gateway, access } = deps;
  const { principal } = visitor;
  const now = (): number => gateway.deps.clock.now();
  if (path === "/api/status") {
    checkMay(principal, "read_status");
    answerJson(response, statusFor(gateway, principal));
  } else if (isMetricsPath(path)) {
    checkMay(principal, "read_metrics");
    answerMetrics(request, response, path, deps.metrics);
  } else if (isEventsPath(path)) answerEvents(request, response, path, deps.live, visitor);
  else if (path === callPath) answerRestCall(request, response, gateway, visitor);
  else if (answerKeys(request, response, path, { gateway, keys: access.keys }, visitor)) return;
  else if (answerJobs(request, response, path, deps, visitor)) return;
  else if (answerDefinitions(request, response, path, gateway, visitor)) return;
  else if (answerRecord(request, response, path, { trail: deps.trail, now }, visitor)) return;
  else if (path.startsWith("/api/cache")) answerCache(request, response, path, deps, visitor);
  else if (!answerUpstreams(request, response, path, deps, visitor))
    answerLog(request, response, path, gateway, visitor);
}

function answerLog(
  request: IncomingMessage,
  response: ServerResponse,
  path: string,
  gateway: Gateway,
  { principal }: Visitor,
): void {
  const name = logName(path);
  if (name === undefined) throw nothingAt(path);
  checkMay(principal, "read_logs");
  answerLogs(gateway, decoded(name), request, response, principal).then(
    (log) => {
      if (!response.destroyed) answerJson(response, log);
    },
    (thrown: unknown) => {
      refuse(response, toGatewayError(thrown));
    },
  );
}

/** The error for an address at which there is nothing, for whoever asks. */
export function nothingAt(path: string): GatewayError {
  return new GatewayError("route_not_found", `There is nothing at ${path.slice(0, 200)}`);
}
