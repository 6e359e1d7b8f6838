import type { AuditTrail } from "../audit/audit-trail.ts";
import { AuditLog, type AuditLogDeps } from "./audit-log.ts";
import { auditReading } from "./audit-reading.ts";
import { auditRows } from "./audit-rows.ts";
import type { Database } from "./database.ts";

/** What a recorder needs besides the file. */
export type RecorderDeps = Omit<AuditLogDeps, "rows" | "onProblem">;

/** Where calls go on record, and how the record is read. */
export interface Recorder {
  readonly log: AuditLog;
  /** Shows also what waits to be written. */
  readonly trail: AuditTrail;
}

/** A recorder in an open database. */
export function recorderIn(database: Database, deps: RecorderDeps, onProblem: (problem: unknown) => void): Recorder {
  const log = new AuditLog({ ...deps, rows: auditRows(database), onProblem });
  const flush = (): void => {
    log.flush();
  };
  return { log, trail: auditReading(database, flush) };
}
