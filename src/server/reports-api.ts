import { GatewayError } from "../core/errors.ts";
import { isJsonObject, stringAt } from "../core/json.ts";
import { type Outcome, dispatch } from "../gateway/dispatch.ts";
import type { Inbound } from "../gateway/inbound.ts";
import type { Route } from "../gateway/route.ts";
import { dataServer } from "../jobs/data-server.ts";
import { newest } from "../protocol/revision.ts";
import type { ApiDeps } from "./api-deps.ts";
import type { Exchange } from "./endpoint.ts";
import { refuse } from "./reply.ts";

/** Endings of files by what is in them. */
const endings: ReadonlyMap<string, string> = new Map([
  ["text/html", "html"],
  ["text/csv", "csv"],
  ["application/json", "json"],
  ["application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "xlsx"],
]);

/**
 * Serves `GET /api/reports/{id}`: a report for whom it was written, as a file to save. It is read as the resource that it is, by the way that every call
 * takes. A page that is opened all the same runs no script and loads nothing.
 *
 * @throws {GatewayError} `route_not_found` — there is no such report for who asks.
 */
export function answerReport({ response, path, deps, visitor }: Exchange<ApiDeps>): void {
  const id = path.slice(path.lastIndexOf("/") + 1);
  const route: Route = { kind: "upstream", name: dataServer };
  const { gateway } = deps;
  const { principal, address } = visitor;
  if (!/^[0-9a-f]{32}$/.test(id) || !gateway.hasRoute(route, principal.rights)) throw noReport(id);
  const controller = new AbortController();
  response.on("close", () => {
    if (!response.writableFinished) controller.abort(new GatewayError("cancelled", "The caller hung up"));
  });
  const inbound: Inbound = {
    route,
    codec: gateway.deps.codecs[newest.legacy],
    method: "resources/read",
    params: { uri: `switchyard-report://${id}` },
    session: undefined,
    caller: { info: undefined, capabilities: {} },
    controller,
    notify: () => undefined,
    principal,
    origin: { entrance: "rest", address },
    ask: undefined,
  };
  const stay = principal.tenure.during((reason) => {
    controller.abort(reason);
  });
  void dispatch(gateway, inbound, 0).then((outcome) => {
    stay();
    const file = fileIn(outcome, id);
    if (response.destroyed) return;
    if (file instanceof GatewayError) return refuse(response, file);
    response.writeHead(200, {
      "content-type": file.mimeType,
      "content-length": file.bytes.length,
      "content-disposition": `attachment; filename="report-${id.slice(0, 8)}.${file.ending}"`,
      "content-security-policy": "sandbox; default-src 'none'; style-src 'unsafe-inline'",
      "x-content-type-options": "nosniff",
      "cache-control": "private, no-store",
    });
    response.end(file.bytes);
  });
}

interface ReportFile {
  readonly mimeType: string;
  readonly ending: string;
  readonly bytes: Buffer;
}

function fileIn({ answer, failure }: Outcome, id: string): ReportFile | GatewayError {
  if (failure !== undefined) return failure;
  if (answer.kind === "error") return noReport(id);
  const { contents } = answer.result.value;
  const first: unknown = Array.isArray(contents) ? contents[0] : undefined;
  const [mimeType, blob] = isJsonObject(first) ? [stringAt(first, "mimeType"), stringAt(first, "blob")] : [];
  const ending = endings.get(mimeType?.split(";")[0] ?? "");
  if (mimeType === undefined || blob === undefined || ending === undefined) return noReport(id);
  return { mimeType, ending, bytes: Buffer.from(blob, "base64") };
}

function noReport(id: string): GatewayError {
  return new GatewayError(
    "route_not_found",
    `There is no report ${JSON.stringify(id.slice(0, 100))} for you; it was written for somebody else, or is gone`,
  );
}
