import type { IncomingMessage, ServerResponse } from "node:http";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { setImmediate } from "node:timers/promises";
import { filterIn } from "../audit/audit-filter.ts";
import type { ChainedRow } from "../audit/audit-row.ts";
import type { AuditTrail } from "../audit/audit-trail.ts";
import { checkPages, exportTexts, formatIn } from "../audit/export.ts";
import { ChainCheck, headIn, headText } from "../audit/hash-chain.ts";
import { notOnRecord, shortRow, wholeRow, withoutTexts } from "../audit/shown-row.ts";
import { checkMay, may } from "../access/actions.ts";
import { GatewayError, toGatewayError } from "../core/errors.ts";
import { decoded } from "./address.ts";
import { checkOwnOrigin } from "./operator-request.ts";
import { queryIn } from "./query.ts";
import { answerJson, refuse } from "./reply.ts";
import type { Visitor } from "./visitor.ts";

/** What of the record is served. */
export interface RecordDeps {
  /** Undefined where nothing is on record. */
  readonly trail: AuditTrail | undefined;
  readonly now: () => number;
}

type Given = Readonly<Record<string, string>>;

/** What of a row its reader may see. */
type Shown = (row: ChainedRow) => ChainedRow;

const addresses = /^\/api\/(?:(calls)(?:\/([^/]+))?|errors\/([^/]+)|audit\/(summary|verify|export))$/;

/**
 * Serves what is on record: `GET /api/calls?upstream=…&since=2h` lists rows, `/api/calls/ID` and `/api/errors/ERROR_ID` show one whole,
 * `/api/audit/summary?since=7d`, `/api/audit/verify?anchor=…` and `/api/audit/export?format=jsonl|csv` say what their names say.
 *
 * Arguments and results are shown to those who may read them. False where the path is another one.
 *
 * @throws {GatewayError} `forbidden`, `method_not_allowed`, `forbidden_origin`, `invalid_params`; `route_not_found` — nothing is
 *   on record under that id; `store_unavailable` — nothing is on record at all, or it cannot be read.
 */
export function answerRecord(
  request: IncomingMessage,
  response: ServerResponse,
  path: string,
  { trail, now }: RecordDeps,
  visitor: Visitor,
): boolean {
  const found = addresses.exec(path);
  if (found === null) return false;
  checkMay(visitor.principal, "read_audit");
  if (request.method !== "GET") {
    throw new GatewayError("method_not_allowed", `${path.slice(0, 200)} is not for ${String(request.method)}`);
  }
  checkOwnOrigin(request, visitor);
  if (trail === undefined) throw nothingRecorded();
  const [, list, callId, errorId, action] = found;
  const id = callId ?? errorId;
  const shown = may(visitor.principal, "read_arguments") ? (row: ChainedRow) => row : withoutTexts;
  if (id !== undefined) answerJson(response, rowOf(trail, decoded(id), shown));
  else if (list !== undefined) answerJson(response, listOf(trail, queryIn(request), now()));
  else {
    answerAbout(trail, shown, action, queryIn(request), now(), response).catch((thrown: unknown) => {
      if (response.headersSent) response.destroy();
      else refuse(response, toGatewayError(thrown));
    });
  }
  return true;
}

function nothingRecorded(): GatewayError {
  return new GatewayError("store_unavailable", "Calls are not on record: this gateway has no data folder it can use", {
    data: { suggestion: "Start it with a dataDir that can be written to." },
  });
}

function rowOf(trail: AuditTrail, id: string, shown: Shown): object {
  const row = trail.get(id);
  if (row !== undefined) return wholeRow(shown(row));
  throw notOnRecord(id);
}

function listOf(trail: AuditTrail, given: Given, now: number): object {
  const filter = filterIn(given, now);
  const rows = trail.find(filter);
  const next = rows.length === filter.limit ? rows.at(-1)?.id : undefined;
  return { rows: rows.map(shortRow), next };
}

async function answerAbout(
  trail: AuditTrail,
  shown: Shown,
  action: string | undefined,
  given: Given,
  now: number,
  response: ServerResponse,
): Promise<void> {
  if (action === "summary") {
    const { since = now - weekMs, until = now } = filterIn(given, now);
    answerJson(response, trail.summary({ since, until }));
  } else if (action === "verify") answerJson(response, await verified(trail, given["anchor"]));
  else await sendExport(trail, shown, given, now, response);
}

const weekMs = 604_800_000;

/** Other requests have their turn between two pages. */
async function verified(trail: AuditTrail, anchor: string | undefined): Promise<object> {
  const noted = anchor === undefined ? undefined : headIn(anchor);
  if (anchor !== undefined && noted === undefined) {
    throw new GatewayError(
      "invalid_params",
      `anchor must be NUMBER:HASH, as verify shows it, got ${JSON.stringify(anchor.slice(0, 100))}`,
    );
  }
  const check = new ChainCheck(noted);
  for (const _ of checkPages(trail, check)) await setImmediate();
  const { head, ...report } = check.report();
  return { ...report, head: head && headText(head) };
}

async function sendExport(
  trail: AuditTrail,
  shown: Shown,
  { format: wanted, ...given }: Given,
  now: number,
  response: ServerResponse,
): Promise<void> {
  const format = formatIn(wanted);
  const texts = exportTexts(trail, filterIn(given, now), format, shown);
  response.writeHead(200, { "content-type": format === "csv" ? "text/csv; charset=utf-8" : "application/x-ndjson" });
  await pipeline(Readable.from(texts), response);
}
