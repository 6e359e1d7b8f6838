import assert from "node:assert/strict";
import { test } from "node:test";
import type { CauseCode } from "./cause-table.ts";
import { explainError } from "./explain.ts";

/** What looks like a cause and is not: whatever else it may be, it is never this. */
const nearMisses: readonly (readonly [not: CauseCode, text: string])[] = [
  ["permission_denied", "The permissions page was updated"],
  ["permission_denied", "403 rows were written"],
  ["permission_denied", "Order 403 was not shipped"],
  ["authentication_failed", "The authentication settings were saved"],
  ["authentication_failed", "Author authenticated the painting"],
  ["not_found", "404 rows were written"],
  ["not_found", "ENOENTITY"],
  ["not_found", "The notfounded claim"],
  ["timed_out", "Timeout must be a positive number"],
  ["timed_out", "The timeout was set to 30 s"],
  ["timed_out", "half-timed outing"],
  ["locked", "The door of the warehouse is locked"],
  ["locked", "Unlocked the document"],
  ["duplicate", "Deduplication finished"],
  ["duplicate", "address already in use"],
  ["memory_exhausted", "Memory usage is at 80 % of 16 GB"],
  ["memory_exhausted", "The memory of the meeting"],
  ["disk_full", "Disk usage of /var is 91 %"],
  ["disk_full", "A full disk check was run"],
  ["connection_refused", "The customer refused the connection fee"],
  ["connection_lost", "Connections were reset to their defaults"],
  ["too_many_requests", "Rate limit must be between 1 and 100"],
  ["too_many_requests", "Order 429 was not shipped"],
  ["quota_exceeded", "The sales quota of the team is 40"],
  ["tls_failed", "The certificate was issued on Monday"],
  ["dependency_missing", "The import of 5 rows finished with warnings"],
  ["dependency_missing", "Module Accounts was opened"],
  ["value_missing", "Mandatory holidays were loaded"],
  ["value_invalid", "The validation of 5 rows finished"],
  ["still_referenced", "The reference number is ACC-1"],
  ["field_unknown", "The column chart has 5 columns"],
  ["syntax_invalid", "The syntax of the query was highlighted"],
  ["data_malformed", "The JSON was written to x.json"],
  ["too_large", "A large payload arrived"],
  ["state_conflict", "The conflict of interest policy was opened"],
  ["unsupported", "Support was called"],
  ["service_unavailable", "The service desk has 503 tickets"],
  ["process_ended", "The process ended well"],
  ["tool_defect", "The type of error is not known"],
  ["operation_cancelled", "Cancelled documents are shown"],
  ["read_only_system", "The field is read-only"],
  ["modified_meanwhile", "The document was modified on Monday"],
  ["host_unknown", "The host is unknown to the band"],
  ["too_many_open_files", "There are many open files in the case"],
];

test("what only looks like a cause is not taken for it", () => {
  const wrong = nearMisses.filter(([not, text]) => explainError(text).code === not);
  assert.deepEqual(wrong, []);
});
