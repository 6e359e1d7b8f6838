import type { IncomingMessage, ServerResponse } from "node:http";
import type { Principal } from "../access/principal.ts";
import { GatewayError, toGatewayError } from "../core/errors.ts";
import type { Gateway } from "../gateway/gateway.ts";
import type { Jobs } from "../jobs/jobs.ts";
import { type ScheduleWish, wishNames } from "../jobs/schedules/schedule-wish.ts";
import { type ScheduleAction, type Schedules, scheduleActions } from "../jobs/schedules/schedules.ts";
import type { ShownScheduleWithTimes } from "../jobs/schedules/shown-schedule.ts";
import { decoded } from "./address.ts";
import { formatOf, optionsIn, queryOf } from "./job-request.ts";
import { checkOperator, checkOwnOrigin, tellOperation } from "./operator-request.ts";
import { answerJson, refuse } from "./reply.ts";
import type { Visitor } from "./visitor.ts";

/** What schedules are served from. */
export interface SchedulesApiDeps {
  readonly gateway: Gateway;
  readonly jobs: Jobs;
  readonly schedules: Schedules;
}

const addresses = /^\/api\/schedules(?:\/([^/]+)(?:\/(pause|resume|run))?)?$/;

/**
 * Serves `/api/schedules`: POST makes a schedule of the operations in its body, or of a tool's pages, which come as those of a job, with when and the job's options in
 * the query; with `?preview=true` it is only shown. GET lists the caller's schedules, everybody's with `?all=true`. `/api/schedules/ID` shows one
 * with the times that come next, DELETE forgets it; POST to `pause`, `resume` or `run` below it does that.
 *
 * False where the path is another one.
 *
 * @throws {GatewayError} `method_not_allowed`, `forbidden_origin`, `unsupported_media_type`; in the answer what {@link Schedules} throws.
 */
export function answerSchedules(
  request: IncomingMessage,
  response: ServerResponse,
  path: string,
  deps: SchedulesApiDeps,
  visitor: Visitor,
): boolean {
  const found = addresses.exec(path);
  if (found === null) return false;
  const [, encoded, what] = found;
  const id = encoded === undefined ? undefined : decoded(encoded);
  const { method = "" } = request;
  const allowed = id === undefined ? ["GET", "POST"] : what === undefined ? ["GET", "DELETE"] : ["POST"];
  if (!allowed.includes(method)) {
    throw new GatewayError("method_not_allowed", `${path.slice(0, 200)} is not for ${method}`);
  }
  if (id !== undefined && method !== "GET") checkOperator(request, visitor);
  else checkOwnOrigin(request, visitor);
  answered(request, response, deps, visitor, id, what).catch((thrown: unknown) => {
    refuse(response, toGatewayError(thrown));
    request.resume();
  });
  return true;
}

async function answered(
  request: IncomingMessage,
  response: ServerResponse,
  deps: SchedulesApiDeps,
  visitor: Visitor,
  id: string | undefined,
  what: string | undefined,
): Promise<void> {
  const { gateway, schedules } = deps;
  const { principal } = visitor;
  const query = queryOf(request);
  if (id === undefined && request.method === "POST") {
    const made = await created(request, deps, principal, query);
    const { scheduleId } = made;
    if (scheduleId !== undefined) {
      tellOperation(gateway, visitor, { operation: "create_schedule", about: [`schedule ${scheduleId}`] });
    }
    answerJson(response, made, scheduleId === undefined ? 200 : 201);
    return;
  }
  request.resume();
  if (id === undefined) {
    answerJson(response, { schedules: await schedules.list(principal, { all: query.get("all") === "true" }) });
  } else if (request.method === "GET") answerJson(response, await schedules.show(principal, id));
  else {
    const operation = scheduleActions.find((action) => action === what) ?? "remove";
    const answer = await done(schedules, principal, id, operation);
    tellOperation(gateway, visitor, { operation: `${operation}_schedule`, about: [`schedule ${id}`] });
    answerJson(response, answer);
  }
}

async function done(
  schedules: Schedules,
  principal: Principal,
  id: string,
  action: ScheduleAction | "remove",
): Promise<object> {
  if (action !== "remove") return schedules[action](principal, id);
  await schedules.remove(principal, id);
  return { removed: id };
}

async function created(
  request: IncomingMessage,
  { jobs, schedules }: SchedulesApiDeps,
  principal: Principal,
  query: URLSearchParams,
): Promise<ShownScheduleWithTimes> {
  const options = optionsIn(query, [...wishNames, "template", "preview"]);
  const content = await jobs.read(request, formatOf(request, query));
  return schedules.create(principal, content, wishIn(query), options, query.get("preview") === "true");
}

function wishIn(query: URLSearchParams): ScheduleWish {
  return Object.fromEntries(wishNames.flatMap((name) => (query.has(name) ? [[name, query.get(name) ?? ""]] : [])));
}
