import type { AuditTrail } from "../audit/audit-trail.ts";
import { auditReading } from "./audit-reading.ts";
import { openDatabase } from "./database.ts";

/**
 * What is on record in a data folder, for reading only; gateways may go on writing.
 *
 * @throws {GatewayError} `store_unavailable`.
 */
export function openTrail(dataDir: string): { readonly trail: AuditTrail; readonly close: () => void } {
  const database = openDatabase(dataDir);
  return { trail: auditReading(database, () => undefined), close: database.close };
}
