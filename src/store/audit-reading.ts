import type { AuditFilter } from "../audit/audit-filter.ts";
import type { AuditTrail } from "../audit/audit-trail.ts";
import type { AuditSummary, Period, Tally } from "../audit/summary.ts";
import { chainedRowIn } from "./audit-rows.ts";
import type { Database } from "./database.ts";
import { tried } from "./failure.ts";

type Row = Readonly<Record<string, unknown>>;

/** What is on record in a database. `flush` writes what waits. */
export function auditReading({ sql, file }: Pick<Database, "sql" | "file">, flush: () => void): AuditTrail {
  const all = (query: string, ...values: (string | number)[]): Row[] => {
    flush();
    return tried(file, () => sql.prepare(query).all(...values));
  };
  const one = (query: string, ...values: (string | number)[]): Row | undefined => all(query, ...values)[0];
  return {
    find(filter) {
      const { where, values } = conditionsOf(filter);
      return all(`SELECT * FROM audit${where} ORDER BY id DESC LIMIT ?`, ...values, filter.limit).map(chainedRowIn);
    },
    get(id) {
      const row = one("SELECT * FROM audit WHERE id = ?", id);
      return row && chainedRowIn(row);
    },
    after: (seq, max) => all("SELECT * FROM audit WHERE seq > ? ORDER BY seq LIMIT ?", seq, max).map(chainedRowIn),
    firstSince(at) {
      // Rows are numbered in the order in which they ended, so that the first that began since then may stand anywhere after it.
      const seq = one("SELECT min(seq) AS seq FROM audit WHERE id >= ?", idAt(at))?.["seq"];
      return typeof seq === "number" ? seq : undefined;
    },
    summary: (period) => summaryOf(all, period),
    head() {
      const row = one("SELECT seq, hash FROM audit ORDER BY seq DESC LIMIT 1");
      return row && { seq: Number(row["seq"]), hash: String(row["hash"]) };
    },
  };
}

/** The first id that could be made at this time: see `core/time-ordered-id.ts`. */
function idAt(ms: number): string {
  const hex = Math.max(0, Math.ceil(ms)).toString(16).padStart(12, "0");
  return `${hex.slice(0, 8)}-${hex.slice(8)}`;
}

function conditionsOf(filter: AuditFilter): { readonly where: string; readonly values: (string | number)[] } {
  const { kind, upstream, tool, principal, outcome, code, id, since, until, before } = filter;
  const conditions: (readonly [condition: string, values: readonly (string | number | undefined)[]])[] = [
    ["kind = ?", [kind]],
    ["upstream = ?", [upstream]],
    ["(tool = ? OR name = ?)", [tool, tool]],
    ["principal = ?", [principal]],
    ["outcome = ?", [outcome]],
    ["code = ?", [code]],
    ["id = ?", [id]],
    ["id >= ?", [since === undefined ? undefined : idAt(since)]],
    ["id < ?", [until === undefined ? undefined : idAt(until)]],
    ["id < ?", [before]],
  ];
  const wanted = conditions.filter(([, [value]]) => value !== undefined);
  const where = wanted.length === 0 ? "" : ` WHERE ${wanted.map(([condition]) => condition).join(" AND ")}`;
  return { where, values: wanted.flatMap(([, values]) => values.filter((value) => value !== undefined)) };
}

const ofPeriod = "FROM audit WHERE kind = 'call' AND id >= ? AND id < ?";

function summaryOf(all: (query: string, ...values: (string | number)[]) => Row[], period: Period): AuditSummary {
  const range = [idAt(period.since), idAt(period.until)] as const;
  const counts = (column: string): (readonly [string, number])[] =>
    all(
      `SELECT ${column} AS name, count(*) AS calls ${ofPeriod} AND ${column} IS NOT NULL GROUP BY 1 ORDER BY 2 DESC, 1`,
      ...range,
    ).map((row) => [String(row["name"]), Number(row["calls"])]);
  const outcomes = counts("outcome");
  const calls = outcomes.reduce((sum, [, count]) => sum + count, 0);
  const quantile = (share: number): number | undefined => {
    const at = Math.min(Math.floor(calls * share), calls - 1);
    const query = `SELECT duration_us ${ofPeriod} ORDER BY duration_us LIMIT 1 OFFSET ?`;
    return calls === 0 ? undefined : Number(all(query, ...range, at)[0]?.["duration_us"]) / 1000;
  };
  const tallies = (expression: string): Tally[] =>
    all(
      `SELECT ${expression} AS name, count(*) AS calls, sum(outcome <> 'ok') AS failed ${ofPeriod} AND ${expression} IS NOT NULL GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT 10`,
      ...range,
    ).map((row) => ({ name: String(row["name"]), calls: Number(row["calls"]), failed: Number(row["failed"]) }));
  const lost =
    "SELECT sum(json_extract(detail, '$.rows')) AS rows FROM audit WHERE kind = 'dropped' AND id >= ? AND id < ?";
  return {
    ...period,
    calls,
    outcomes: Object.fromEntries(outcomes),
    p50Ms: quantile(0.5),
    p95Ms: quantile(0.95),
    p99Ms: quantile(0.99),
    tools: tallies("upstream || '/' || tool"),
    principals: tallies("principal"),
    errors: counts("code")
      .slice(0, 10)
      .map(([code, count]) => ({ code, calls: count })),
    cache: Object.fromEntries(counts("cache")),
    dropped: Number(all(lost, ...range)[0]?.["rows"] ?? 0),
  };
}
