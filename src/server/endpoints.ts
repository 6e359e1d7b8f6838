import type { JsonObject } from "../core/json.ts";
import { operations } from "../gateway/operations.ts";
import { jobOptionNames } from "../jobs/job-options.ts";
import type { ApiDeps } from "./api-deps.ts";
import { answerRecord } from "./audit-api.ts";
import { answerCache } from "./cache-api.ts";
import { answerRestCall, callPath } from "./call-api.ts";
import { answerConnections, endConnection } from "./connections-api.ts";
import { answerDefinitions } from "./definitions-api.ts";
import type { Endpoint, Exchange } from "./endpoint.ts";
import { answerEvents } from "./events-api.ts";
import { answerJobs } from "./jobs-api.ts";
import { answerKeys } from "./keys-api.ts";
import { answerLog } from "./logs-endpoint.ts";
import { answerMetrics } from "./metrics-api.ts";
import { overview } from "./overview-api.ts";
import { answerStatus, answerUpstream, answerUpstreamList } from "./status-api.ts";
import { answerUpstreams } from "./upstreams-api.ts";
import { answerResources, answerUsage } from "./usage-api.ts";

type Row = Endpoint<ApiDeps>;
type Served = Exchange<ApiDeps>;

/** Every endpoint below `/api/`, and the others for those who are let in: what is not here is not served, and what is here is in the description. */
export function endpoints(): readonly Row[] {
  return [...standing(), ...watching, ...calling, ...upstreamRows, ...jobRows, ...recordRows, ...keeping, ...people];
}

const text: JsonObject = { type: "string" };
const flag: JsonObject = { type: "boolean" };
const textList: JsonObject = { type: "array", items: text };

function object(properties: JsonObject, required: readonly string[] = []): JsonObject {
  return { type: "object", properties, required: [...required], additionalProperties: false };
}

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

const calling: readonly Row[] = [
  {
    method: "POST",
    path: callPath,
    says: "Calls a tool. With `Accept: text/event-stream` progress is told before the result.",
    body: object({ tool: text, arguments: { type: "object" }, profile: text }, ["tool"]),
    serve: ({ request, response, deps: { gateway }, visitor }) => {
      answerRestCall(request, response, gateway, visitor);
    },
  },
];

function upstreams({ request, response, path, deps, visitor }: Served): void {
  answerUpstreams(request, response, path, deps, visitor);
}

function definitions({ request, response, path, deps: { gateway }, visitor }: Served): void {
  answerDefinitions(request, response, path, gateway, visitor);
}

const server: JsonObject = { type: "object", description: "An entry as in `mcpServers`." };
const temporary = object({ temporary: flag });

const operationRows: readonly Row[] = [...operations.keys()].map((operation) => ({
  method: "POST",
  path: `/api/upstreams/{name}/${operation}`,
  action: "operate_upstreams",
  says: `Does to a server what \`switchyard ${operation}\` does.`,
  body: operation === "enable" || operation === "disable" ? temporary : object({}),
  serve: upstreams,
}));

const toolRows: readonly Row[] = ["enable", "disable"].map((operation) => ({
  method: "POST",
  path: `/api/upstreams/{name}/tools/{tool}/${operation}`,
  action: "operate_upstreams",
  says: `Does to one tool what \`switchyard ${operation}\` does.`,
  body: temporary,
  serve: upstreams,
}));

