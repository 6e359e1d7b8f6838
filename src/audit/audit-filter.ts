import { GatewayError } from "../core/errors.ts";
import { timeOfId } from "../core/time-ordered-id.ts";
import { type AuditRow, type RowKind, rowKinds } from "./audit-row.ts";

/** Which rows are wanted; what is undefined does not matter. */
export interface AuditFilter {
  readonly kind: RowKind | undefined;
  readonly upstream: string | undefined;
  /** The upstream's name for it, or the one that callers use. */
  readonly tool: string | undefined;
  readonly principal: string | undefined;
  readonly outcome: string | undefined;
  readonly code: string | undefined;
  readonly id: string | undefined;
  /** From then on, and before then: wall time in ms. */
  readonly since: number | undefined;
  readonly until: number | undefined;
  /** Rows at the most, 1 to {@link maxLimit}. */
  readonly limit: number;
  /** Only rows that began before the one of this id: how one goes on where the limit was. */
  readonly before: string | undefined;
}

/** Most rows in one answer. */
export const maxLimit = 1000;

const keys = [
  "kind",
  "upstream",
  "tool",
  "principal",
  "outcome",
  "code",
  "errorId",
  "since",
  "until",
  "limit",
  "before",
];

/**
 * Reads a filter as addresses and command lines write it: times as ISO 8601, ms since 1970, or so long ago (`90s`, `15m`, `2h`, `7d`).
 *
 * @throws {GatewayError} `invalid_params` — an unknown name, or a value that is none.
 */
export function filterIn(given: Readonly<Record<string, string | undefined>>, now: number): AuditFilter {
  const unknown = Object.keys(given).find((key) => !keys.includes(key));
  if (unknown !== undefined) {
    throw new GatewayError("invalid_params", `There is no filter ${quoted(unknown)}; there are ${keys.join(", ")}`);
  }
  const { upstream, tool, principal, outcome, code } = given;
  return {
    kind: kindIn(given["kind"]),
    upstream,
    tool,
    principal,
    outcome,
    code,
    id: idIn("errorId", given["errorId"]),
    since: timeIn("since", given["since"], now),
    until: timeIn("until", given["until"], now),
    limit: numberIn("limit", given["limit"], maxLimit) ?? 50,
    before: idIn("before", given["before"]),
  };
}

/** Whether a row fits, its limit and `before` aside. */
export function isWanted(row: AuditRow, filter: AuditFilter): boolean {
  const { kind, upstream, tool, principal, outcome, code, id, since, until } = filter;
  return (
    isIt(kind, row.kind) &&
    isIt(upstream, row.upstream) &&
    isIt(tool, row.tool, row.name) &&
    isIt(principal, row.principal) &&
    isIt(outcome, row.outcome) &&
    isIt(code, row.code) &&
    isIt(id, row.id) &&
    row.at >= (since ?? row.at) &&
    row.at < (until ?? Number.POSITIVE_INFINITY)
  );
}

function isIt(wanted: string | undefined, ...given: (string | undefined)[]): boolean {
  return wanted === undefined || given.includes(wanted);
}

function idIn(name: string, text: string | undefined): string | undefined {
  if (text === undefined || timeOfId(text) !== undefined) return text;
  throw wrong(name, text, "the id of a row, such as an errorId");
}

function kindIn(text: string | undefined): RowKind | undefined {
  const kind = rowKinds.find((known) => known === text);
  if (text === undefined || kind !== undefined) return kind;
  throw wrong("kind", text, `one of ${rowKinds.join(", ")}`);
}

const unitMs: Readonly<Record<string, number>> = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };

function timeIn(name: string, text: string | undefined, now: number): number | undefined {
  if (text === undefined) return undefined;
  const [, count, unit = ""] = /^(\d{1,9})([smhd])$/.exec(text) ?? [];
  if (count !== undefined) return now - Number(count) * (unitMs[unit] ?? 0);
  const time = /^\d{10,16}$/.test(text) ? Number(text) : Date.parse(text);
  if (Number.isNaN(time))
    throw wrong(name, text, "a time such as 2026-01-31, 2026-01-31T12:00:00Z, 90s, 15m, 2h or 7d");
  return time;
}

function numberIn(name: string, text: string | undefined, max: number): number | undefined {
  if (text === undefined) return undefined;
  const number = Number(text);
  if (/^\d{1,16}$/.test(text) && number >= 1 && number <= max) return number;
  throw wrong(name, text, `a whole number from 1 to ${max}`);
}

function wrong(name: string, text: string, must: string): GatewayError {
  return new GatewayError("invalid_params", `${name} must be ${must}, got ${quoted(text)}`);
}

function quoted(text: string): string {
  return JSON.stringify(text.slice(0, 100));
}
