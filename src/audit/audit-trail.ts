import type { AuditFilter } from "./audit-filter.ts";
import type { ChainedRow } from "./audit-row.ts";
import type { ChainHead } from "./hash-chain.ts";
import type { AuditSummary, Period } from "./summary.ts";

/** What is on record, for whoever looks. Everything that was told before shows. */
export interface AuditTrail {
  /**
   * Rows that fit the filter, the one that began last first.
   *
   * @throws {GatewayError} `store_unavailable`, as all of these.
   */
  find(filter: AuditFilter): ChainedRow[];
  /** The row of this id. */
  get(id: string): ChainedRow | undefined;
  /** Rows by number, from after `seq` on, in order, so many at the most. */
  after(seq: number, max: number): ChainedRow[];
  /** The number of the first row that began at this time, wall time in ms, or later; undefined where there is none. */
  firstSince(at: number): number | undefined;
  summary(period: Period): AuditSummary;
  head(): ChainHead | undefined;
}