const upstreamRows: readonly Row[] = [
  {
    method: "GET",
    path: "/api/upstreams",
    action: "read_status",
    says: "How each server stands.",
    serve: answerUpstreamList,
  },
  {
    method: "POST",
    path: "/api/upstreams",
    action: "change_config",
    says: "Adds a server.",
    body: object({ name: text, server }, ["name", "server"]),
    status: 201,
    serve: upstreams,
  },
  {
    method: "GET",
    path: "/api/upstreams/{name}",
    action: "read_status",
    says: "How one server stands.",
    serve: answerUpstream,
  },
  {
    method: "PUT",
    path: "/api/upstreams/{name}",
    action: "change_config",
    says: "Changes a server's configuration.",
    body: object({ server }, ["server"]),
    serve: upstreams,
  },
  {
    method: "DELETE",
    path: "/api/upstreams/{name}",
    action: "change_config",
    says: "Removes a server.",
    body: object({}),
    serve: upstreams,
  },
  ...operationRows,
  ...toolRows,
  {
    method: "GET",
    path: "/api/upstreams/{name}/logs",
    action: "read_logs",
    says: "What a server wrote to stderr and what happened to it.",
    query: {
      after: "Only what has a higher number.",
      wait: "How long to wait for something new, in ms, up to 30000.",
      lines: "Of these the last so many.",
    },
    serve: ({ request, response, path, deps: { gateway }, visitor }) => {
      answerLog(request, response, path, gateway, visitor);
    },
  },
  {
    method: "GET",
    path: "/api/upstreams/{name}/quarantine",
    action: "approve_definitions",
    says: "What of a pinned server is held back, and how it differs.",
    serve: definitions,
  },
  {
    method: "POST",
    path: "/api/upstreams/{name}/approve",
    action: "approve_definitions",
    says: "Approves what still has the hash that was shown.",
    body: object({ definitions: { type: "array", items: object({ kind: text, name: text, hash: text }) } }, [
      "definitions",
    ]),
    serve: definitions,
  },
];

function jobs({ request, response, path, deps, visitor }: Served): void {
  answerJobs(request, response, path, deps, visitor);
}

const jobActions: readonly Row[] = ["pause", "resume", "cancel", "retry"].map((action) => ({
  method: "POST",
  path: `/api/jobs/{id}/${action}`,
  says: action === "retry" ? "Makes a job of another's operations that failed." : "Does to a job what it says.",
  body: object({}),
  status: action === "retry" ? 202 : 200,
  serve: jobs,
}));

const jobRows: readonly Row[] = [
  {
    method: "GET",
    path: "/api/jobs",
    says: "Your jobs, the latest first.",
    query: { all: "`true`: everybody's, for operators.", limit: "How many." },
    serve: jobs,
  },
  {
    method: "POST",
    path: "/api/jobs",
    says: "Makes a job of the operations in the body; docs/jobs.md says how they look.",
    query: {
      ...Object.fromEntries(jobOptionNames.map((name) => [name, "An option; docs/jobs.md."])),
      template: "One operation as JSON, with `{{column}}`: for CSV, and with `from`.",
      from: "A job of whose results the operations are made.",
    },
    bodyTypes: ["application/json", "application/x-ndjson", "text/csv"],
    status: 202,
    serve: jobs,
  },
  { method: "GET", path: "/api/jobs/{id}", says: "How a job stands.", serve: jobs },
  {
    method: "GET",
    path: "/api/jobs/{id}/results",
    says: "What became of its operations, a line each.",
    query: { status: "`failed`: only of those." },
    answers: "application/x-ndjson",
    serve: jobs,
  },
  ...jobActions,
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
    body: object({ upstream: text, tool: text, tag: text, pattern: text, user: text }),
    serve: cache,
  },
  {
    method: "POST",
    path: "/api/cache/warm",
    action: "operate_cache",
    says: "Makes the configured calls now.",
    body: object({}),
    serve: cache,
  },
];

function keys({ request, response, path, deps, visitor }: Served): void {
  answerKeys(request, response, path, { gateway: deps.gateway, keys: deps.access.keys }, visitor);
}

const people: readonly Row[] = [
  { method: "GET", path: "/api/keys", action: "manage_keys", says: "The API keys.", serve: keys },
  {
    method: "POST",
    path: "/api/keys",
    action: "manage_keys",
    says: "Makes an API key, whose text is in the answer and nowhere else.",
    body: object({ name: text, role: text, grants: textList, expiresAt: { type: "number" } }, ["name"]),
    serve: keys,
  },
  { method: "GET", path: "/api/keys/{id}", action: "manage_keys", says: "One API key.", serve: keys },
  {
    method: "DELETE",
    path: "/api/keys/{id}",
    action: "manage_keys",
    says: "Revokes an API key, and ends what is done with it.",
    body: object({}),
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
    body: object({}),
    serve: endConnection,
  },
];
