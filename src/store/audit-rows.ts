import { type AuditRow, type ChainedRow, fieldsOf } from "../audit/audit-row.ts";
import { type ChainHead, chainHash, genesis } from "../audit/hash-chain.ts";
import type { Database } from "./database.ts";

/** Rows deleted at a time: each takes about as long as one written. */
const maxDeleted = 500;

/** What of a chain is too old. */
export interface Retention {
  /** Rows that began before then go, wall time in ms. */
  readonly before: number;
  /** Beyond so many bytes of the file the oldest go, too. */
  readonly maxBytes: number;
}

/** The chain as rows: added at the end, deleted from the front. */
export interface AuditRows {
  /** Whether rows that can wait should wait just now. */
  readonly isHeld: boolean;
  /** Adds rows to the end of the chain, all or none, whoever else adds to it; returns the end of the chain. */
  add(rows: readonly AuditRow[]): ChainHead;
  /**
   * Deletes some of what is too old, from the front, and puts on record up to where; `row` makes that row. Returns how many; more may be left.
   */
  prune(retention: Retention, row: (deleted: ChainHead, rows: number) => AuditRow): number;
}

const columns =
  "seq, id, kind, at, duration_us, method, name, upstream, tool, principal, outcome, code, cache, detail, arguments, result, hash";

/** The chain in a database. */
export function auditRows(database: Database): AuditRows {
  const { sql, transaction } = database;
  const last = sql.prepare("SELECT seq, hash FROM audit ORDER BY seq DESC LIMIT 1");
  const insert = sql.prepare(`INSERT INTO audit (${columns}) VALUES (${"?, ".repeat(16)}?)`);
  const oldest = sql.prepare("SELECT seq, at, hash FROM audit ORDER BY seq LIMIT ?");
  const remove = sql.prepare("DELETE FROM audit WHERE seq <= ?");
  /** To be called in a transaction: another process may have added meanwhile. */
  const append = (rows: readonly AuditRow[], end = last.get()): ChainHead => {
    let seq = Number(end?.["seq"] ?? 0);
    let hash = String(end?.["hash"] ?? genesis);
    for (const row of rows) {
      seq += 1;
      hash = chainHash(hash, seq, row);
      insert.run(seq, ...fieldsOf(row).map((field) => field ?? null), hash);
    }
    return { seq, hash };
  };
  const read = (name: string): number => Number(sql.prepare(`PRAGMA ${name}`).get()?.[name]);
  const bytes = (): number => (read("page_count") - read("freelist_count")) * read("page_size");
  return {
    get isHeld() {
      return database.rest !== undefined;
    },
    add: (rows) => transaction(() => append(rows)),
    prune({ before, maxBytes }, row) {
      const isLarge = bytes() > maxBytes;
      const rows = oldest.all(maxDeleted);
      const kept = isLarge ? rows.length - 1 : rows.findIndex(({ at }) => Number(at) >= before);
      const end = rows[(kept === -1 ? rows.length : kept) - 1];
      if (end === undefined) return 0;
      const head = { seq: Number(end["seq"]), hash: String(end["hash"]) };
      return transaction(() => {
        const latest = last.get();
        const deleted = Number(remove.run(head.seq).changes);
        if (deleted > 0) append([row(head, deleted)], latest);
        return deleted;
      });
    },
  };
}

/** A row as it was stored. */
export function chainedRowIn(row: Readonly<Record<string, unknown>>): ChainedRow {
  const text = (name: string): string | undefined => {
    const value = row[name];
    return typeof value === "string" ? value : undefined;
  };
  return {
    seq: Number(row["seq"]),
    hash: text("hash") ?? "",
    id: text("id") ?? "",
    kind: text("kind") ?? "",
    at: Number(row["at"]),
    durationUs: typeof row["duration_us"] === "number" ? row["duration_us"] : undefined,
    method: text("method") ?? "",
    name: text("name"),
    upstream: text("upstream"),
    tool: text("tool"),
    principal: text("principal"),
    outcome: text("outcome"),
    code: text("code"),
    cache: text("cache"),
    detail: text("detail") ?? "",
    arguments: text("arguments"),
    result: text("result"),
  };
}
