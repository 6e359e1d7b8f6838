import { setTimeout as pause } from "node:timers/promises";
import { GatewayError } from "../../core/errors.ts";
import { type JsonObject, isJsonObject, objectAt, stringAt } from "../../core/json.ts";
import { type ClientOptions, gatewayOf } from "../reached.ts";
import type { Context } from "../context.ts";
import { exitCodes } from "../exit-codes.ts";
import { type JobRuleOptions, bytesOf, jobQueryOf, nothing, queryOf, typeOf } from "../operations-file.ts";
import { askGateway, sendStream, streamFrom } from "../running.ts";
import { printable, table } from "../terminal.ts";

/** What `jobs submit` makes a job with. */
export interface SubmitOptions extends ClientOptions, JobRuleOptions {
  readonly template?: string;
  readonly dryRun?: string;
  /** The earlier job whose results it is made of. */
  readonly from?: string;
}

export interface JobResultsOptions extends ClientOptions {
  readonly failed?: boolean;
  readonly csv?: boolean;
}

export interface ListJobsOptions extends ClientOptions {
  readonly all?: boolean;
}

/**
 * Makes a job of the operations in a file, which is sent as it is read.
 *
 * @throws {GatewayError} `usage` — the file's ending says nothing, or it cannot be read; what the gateway refuses with; as all of these commands
 *   `upstream_unavailable`.
 */
export async function submitJob(file: string | undefined, context: Context, options: SubmitOptions): Promise<number> {
  if ((file === undefined) === (options.from === undefined)) {
    throw new GatewayError("usage", "Operations come from a file, or with --from from the results of a job");
  }
  const type = file === undefined ? "application/json" : typeOf(file);
  if ((type === "text/csv" || file === undefined) !== (options.template !== undefined)) {
    throw new GatewayError(
      "usage",
      "--template goes with a CSV file and with --from, and both of them with --template",
    );
  }
  const gateway = await gatewayOf(context, options);
  const bytes = file === undefined ? nothing() : bytesOf(file);
  const { template, dryRun, from } = options;
  const query = queryOf({ template, ...jobQueryOf(options), dryRun, from });
  const job = await sendStream(gateway, `/api/jobs${query}`, type, bytes, context.signal);
  return told(job, context, options, (text) => `Job ${text("jobId")} has begun; \`switchyard jobs watch\` follows it.`);
}

/** Lists jobs, the latest first. */
export async function listJobs(context: Context, options: ListJobsOptions): Promise<number> {
  const answer = await ask(context, options, `/api/jobs${options.all === true ? "?all=true" : ""}`);
  const jobs = Array.isArray(answer["jobs"]) ? answer["jobs"].filter(isJsonObject) : [];
  const { terminal } = context;
  if (options.json === true) for (const job of jobs) terminal.out(JSON.stringify(job));
  else if (jobs.length === 0) terminal.note("There are no jobs.");
  else terminal.out(table(["ID", "STATUS", "DONE", "FAILED", "OWNER", "CREATED"], jobs.map(cells), terminal.columns));
  return exitCodes.ok;
}

function cells(job: JsonObject): string[] {
  const text = (key: string): string => printable(stringAt(job, key) ?? "");
  const counts = objectAt(job, "counts") ?? {};
  const done = Number(counts["succeeded"]) + Number(counts["failed"]);
  const of = `${done}/${String(counts["total"])}`;
  return [text("jobId"), text("status"), of, String(counts["failed"]), text("owner"), text("createdAt")];
}

/** Shows how a job stands. */
export async function showJob(id: string, context: Context, options: ClientOptions): Promise<number> {
  return told(await ask(context, options, pathOf(id)), context, options, undefined);
}

/** Pauses, resumes, cancels or retries a job. */
export async function actOnJob(action: string, id: string, context: Context, options: ClientOptions): Promise<number> {
  return told(await ask(context, options, `${pathOf(id)}/${action}`, {}), context, options, undefined);
}

