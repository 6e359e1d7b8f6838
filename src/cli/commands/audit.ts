import { GatewayError } from "../../core/errors.ts";
import { type JsonObject, isJsonObject, objectAt, stringAt } from "../../core/json.ts";
import { type AuditSource, type Given, auditSource } from "../audit-source.ts";
import { callText } from "../audit-text.ts";
import type { ClientOptions } from "../reached.ts";
import type { Context } from "../context.ts";
import { exitCodes } from "../exit-codes.ts";
import { printable, table } from "../terminal.ts";

/** What `audit ls` and `audit export` choose rows by. */
export interface AuditFilterOptions extends ClientOptions {
  readonly kind?: string;
  readonly upstream?: string;
  readonly tool?: string;
  readonly principal?: string;
  readonly outcome?: string;
  readonly code?: string;
  readonly errorId?: string;
  readonly since?: string;
  readonly until?: string;
}

export interface AuditListOptions extends AuditFilterOptions {
  readonly limit?: string;
  readonly before?: string;
}

async function withSource(
  context: Context,
  options: ClientOptions,
  run: (source: AuditSource) => Promise<number>,
): Promise<number> {
  using source = await auditSource(context, options);
  return await run(source);
}

function filterOf({
  kind,
  upstream,
  tool,
  principal,
  outcome,
  code,
  errorId,
  since,
  until,
}: AuditFilterOptions): Given {
  return { kind, upstream, tool, principal, outcome, code, errorId, since, until };
}

/**
 * Lists what is on record, the latest first.
 *
 * @throws {GatewayError} `invalid_params`, `invalid_config`, `store_unavailable`; as all of these commands.
 */
export function auditList(context: Context, options: AuditListOptions): Promise<number> {
  return withSource(context, options, async (source) => {
    const { limit, before } = options;
    const found = await source.list({ ...filterOf(options), limit, before });
    const rows = listIn(found, "rows");
    const { terminal } = context;
    if (options.json === true) for (const row of rows) terminal.out(JSON.stringify(row));
    else if (rows.length === 0) terminal.note("Nothing on record fits.");
    else terminal.out(table(["TIME", "ID", "WHO", "MS", "WHAT", "OUTCOME"], rows.map(cells), terminal.columns));
    return exitCodes.ok;
  });
}

function cells(row: JsonObject): string[] {
  const text = (key: string): string => printable(stringAt(row, key) ?? "");
  const { durationMs, kind } = row;
  const what = kind === "call" ? `${text("upstream")}/${text("tool") || text("name")}` : text("method");
  const about = kind === "call" && text("method") !== "tools/call" ? ` (${text("method")})` : "";
  const outcome = [text("outcome"), text("code")].filter((part) => part !== "").join(" ");
  const time = text("time");
  return [
    time,
    text("id"),
    text("principal"),
    typeof durationMs === "number" ? durationMs.toFixed(1) : "",
    what.replace(/^\//, "") + about,
    outcome,
  ];
}

/** Shows everything that is on record of one call. */
export function auditShow(id: string, context: Context, options: ClientOptions): Promise<number> {
  return withSource(context, options, async (source) => {
    const row = await source.show(id);
    context.terminal.out(options.json === true ? JSON.stringify(row) : callText(row));
    return exitCodes.ok;
  });
}

export interface AuditVerifyOptions extends ClientOptions {
  readonly anchor?: string;
}

/** Checks that nothing on record was changed, removed or put in between; ends with 6 where something was. */
export function auditVerify(context: Context, options: AuditVerifyOptions): Promise<number> {
  return withSource(context, options, async (source) => {
    const { terminal } = context;
    const report = await source.verify(options.anchor);
    const problems = listIn(report, "problems");
    if (options.json === true) terminal.out(JSON.stringify(report));
    else {
      const { rows, head } = report;
      for (const problem of problems) terminal.out(printable(stringAt(problem, "message") ?? ""));
      if (problems.length === 0) terminal.out(`The chain of ${String(rows)} rows is whole.`);
      if (typeof head === "string") {
        terminal.out(
          `Latest row: ${head}\nKept elsewhere, and given with --anchor, it shows later that nothing was cut off.`,
        );
      }
    }
    return problems.length === 0 ? exitCodes.ok : exitCodes.failed;
  });
}

export interface AuditSummaryOptions extends ClientOptions {
  readonly days: number;
}

/** Says what the calls of the last days came to. */
export function auditSummary(context: Context, options: AuditSummaryOptions): Promise<number> {
  return withSource(context, options, async (source) => {
    const summary = await source.summary({ since: `${options.days}d` });
    context.terminal.out(options.json === true ? JSON.stringify(summary) : summaryText(summary, options.days));
    return exitCodes.ok;
  });
}

function summaryText(summary: JsonObject, days: number): string {
  const calls = Number(summary["calls"]);
  const outcomes = countsText(objectAt(summary, "outcomes") ?? {});
  const head = `${calls} calls in ${days} day${days === 1 ? "" : "s"}${outcomes === "" ? "" : `: ${outcomes}`}`;
  if (calls === 0) return head;
  const ms = (key: string): string => `${Number(summary[key]).toFixed(1)} ms`;
  const parts = [head, `p50 ${ms("p50Ms")}, p95 ${ms("p95Ms")}, p99 ${ms("p99Ms")}`];
  for (const [key, title] of [
    ["tools", "TOOL"],
    ["principals", "WHO"],
  ] as const) {
    const rows = listIn(summary, key).map((row) => [
      printable(String(row["name"])),
      String(row["calls"]),
      String(row["failed"]),
    ]);
    if (rows.length > 0) parts.push(table([title, "CALLS", "FAILED"], rows, 200));
  }
  const errors = listIn(summary, "errors").map((row) => [printable(String(row["code"])), String(row["calls"])]);
  if (errors.length > 0) parts.push(table(["ERROR", "CALLS"], errors, 200));
  const cache = countsText(objectAt(summary, "cache") ?? {});
  if (cache !== "") parts.push(`Cache: ${cache}`);
  if (Number(summary["dropped"]) > 0)
    parts.push(`${String(summary["dropped"])} rows were lost because too many waited to be written.`);
  return parts.join("\n\n");
}

function countsText(counts: JsonObject): string {
  return Object.entries(counts)
    .map(([name, count]) => `${String(count)} ${name}`)
    .join(", ");
}

export interface AuditExportOptions extends AuditFilterOptions {
  readonly format?: string;
}

/** Writes what is on record to stdout, as it is read. */
export function auditExport(context: Context, options: AuditExportOptions): Promise<number> {
  return withSource(context, options, async (source) => {
    for await (const text of source.export({ ...filterOf(options), format: options.format })) {
      if (context.signal.aborted) return exitCodes.interrupted;
      if (context.terminal.left.aborted) return exitCodes.ok;
      await context.terminal.pour(text);
    }
    return exitCodes.ok;
  });
}

function listIn(object: JsonObject, key: string): JsonObject[] {
  const list = object[key];
  if (Array.isArray(list)) return list.filter(isJsonObject);
  throw new GatewayError("upstream_unavailable", `The gateway's answer has no ${key}`);
}
