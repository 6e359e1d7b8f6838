import { answers } from "./answers.ts";
import type { ApiDeps } from "./api-deps.ts";
import { answerRecord } from "./audit-api.ts";
import { answerCache } from "./cache-api.ts";
import { answerRestCall, callPath } from "./call-api.ts";
import { answerConnections, endConnection } from "./connections-api.ts";
import { answerAccess } from "./access-api.ts";
import { acknowledgeAlert, answerAlerts, answerSlo } from "./alerts-api.ts";
import { type Endpoint, type Exchange, bodyOf } from "./endpoint.ts";
import { answerEvents } from "./events-api.ts";
import { jobRowsAt, scheduleRows } from "./job-endpoints.ts";
import { answerKeys } from "./keys-api.ts";
import { answerLimits } from "./limits-api.ts";
import { answerMetrics } from "./metrics-api.ts";
import { modelJobRows } from "./model-jobs.ts";
import { overview } from "./overview-api.ts";
import { promptRows } from "./prompt-endpoints.ts";
import { answerReport } from "./reports-api.ts";
import { replayCall } from "./replay-api.ts";
import { answerSettings } from "./settings-api.ts";
import { answerStatus } from "./status-api.ts";
import { answerTool, answerTools } from "./tools-api.ts";
import { upstreamRows } from "./upstream-endpoints.ts";
import { answerResources, answerUsage } from "./usage-api.ts";
import { answerDeliveries, answerWebhooks } from "./webhooks-api.ts";

type Row = Endpoint<ApiDeps>;
type Served = Exchange<ApiDeps>;

/** Every endpoint below `/api/`, and the others for those who are let in: what is not here is not served, and what is here is in the description. */
export function endpoints(): readonly Row[] {
  const rows = [
    ...standing(),
    ...configured,
    ...watching,
    ...webhookRows,
    ...alertRows,
    ...calling,
    ...upstreamRows,
    ...jobRowsAt("/api/jobs", "job", "jobs"),
    ...modelJobRows,
    ...jobRowsAt("/api/batches", "batch", "batches"),
    ...scheduleRows,
    ...promptRows,
    reportRow,
    ...recordRows,
    ...keeping,
    ...people,
  ];
  return rows.map((row) => {
    const answer = answers[`${row.method} ${row.path}`];
    return answer === undefined ? row : Object.assign({ answer }, row);
  });
}

const reportRow: Row = {
  method: "GET",
  path: "/api/reports/{id}",
  says: "A report that was written for you, as a file to save; docs/queries.md.",
  answers: "application/octet-stream",
  serve: answerReport,
};

const text = { type: "string" } as const;
const textList = { type: "array", items: text } as const;

function standing(): Row[] {
  return [
    {
      method: "GET",
      path: "/api/overview",
      action: "read_status",
      says: "How everything stands in short; for operators with figures, at most a second old.",
      serve: overview(),
    },
    {
      method: "GET",
      path: "/api/status",
      action: "read_status",
      says: "How everything stands: store, servers, profiles.",
      serve: answerStatus,
    },
    {
      method: "GET",
      path: "/api/usage",
      action: "read_metrics",
      says: "Calls of each tool since the start: how many, how many failed, how long they took.",
      serve: answerUsage,
    },
    {
      method: "GET",
      path: "/api/resources",
      action: "read_metrics",
      says: "What the gateway, each server's processes and the disk have in use.",
      serve: answerResources,
    },
    {
      method: "GET",
      path: "/api/metrics",
      action: "read_metrics",
      says: "Everything that is measured, with quantiles.",
      serve: metrics,
    },
    {
      method: "GET",
      path: "/metrics",
      action: "read_metrics",
      says: "Everything that is measured, as Prometheus reads it.",
      answers: "text/plain",
      serve: metrics,
    },
  ];
}

const configured: readonly Row[] = [
  {
    method: "GET",
    path: "/api/limits",
    action: "read_metrics",
    says: "What limits calls, sessions, requests and watchers, and how much of it is in use.",
    serve: answerLimits,
  },
  {
    method: "GET",
    path: "/api/settings",
    action: "read_config",
    says: "Every setting, without secrets: its value, whether it is written in the file, and when a change is taken up.",
    serve: answerSettings,
  },
];

function metrics({ request, response, path, deps }: Served): void {
  answerMetrics(request, response, path, deps.metrics);
}

function events({ request, response, path, deps, visitor }: Served): void {
  answerEvents(request, response, path, deps, visitor);
}

const watching: readonly Row[] = [
  {
    method: "GET",
    path: "/api/events",
    action: "watch_events",
    says: "What happens, as it happens; see docs/events.md.",
    query: {
      topics: "What to watch, separated by commas. Default: all that you may.",
      upstream: "Patterns of servers.",
      tool: "Patterns of tools.",
      type: "Patterns of message types.",
      since: "The id of the last message that you have.",
      follow: "`false` answers with the last messages as JSON.",
      last: "How many of them, up to 1000.",
    },
    answers: "text/event-stream",
    serve: events,
  },
  {
    method: "GET",
    path: "/docs/events",
    action: "watch_events",
    says: "Every message of the live stream, described (AsyncAPI 3).",
    serve: events,
  },
];

const webhookRows: readonly Row[] = [
  {
    method: "GET",
    path: "/api/webhooks",
    action: "read_webhooks",
    says: "How each webhook does.",
    serve: answerWebhooks,
  },
  {
    method: "GET",
    path: "/api/webhooks/{name}/deliveries",
    action: "read_webhooks",
    says: "What became of the latest messages to a webhook.",
    serve: answerDeliveries,
  },
];