const watchEveryMs = 500;

/** Shows how far a job is until it is over; ends with 1 where an operation failed. */
export async function watchJob(id: string, context: Context, options: ClientOptions): Promise<number> {
  const { terminal, signal } = context;
  let last = "";
  for (;;) {
    const job = await ask(context, options, pathOf(id));
    const line = options.json === true ? JSON.stringify(job) : `${barOf(job)} ${textOf(job)}`;
    const status = stringAt(job, "status") ?? "";
    const isLast = status === "completed" || status === "failed" || status === "cancelled";
    if (options.json === true && line !== last) terminal.out(line);
    else if (isLast) terminal.out(textOf(job));
    else if (line !== last) terminal.progress(line);
    last = line;
    if (isLast) {
      return Number(objectAt(job, "counts")?.["failed"]) === 0 && status === "completed"
        ? exitCodes.ok
        : exitCodes.toolFailed;
    }
    await pause(watchEveryMs, undefined, { signal });
  }
}

const barWidth = 30;

function barOf(job: JsonObject): string {
  const percent = Number(objectAt(job, "progress")?.["percent"]);
  const full = Math.floor((Math.min(100, Math.max(0, percent)) * barWidth) / 100);
  return `[${"#".repeat(full)}${"-".repeat(barWidth - full)}]`;
}

/** Writes what became of the operations to stdout, one a line. */
export async function jobResults(id: string, context: Context, options: JobResultsOptions): Promise<number> {
  const gateway = await gatewayOf(context, options);
  let rest = "";
  const query = queryOf({
    status: options.failed === true ? "failed" : undefined,
    format: options.csv === true ? "csv" : undefined,
  });
  for await (const piece of streamFrom(gateway, `${pathOf(id)}/results${query}`)) {
    const lines = (rest + piece).split("\n");
    rest = lines.pop() ?? "";
    if (lines.length > 0) context.terminal.out(lines.join("\n"));
  }
  return exitCodes.ok;
}

function pathOf(id: string): string {
  return `/api/jobs/${encodeURIComponent(id)}`;
}

async function ask(context: Context, options: ClientOptions, path: string, body?: JsonObject): Promise<JsonObject> {
  const gateway = await gatewayOf(context, options);
  const read = await askGateway(gateway, path, { ...(body && { body }), waitMs: 5000, signal: context.signal });
  if (isJsonObject(read)) return read;
  throw new GatewayError("upstream_unavailable", `What answers at ${gateway.url} has no jobs`);
}

function told(
  job: JsonObject,
  { terminal }: Context,
  { json }: ClientOptions,
  say: ((text: (key: string) => string) => string) | undefined,
): number {
  const text = (key: string): string => printable(stringAt(job, key) ?? "");
  terminal.out(json === true ? JSON.stringify(job) : (say?.(text) ?? `Job ${text("jobId")}: ${textOf(job)}`));
  return exitCodes.ok;
}

function textOf(job: JsonObject): string {
  const { percent, perSecond, remainingMs, message } = objectAt(job, "progress") ?? {};
  const rate = typeof perSecond === "number" ? `, ${perSecond}/s` : "";
  const left = typeof remainingMs === "number" ? `, ${Math.ceil(remainingMs / 1000)} s left` : "";
  return printable(
    `${stringAt(job, "status") ?? ""} ${String(percent)} %: ${String(message)}${rate}${left}${pagesOf(job)}`,
  );
}

/** How far a job has read a tool's pages, and why no further; nothing where it reads none. */
function pagesOf(job: JsonObject): string {
  const each = objectAt(job, "each");
  if (each === undefined) return "";
  const problem = objectAt(each, "problem");
  const pages = `; ${String(each["pages"])} pages of ${stringAt(each, "tool") ?? ""}`;
  return problem === undefined ? pages : `${pages}, then: ${stringAt(problem, "message") ?? ""}`;
}
