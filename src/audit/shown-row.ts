import { GatewayError } from "../core/errors.ts";
import { type JsonObject, isJsonObject } from "../core/json.ts";
import type { ChainedRow } from "./audit-row.ts";

/** A row as lists show it: without arguments, result and place in the chain. */
export function shortRow(row: ChainedRow): JsonObject {
  const { seq, id, kind, at, durationUs, method, name, upstream, tool, principal, outcome, code, cache } = row;
  const time = new Date(at).toISOString();
  const durationMs = durationUs === undefined ? undefined : durationUs / 1000;
  return { id, seq, kind, time, method, name, upstream, tool, principal, outcome, code, cache, durationMs };
}

/** Everything that is on record of one row. Arguments and result are values where they are whole, else the text that was kept. */
export function wholeRow(row: ChainedRow): JsonObject {
  const detail = parsed(row.detail);
  return {
    ...shortRow(row),
    detail,
    arguments: row.arguments === undefined ? undefined : parsed(row.arguments),
    result: row.result === undefined ? undefined : parsed(row.result),
    hash: row.hash,
  };
}

/** A row for those who may not read what callers sent and got. */
export function withoutTexts(row: ChainedRow): ChainedRow {
  return { ...row, arguments: undefined, result: undefined };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // It was cut off where it became too long.
    return text;
  }
}

/** What of a row's arguments or result is not there any more; all undefined where they are whole. */
export function lossOf(
  row: ChainedRow,
  half: "arguments" | "result",
): { readonly redacted: number; readonly isCut: boolean } {
  const detail = parsed(row.detail);
  const note = isJsonObject(detail) ? detail[half] : undefined;
  if (!isJsonObject(note)) return { redacted: 0, isCut: false };
  return { redacted: Number(note["redacted"] ?? 0), isCut: note["isCut"] === true };
}

/** The error for an id that no row has. */
export function notOnRecord(id: string): GatewayError {
  return new GatewayError("route_not_found", `Nothing is on record under ${JSON.stringify(id.slice(0, 100))}`, {
    data: {
      suggestion:
        "Use the errorId of a failure, or an id that `switchyard audit ls` shows; rows older than audit.retentionDays are gone.",
    },
  });
}
