import type { IncomingMessage, ServerResponse } from "node:http";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import type { Principal } from "../access/principal.ts";
import { GatewayError, toGatewayError } from "../core/errors.ts";
import type { Gateway } from "../gateway/gateway.ts";
import type { JobAction, Jobs, ResultsWish, Submission } from "../jobs/jobs.ts";
import type { ShownJob } from "../jobs/shown-job.ts";
import { decoded } from "./address.ts";
import { formatOf, optionsIn, queryOf, templateIn } from "./job-request.ts";
import { checkOperator, checkOwnOrigin, tellOperation } from "./operator-request.ts";
import { answerJson, refuse } from "./reply.ts";
import type { Visitor } from "./visitor.ts";

/** What jobs are served from. */
export interface JobsApiDeps {
  readonly gateway: Gateway;
  readonly jobs: Jobs;
}

const addresses = /^\/api\/(jobs|batches)(?:\/([^/]+)(?:\/(results|pause|resume|execute|cancel|retry))?)?$/;

/**
 * Serves `/api/jobs`: POST makes a job of the operations in its body, which are JSON, JSONL or CSV by its content type, with options in the
 * query, and `template` for CSV; with `from`, they are made of that job's results by `template`. GET lists the caller's jobs, everybody's with
 * `?all=true`. `/api/jobs/ID` shows one, `/api/jobs/ID/results` sends what became of its operations as JSONL, or with `?format=csv` as a table; with `?status=failed` of those that
 * failed; POST to `pause`, `resume`, `cancel` or `retry` below it does that.
 *
 * `/api/batches` is the same, but that what is made there begins when it is told to by POST to `/api/batches/ID/execute`.
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
  const [, kind, encoded, named] = found;
  const isBatch = kind === "batches";
  if (named === "execute" && !isBatch) return false;
  // A batch is a job that waits until it is executed.
  const what = named === "execute" ? "resume" : named;
  const id = encoded === undefined ? undefined : decoded(encoded);
  const isChange = request.method === "POST";
  const mayPost = id === undefined || (what !== undefined && what !== "results");
  const mayGet = what === undefined || what === "results";
  if (!(isChange ? mayPost : request.method === "GET" && mayGet)) {
    throw new GatewayError("method_not_allowed", `${path.slice(0, 200)} is not for ${String(request.method)}`);
  }
  if (isChange && id !== undefined) checkOperator(request, visitor);
  else checkOwnOrigin(request, visitor);
  answered(request, response, { gateway, jobs }, visitor, { id, what, isBatch }).catch((thrown: unknown) => {
    if (response.headersSent) response.destroy();
    else refuse(response, toGatewayError(thrown));
    request.resume();
  });
  return true;
}

/** What a request is about. */
interface Asked {
  readonly id: string | undefined;
  readonly what: string | undefined;
  readonly isBatch: boolean;
}

async function answered(
  request: IncomingMessage,
  response: ServerResponse,
  { gateway, jobs }: JobsApiDeps,
  visitor: Visitor,
  { id, what, isBatch }: Asked,
): Promise<void> {
  const { principal } = visitor;
  const query = queryOf(request);
  if (id === undefined && request.method === "POST") {
    answerJson(response, await submitted(request, jobs, principal, query, { isHeld: isBatch }), 202);
  } else if (id === undefined) {
    const listed = await jobs.list(principal, listIn(query));
    answerJson(response, isBatch ? { batches: listed } : { jobs: listed });
  } else if (what === undefined) answerJson(response, await jobs.showWhole(principal, id));
  else if (what === "results") {
    const wish = resultsIn(query);
    await sendResults(await jobs.results(principal, id, wish), wish, response);
  } else {
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
  submission: Submission,
): Promise<ShownJob> {
  const options = optionsIn(query, ["template", "from"]);
  const from = query.get("from");
  if (from === null) return jobs.receive(principal, request, formatOf(request, query), options, submission);
  request.resume();
  return jobs.submitFrom(principal, from, templateIn(query.get("template")), options, submission);
}

function resultsIn(query: URLSearchParams): ResultsWish {
  const [status, format] = [query.get("status"), query.get("format") ?? "jsonl"];
  if (status !== null && status !== "failed")
    throw new GatewayError("invalid_params", "status must be failed, or left out for all results");
  if (format !== "jsonl" && format !== "csv") throw new GatewayError("invalid_params", "format must be jsonl or csv");
  return status === null ? { format } : { format, only: status };
}

function actionIn(text: string): JobAction {
  if (text === "pause" || text === "resume" || text === "cancel") return text;
  throw new GatewayError("internal_error", `${text} is no action`);
}

async function sendResults(
  lines: AsyncGenerator<string>,
  { format }: ResultsWish,
  response: ServerResponse,
): Promise<void> {
  response.writeHead(200, { "content-type": format === "csv" ? "text/csv; charset=utf-8" : "application/x-ndjson" });
  await pipeline(Readable.from(ended(lines)), response);
}

async function* ended(lines: AsyncGenerator<string>): AsyncGenerator<string> {
  for await (const line of lines) yield `${line}\n`;
}

function listIn(query: URLSearchParams): { readonly all: boolean; readonly max: number } {
  const max = Number(query.get("limit") ?? 100);
  if (!Number.isInteger(max) || max < 1)
    throw new GatewayError("invalid_params", "limit must be a whole number from 1");
  return { all: query.get("all") === "true", max };
}
