import type { IncomingMessage, ServerResponse } from "node:http";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import type { Principal } from "../access/principal.ts";
import { GatewayError, toGatewayError } from "../core/errors.ts";
import { isJsonObject } from "../core/json.ts";
import type { Gateway } from "../gateway/gateway.ts";
import { jobOptionNames } from "../jobs/job-options.ts";
import type { JobAction, Jobs, ResultsWish } from "../jobs/jobs.ts";
import type { InputFormat } from "../jobs/read-operations.ts";
import type { ShownJob } from "../jobs/shown-job.ts";
import { decoded } from "./address.ts";
import { checkOperator, checkOwnOrigin, tellOperation } from "./operator-request.ts";
import { answerJson, refuse } from "./reply.ts";
import type { Visitor } from "./visitor.ts";

/** What jobs are served from. */
export interface JobsApiDeps {
  readonly gateway: Gateway;
  readonly jobs: Jobs;
}

const addresses = /^\/api\/jobs(?:\/([^/]+)(?:\/(results|pause|resume|cancel|retry))?)?$/;

/**
 * Serves `/api/jobs`: POST makes a job of the operations in its body, which are JSON, JSONL or CSV by its content type, with options in the
 * query, and `template` for CSV; with `from`, they are made of that job's results by `template`. GET lists the caller's jobs, everybody's with
 * `?all=true`. `/api/jobs/ID` shows one, `/api/jobs/ID/results` sends what became of its operations as JSONL, with `?status=failed` of those that
 * failed; POST to `pause`, `resume`, `cancel` or `retry` below it does that.
 *
 * False where the path is another one.
 *
 * @throws {GatewayError} `method_not_allowed`, `forbidden_origin`, `unsupported_media_type`; in the answer what {@link Jobs} throws.
 */
export function answerJobs(
  request: IncomingMessage,
  response: ServerResponse,
  path: string,
  { gateway, jobs }: JobsApiDeps,
  visitor: Visitor,
): boolean {
  const found = addresses.exec(path);
  if (found === null) return false;
  const [, encoded, what] = found;
  const id = encoded === undefined ? undefined : decoded(encoded);
  const isChange = request.method === "POST";
  const mayPost = id === undefined || (what !== undefined && what !== "results");
  const mayGet = what === undefined || what === "results";
  if (!(isChange ? mayPost : request.method === "GET" && mayGet)) {
    throw new GatewayError("method_not_allowed", `${path.slice(0, 200)} is not for ${String(request.method)}`);
  }
  if (isChange && id !== undefined) checkOperator(request, visitor);
  else checkOwnOrigin(request, visitor);
  answered(request, response, { gateway, jobs }, visitor, id, what).catch((thrown: unknown) => {
    if (response.headersSent) response.destroy();
    else refuse(response, toGatewayError(thrown));
    request.resume();
  });
  return true;
}

async function answered(
  request: IncomingMessage,
  response: ServerResponse,
  { gateway, jobs }: JobsApiDeps,
  visitor: Visitor,
  id: string | undefined,
  what: string | undefined,
): Promise<void> {
  const { principal } = visitor;
  const query = queryOf(request);
  if (id === undefined && request.method === "POST") {
    answerJson(response, await submitted(request, jobs, principal, query), 202);
  } else if (id === undefined) {
    answerJson(response, { jobs: await jobs.list(principal, listIn(query)) });
  } else if (what === undefined) answerJson(response, await jobs.show(principal, id));
  else if (what === "results") await sendResults(await jobs.results(principal, id, resultsIn(query)), response);
  else {
    request.resume();
    const job = what === "retry" ? await jobs.retry(principal, id) : await jobs.act(principal, id, actionIn(what));
    tellOperation(gateway, visitor, { operation: `${what}_job`, about: [`job ${id}`] });
    answerJson(response, job, what === "retry" ? 202 : 200);
  }
}

function submitted(
  request: IncomingMessage,
  jobs: Jobs,
  principal: Principal,
  query: URLSearchParams,
): Promise<ShownJob> {
  const options = optionsIn(query);
  const from = query.get("from");
  if (from === null) return jobs.receive(principal, request, formatOf(request, query), options);
  request.resume();
  return jobs.submitFrom(principal, from, templateIn(query.get("template")), options);
}

function resultsIn(query: URLSearchParams): ResultsWish {
  const status = query.get("status");
  if (status === null) return {};
  if (status === "failed") return { only: "failed" };
  throw new GatewayError("invalid_params", "status must be failed, or left out for all results");
}

function actionIn(text: string): JobAction {
  if (text === "pause" || text === "resume" || text === "cancel") return text;
  throw new GatewayError("internal_error", `${text} is no action`);
}

async function sendResults(lines: AsyncGenerator<string>, response: ServerResponse): Promise<void> {
  response.writeHead(200, { "content-type": "application/x-ndjson" });
  await pipeline(Readable.from(ended(lines)), response);
}

async function* ended(lines: AsyncGenerator<string>): AsyncGenerator<string> {
  for await (const line of lines) yield `${line}\n`;
}

function queryOf({ url = "" }: IncomingMessage): URLSearchParams {
  const at = url.indexOf("?");
  return new URLSearchParams(at === -1 ? "" : url.slice(at));
}

function listIn(query: URLSearchParams): { readonly all: boolean; readonly max: number } {
  const max = Number(query.get("limit") ?? 100);
  if (!Number.isInteger(max) || max < 1)
    throw new GatewayError("invalid_params", "limit must be a whole number from 1");
  return { all: query.get("all") === "true", max };
}

/** Their ranges are checked where jobs are made. */
function optionsIn(query: URLSearchParams): Readonly<Record<string, number | string>> {
  const options: Record<string, number | string> = {};
  for (const [name, text] of query) {
    if (name === "template" || name === "from") continue;
    if (!jobOptionNames.some((known) => known === name)) {
      const message = `There is no option ${JSON.stringify(name.slice(0, 100))}; there are ${jobOptionNames.join(", ")}`;
      throw new GatewayError("invalid_params", message);
    }
    options[name] = name === "onError" || text === "" ? text : Number(text);
  }
  return options;
}

function formatOf({ headers }: IncomingMessage, query: URLSearchParams): InputFormat {
  const [type = ""] = (headers["content-type"] ?? "").toLowerCase().split(";");
  switch (type.trim()) {
    case "application/json":
      return { kind: "json" };
    case "application/x-ndjson":
    case "application/jsonl":
      return { kind: "jsonl" };
    case "text/csv":
      return { kind: "csv", template: templateIn(query.get("template")) };
    default:
      throw new GatewayError(
        "unsupported_media_type",
        "Operations come as application/json, application/x-ndjson or text/csv",
      );
  }
}

function templateIn(text: string | null): Record<string, unknown> {
  let value: unknown;
  try {
    value = JSON.parse(text ?? "");
  } catch {
    // Said below.
  }
  if (isJsonObject(value)) return { ...value };
  throw new GatewayError(
    "invalid_params",
    "template must be one operation as JSON, with {{column}} for what columns hold",
  );
}