const alertRows: readonly Row[] = [
  {
    method: "GET",
    path: "/api/alerts",
    action: "operate_alerts",
    says: "What fires, what may soon, what is over, and by which rules.",
    serve: answerAlerts,
  },
  {
    method: "POST",
    path: "/api/alerts/{id}/acknowledge",
    action: "operate_alerts",
    says: "Notes, for everybody who sees the alert, that you see to it.",
    body: bodyOf({}),
    serve: acknowledgeAlert,
  },
  {
    method: "GET",
    path: "/api/slo",
    action: "operate_alerts",
    says: "How each tool called in the last six hours does what is expected of it.",
    serve: answerSlo,
  },
];

const calling: readonly Row[] = [
  {
    method: "GET",
    path: "/api/tools",
    says: "The tools that you may use, by name.",
    query: {
      search: "Words that all stand in the name, title or description.",
      upstream: "Of this server alone.",
      limit: "How many at once, 1 to 1000. Default 100.",
      after: "What `next` of the page before says.",
    },
    serve: answerTools,
  },
  { method: "GET", path: "/api/tools/{name}", says: "One tool, with its schemas.", serve: answerTool },
  {
    method: "POST",
    path: callPath,
    says: "Calls a tool. With `Accept: text/event-stream` progress is told before the result. The headers `switchyard-call` and `switchyard-cache`, or the event `call`, say under which id it is on record and what the cache did.",
    body: bodyOf({ tool: text, arguments: { type: "object" }, profile: text }, ["tool"]),
    serve: ({ request, response, deps: { gateway }, visitor }) => {
      answerRestCall(request, response, gateway, visitor);
    },
  },
];

function record({ request, response, path, deps: { trail, gateway }, visitor }: Served): void {
  answerRecord(request, response, path, { trail, now: () => gateway.deps.clock.now() }, visitor);
}

const filters = {
  kind: "`call` or `event`.",
  upstream: "A server.",
  tool: "A tool.",
  principal: "Whose.",
  outcome: "How it ended.",
  code: "Why it failed.",
  since: "From then on: a time, or how long ago, as `2h`.",
  until: "Before then.",
} as const;

const recordRows: readonly Row[] = [
  {
    method: "GET",
    path: "/api/calls",
    action: "read_audit",
    says: "What is on record, the latest first.",
    query: { ...filters, limit: "How many.", before: "An id: what came before it." },
    serve: record,
  },
  { method: "GET", path: "/api/calls/{id}", action: "read_audit", says: "One row, whole.", serve: record },
  {
    method: "POST",
    path: "/api/calls/{id}/replay",
    action: "read_arguments",
    says: "Makes a tool call on record once more, as yours; of a tool that may change something, with `confirmed` alone. What was redacted or cut off cannot be made again.",
    body: bodyOf({ confirmed: { type: "boolean" } }),
    serve: replayCall,
  },
  {
    method: "GET",
    path: "/api/errors/{id}",
    action: "read_audit",
    says: "The call whose failure has this id, whole.",
    serve: record,
  },
  {
    method: "GET",
    path: "/api/audit/summary",
    action: "read_audit",
    says: "Counts and quantiles of a period, a week where none is said.",
    query: { since: filters.since, until: filters.until },
    serve: record,
  },
  {
    method: "GET",
    path: "/api/audit/verify",
    action: "read_audit",
    says: "Whether the record is whole.",
    query: { anchor: "A number and hash that were noted earlier." },
    serve: record,
  },
  {
    method: "GET",
    path: "/api/audit/export",
    action: "read_audit",
    says: "All of the record.",
    query: { ...filters, format: "`jsonl` or `csv`." },
    answers: "application/x-ndjson",
    serve: record,
  },
];

function cache({ request, response, path, deps, visitor }: Served): void {
  answerCache(request, response, path, deps, visitor);
}

const keeping: readonly Row[] = [
  {
    method: "GET",
    path: "/api/cache",
    action: "operate_cache",
    says: "How the result cache does, and for which tools.",
    serve: cache,
  },
  {
    method: "POST",
    path: "/api/cache/purge",
    action: "operate_cache",
    says: "Drops what fits all that is said; everything with `{}`.",
    body: bodyOf({ upstream: text, tool: text, tag: text, pattern: text, user: text }),
    serve: cache,
  },
  {
    method: "POST",
    path: "/api/cache/warm",
    action: "operate_cache",
    says: "Makes the configured calls now.",
    body: bodyOf({}),
    serve: cache,
  },
];

function keys({ request, response, path, deps, visitor }: Served): void {
  answerKeys(request, response, path, { gateway: deps.gateway, keys: deps.access.keys }, visitor);
}

const people: readonly Row[] = [
  { method: "GET", path: "/api/access", says: "Who you are here, and what each role may do.", serve: answerAccess },
  { method: "GET", path: "/api/keys", action: "manage_keys", says: "The API keys.", serve: keys },
  {
    method: "POST",
    path: "/api/keys",
    action: "manage_keys",
    says: "Makes an API key, whose text is in the answer and nowhere else.",
    body: bodyOf({ name: text, role: text, grants: textList, expiresAt: { type: "number" } }, ["name"]),
    serve: keys,
  },
  { method: "GET", path: "/api/keys/{id}", action: "manage_keys", says: "One API key.", serve: keys },
  {
    method: "DELETE",
    path: "/api/keys/{id}",
    action: "manage_keys",
    says: "Revokes an API key, and ends what is done with it.",
    body: bodyOf({}),
    serve: keys,
  },
  {
    method: "GET",
    path: "/api/connections",
    action: "manage_connections",
    says: "Who is connected, and how many sessions of MCP over HTTP there are.",
    serve: answerConnections,
  },
  {
    method: "DELETE",
    path: "/api/connections/{id}",
    action: "manage_connections",
    says: "Ends a connection.",
    body: bodyOf({}),
    serve: endConnection,
  },
];
