import { operations } from "../gateway/operations.ts";
import type { ApiDeps } from "./api-deps.ts";
import { answerDefinitions } from "./definitions-api.ts";
import { type Endpoint, type Exchange, bodyOf } from "./endpoint.ts";
import { answerLog } from "./logs-endpoint.ts";
import { answerUpstream, answerUpstreamList } from "./status-api.ts";
import { answerUpstreams } from "./upstreams-api.ts";

type Row = Endpoint<ApiDeps>;
type Served = Exchange<ApiDeps>;

const text = { type: "string" } as const;

function upstreams({ request, response, path, deps, visitor }: Served): void {
  answerUpstreams(request, response, path, deps, visitor);
}

function definitions({ request, response, path, deps: { gateway }, visitor }: Served): void {
  answerDefinitions(request, response, path, gateway, visitor);
}

const server = { type: "object", description: "An entry as in `mcpServers`." };
const temporary = bodyOf({ temporary: { type: "boolean" } });

const operationRows: readonly Row[] = [...operations.keys()].map((operation) => ({
  method: "POST",
  path: `/api/upstreams/{name}/${operation}`,
  action: "operate_upstreams",
  says: `Does to a server what \`switchyard ${operation}\` does.`,
  body: operation === "enable" || operation === "disable" ? temporary : bodyOf({}),
  serve: upstreams,
}));

const toolRows: readonly Row[] = ["enable", "disable"].map((operation) => ({
  method: "POST",
  path: `/api/upstreams/{name}/tools/{tool}/${operation}`,
  action: "operate_upstreams",
  says: `Does to one tool, or to \`group:NAME\`, what \`switchyard ${operation}\` does.`,
  body: temporary,
  serve: upstreams,
}));

const roleRow: Row = {
  method: "POST",
  path: "/api/upstreams/{name}/tools/{tool}/role",
  action: "change_config",
  says: "Says from which role on a tool may be used; without one, what else says so.",
  body: bodyOf({ role: text }),
  serve: upstreams,
};

/** What can be asked about servers, and done to them. */
export const upstreamRows: readonly Row[] = [
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
    body: bodyOf({ name: text, server }, ["name", "server"]),
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
    body: bodyOf({ server }, ["server"]),
    serve: upstreams,
  },
  {
    method: "DELETE",
    path: "/api/upstreams/{name}",
    action: "change_config",
    says: "Removes a server.",
    body: bodyOf({}),
    serve: upstreams,
  },
  ...operationRows,
  ...toolRows,
  roleRow,
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
    body: bodyOf({ definitions: { type: "array", items: bodyOf({ kind: text, name: text, hash: text }) } }, [
      "definitions",
    ]),
    serve: definitions,
  },
];
