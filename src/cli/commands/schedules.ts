import { GatewayError } from "../../core/errors.ts";
import { type JsonObject, isJsonObject, objectAt, stringAt } from "../../core/json.ts";
import { type ClientOptions, gatewayOf } from "../reached.ts";
import type { Context } from "../context.ts";
import { exitCodes } from "../exit-codes.ts";
import { type JobRuleOptions, bytesOf, jobQueryOf, queryOf, typeOf } from "../operations-file.ts";
import { askGateway, sendStream } from "../running.ts";
import { printable, table } from "../terminal.ts";

/** What `schedules create` makes a schedule with. */
export interface CreateScheduleOptions extends ClientOptions, JobRuleOptions {
  readonly cron?: string;
  readonly rrule?: string;
  readonly start?: string;
  readonly zone?: string;
  readonly name?: string;
  readonly template?: string;
  readonly missed?: string;
  readonly overlap?: string;
  readonly dryRun?: boolean;
}

export interface ListSchedulesOptions extends ClientOptions {
  readonly all?: boolean;
}

/**
 * Makes a schedule of the operations in a file, or only shows its next times.
 *
 * @throws {GatewayError} `usage`; what the gateway refuses with; as all of these commands `upstream_unavailable`.
 */
export async function createSchedule(file: string, context: Context, options: CreateScheduleOptions): Promise<number> {
  const { cron, rrule, start, name, template, missed, overlap, dryRun } = options;
  if ((cron === undefined) === (rrule === undefined)) {
    throw new GatewayError("usage", "Either --cron or --rrule says when");
  }
  const type = typeOf(file);
  if ((type === "text/csv") !== (template !== undefined)) {
    throw new GatewayError("usage", "--template goes with a CSV file, and a CSV file with --template");
  }
  const { zone = Intl.DateTimeFormat().resolvedOptions().timeZone } = options;
  const preview = dryRun === true ? "true" : undefined;
  const wish = { cron, rrule, start, zone, name, missed, overlap, template, preview };
  const gateway = await gatewayOf(context, options);
  const query = queryOf({ ...wish, ...jobQueryOf(options) });
  const made = await sendStream(gateway, `/api/schedules${query}`, type, bytesOf(file), context.signal);
  return told(made, context, options);
}

/** Lists schedules, the latest first. */
export async function listSchedules(context: Context, options: ListSchedulesOptions): Promise<number> {
  const answer = await ask(context, options, `/api/schedules${options.all === true ? "?all=true" : ""}`);
  const schedules = Array.isArray(answer["schedules"]) ? answer["schedules"].filter(isJsonObject) : [];
  const { terminal } = context;
  if (options.json === true) for (const each of schedules) terminal.out(JSON.stringify(each));
  else if (schedules.length === 0) terminal.note("There are no schedules.");
  else {
    const head = ["ID", "STATUS", "WHEN", "ZONE", "NEXT", "OPERATIONS", "OWNER", "NAME"];
    terminal.out(table(head, schedules.map(cells), terminal.columns));
  }
  return exitCodes.ok;
}

function cells(schedule: JsonObject): string[] {
  const text = (key: string): string => printable(stringAt(schedule, key) ?? "");
  const next = printable(stringAt(objectAt(schedule, "nextAt") ?? {}, "local") ?? "-");
  const when = text("cron") || text("rrule");
  const operations = operationsOf(schedule).replace(/ operations$/, "");
  return [text("scheduleId"), text("status"), when, text("zone"), next, operations, text("owner"), text("name")];
}

/** Shows how a schedule stands. */
export async function showSchedule(id: string, context: Context, options: ClientOptions): Promise<number> {
  return told(await ask(context, options, pathOf(id)), context, options);
}

/** Pauses, resumes or runs a schedule. */
export async function actOnSchedule(
  action: string,
  id: string,
  context: Context,
  options: ClientOptions,
): Promise<number> {
  return told(await ask(context, options, `${pathOf(id)}/${action}`, { body: {} }), context, options);
}

/** Forgets a schedule. */
export async function removeSchedule(id: string, context: Context, options: ClientOptions): Promise<number> {
  const answer = await ask(context, options, pathOf(id), { method: "DELETE" });
  const { terminal } = context;
  terminal.out(options.json === true ? JSON.stringify(answer) : `Schedule ${printable(id)} is removed.`);
  return exitCodes.ok;
}

function pathOf(id: string): string {
  return `/api/schedules/${encodeURIComponent(id)}`;
}

async function ask(
  context: Context,
  options: ClientOptions,
  path: string,
  request: { readonly body?: JsonObject; readonly method?: "DELETE" } = {},
): Promise<JsonObject> {
  const gateway = await gatewayOf(context, options);
  const read = await askGateway(gateway, path, { ...request, waitMs: 5000, signal: context.signal });
  if (isJsonObject(read)) return read;
  throw new GatewayError("upstream_unavailable", `What answers at ${gateway.url} has no schedules`);
}

function told(schedule: JsonObject, { terminal }: Context, { json }: ClientOptions): number {
  terminal.out(json === true ? JSON.stringify(schedule) : linesOf(schedule).map(printable).join("\n"));
  return exitCodes.ok;
}

function linesOf(schedule: JsonObject): string[] {
  const text = (key: string): string => stringAt(schedule, key) ?? "";
  const id = text("scheduleId");
  const code = text("code") === "" ? "" : ` (${text("code")})`;
  const head = id === "" ? "Not kept" : `Schedule ${id}: ${text("status")}${code}`;
  const when = text("cron") || `${text("rrule")} from ${text("start")}`;
  const ways = `${when} in ${text("zone")}; missed: ${text("missed")}; overlap: ${text("overlap")}`;
  return [`${head}; ${operationsOf(schedule)}`, `  ${ways}`, ...timesOf(schedule), ...past(schedule)];
}

/** How many a job has; where it reads them, of what. */
function operationsOf(schedule: JsonObject): string {
  const each = objectAt(schedule, "each");
  return each === undefined ? `${String(schedule["operations"])} operations` : `each row of ${textAt(each, "tool")}`;
}

function timesOf(schedule: JsonObject): string[] {
  const next = Array.isArray(schedule["next"]) ? schedule["next"].filter(isJsonObject) : [];
  const waiting = Number(schedule["waiting"]);
  return [
    ...next.map((time) => `  next   ${stringAt(time, "local") ?? ""}`),
    ...(waiting > 0 ? [`  ${waiting} wait until the job before is over`] : []),
  ];
}

function past(schedule: JsonObject): string[] {
  const [last, problem] = [objectAt(schedule, "last"), objectAt(schedule, "problem")];
  return [
    ...(last === undefined ? [] : [`  last   ${textAt(last, "dueAt")}: job ${textAt(last, "jobId")}`]),
    ...(problem === undefined ? [] : [`  failed ${textAt(problem, "dueAt")}: ${textAt(problem, "message")}`]),
  ];
}

function textAt(object: JsonObject, key: string): string {
  return stringAt(object, key) ?? "";
}
