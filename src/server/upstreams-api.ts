import type { IncomingMessage, ServerResponse } from "node:http";
import { checkMay } from "../access/actions.ts";
import { type Role, isRole, roles } from "../access/principal.ts";
import { GatewayError, toGatewayError } from "../core/errors.ts";
import { type JsonObject, isJsonObject } from "../core/json.ts";
import type { Gateway } from "../gateway/gateway.ts";
import { operations } from "../gateway/operations.ts";
import { decoded } from "./address.ts";
import { parsedBody, readBody } from "./body.ts";
import { checkOperator, tellOperation } from "./operator-request.ts";
import { answerJson, refuse } from "./reply.ts";
import type { DeskOutcome, UpstreamDesk } from "./upstream-desk.ts";
import type { Visitor } from "./visitor.ts";

/** What changes upstreams over HTTP works on. */
export interface UpstreamsApiDeps {
  readonly gateway: Gateway;
  readonly desk: UpstreamDesk;
}

/** One thing to do: what, to which upstream, and how. */
interface Task {
  readonly operation: string;
  readonly name: string | undefined;
  /** The tool that it is about, where it is not about the whole upstream. */
  readonly tool?: string | undefined;
  readonly status: number;
  readonly run: (body: JsonObject) => Promise<DeskOutcome | undefined> | DeskOutcome | undefined;
}

const addresses = /^\/api\/upstreams(?:\/([^/]+)(?:\/tools\/([^/]+))?(?:\/([a-z]+))?)?$/;

/**
 * Serves what an operator does to upstreams. Bodies are JSON objects.
 *
 * - `POST /api/upstreams` with `{"name", "server"}` adds one (201), `PUT /api/upstreams/NAME` with `{"server"}` changes it, `DELETE` removes
 *   it. `server` is an entry as in `mcpServers`.
 * - `POST /api/upstreams/NAME/OPERATION`: `enable` and `disable`, which are written to the configuration's file unless the body says
 *   `{"temporary": true}`; `try`, `restart`, `isolate`, `release`, which never are.
 * - `POST /api/upstreams/NAME/tools/TOOL/enable` and `…/disable`: the same for one tool, or a group of them as `group:NAME`; `…/role` with
 *   `{"role"}` says from which role on the tool may be used.
 *
 * Each answers `{"name", "state", "isTemporary"}`: the state that the upstream is in right after, none where it is gone.
 *
 * False where the path is another one.
 *
 * @throws {GatewayError} `forbidden`, `method_not_allowed`, `forbidden_origin`, `unsupported_media_type`.
 */
export function answerUpstreams(
  request: IncomingMessage,
  response: ServerResponse,
  path: string,
  deps: UpstreamsApiDeps,
  visitor: Visitor,
): boolean {
  const found = addresses.exec(path);
  const [name, tool, operation] = [found?.[1], found?.[2], found?.[3]].map((part) => part && decoded(part));
  const isOurs = found !== null && (tool === undefined || operation !== undefined);
  const isLimiting = tool !== undefined && operation === "role";
  if (!isOurs || (operation !== undefined && !isLimiting && !operations.has(operation))) return false;
  const isReading = operation === undefined && request.method === "GET";
  if (!isReading)
    checkMay(visitor.principal, operation === undefined || isLimiting ? "change_config" : "operate_upstreams");
  const task = taskOf(request.method, name, tool, operation, deps);
  // Nothing is to be read there.
  if (task === undefined && operation === undefined && request.method === "GET") return false;
  if (task === undefined) {
    throw new GatewayError("method_not_allowed", `${path.slice(0, 200)} is not for ${String(request.method)}`);
  }
  checkOperator(request, visitor);
  readBody(request, (body) => {
    void done(body, task, deps).then(
      ({ status, name: about, answer }) => {
        const part = task.tool === undefined ? {} : { about: [`tools ${task.tool}`] };
        tellOperation(deps.gateway, visitor, { upstream: about, operation: task.operation, ...part });
        answerJson(response, answer, status);
      },
      (thrown: unknown) => {
        refuse(response, toGatewayError(thrown));
      },
    );
  });
  return true;
}

function taskOf(
  method: string | undefined,
  name: string | undefined,
  tool: string | undefined,
  operation: string | undefined,
  { gateway, desk }: UpstreamsApiDeps,
): Task | undefined {
  if (name === undefined) {
    if (method !== "POST") return undefined;
    return { operation: "add", name, status: 201, run: (body) => desk.add(nameIn(body), body["server"]) };
  }
  if (operation === undefined) {
    if (method === "PUT") {
      return { operation: "change", name, status: 200, run: (body) => desk.change(name, body["server"]) };
    }
    return method === "DELETE" ? { operation: "remove", name, status: 200, run: () => desk.remove(name) } : undefined;
  }
  if (method !== "POST") return undefined;
  const isSwitch = operation === "enable" || operation === "disable";
  if (isSwitch) {
    const isEnabled = operation === "enable";
    return {
      operation,
      name,
      tool,
      status: 200,
      run: (body) =>
        tool === undefined
          ? desk.switchUpstream(name, isEnabled, isTemporaryIn(body))
          : desk.switchTool(name, tool, isEnabled, isTemporaryIn(body)),
    };
  }
  if (tool !== undefined) {
    if (operation !== "role") return undefined;
    return { operation, name, tool, status: 200, run: (body) => desk.limitTool(name, tool, roleIn(body)) };
  }
  return {
    operation,
    name,
    status: 200,
    run: () => {
      operations.get(operation)?.(gateway.upstream(name));
      return { isTemporary: true };
    },
  };
}

async function done(
  body: Buffer | GatewayError,
  { name, status, run }: Task,
  { gateway }: UpstreamsApiDeps,
): Promise<{ readonly status: number; readonly name: string; readonly answer: JsonObject }> {
  if (body instanceof GatewayError) throw body;
  const wanted = objectIn(body);
  const outcome = await run(wanted);
  const about = name ?? nameIn(wanted);
  const state = gateway.upstreams.find((upstream) => upstream.name === about)?.state;
  return { status, name: about, answer: { name: about, state, ...outcome } };
}

function objectIn(body: Buffer): JsonObject {
  if (body.length === 0) return {};
  const value = parsedBody(body);
  if (isJsonObject(value)) return value;
  throw wrong("The body must be a JSON object");
}

function nameIn({ name }: JsonObject): string {
  if (typeof name === "string") return name;
  throw wrong("name must be a string: what the upstream is called");
}

function roleIn({ role }: JsonObject): Role | undefined {
  if (role === undefined || isRole(role)) return role;
  throw wrong(`role must be one of ${roles.join(", ")}, or left out`);
}

function isTemporaryIn({ temporary = false }: JsonObject): boolean {
  if (typeof temporary === "boolean") return temporary;
  throw wrong("temporary must be true or false");
}

function wrong(message: string): GatewayError {
  return new GatewayError("usage", message, {
    data: { problems: [message], suggestion: "docs/operating.md shows what is sent." },
  });
}
