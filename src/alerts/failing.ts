import { type Category, errorTable } from "../core/error-table.ts";
import { causeTable } from "../explain/cause-table.ts";

/** What its caller did wrong, wanted no more or was not let do, besides everything that is called a matter of validation. */
const callersOwn: ReadonlySet<string> = new Set([
  "cancelled",
  "definition_quarantined",
  "duplicate",
  "forbidden",
  "modified_meanwhile",
  "not_found",
  "operation_cancelled",
  "permission_denied",
  "rate_limited",
  "resource_not_found",
  "session_not_found",
  "state_conflict",
  "still_referenced",
  "unauthenticated",
]);

/** A matter of validation, and yet not of the caller's making. */
const operators: ReadonlySet<string> = new Set(["invalid_config", "upstream_misconfigured"]);

const categories: ReadonlyMap<string, Category> = new Map(
  [...Object.entries(errorTable), ...Object.entries(causeTable)].map(([code, { category }]) => [code, category]),
);

/** What a call that ended says of what was called. */
export type Verdict = "good" | "bad" | "nothing";

/**
 * Whether an ended call speaks for or against what was called, by its outcome and its code, which may be empty. A call whose caller left
 * says nothing; one that was refused for its caller's mistake was answered as it should be.
 */
export function verdictOn(outcome: string, code: string): Verdict {
  if (outcome === "cancelled" || code === "cancelled") return "nothing";
  if (outcome === "ok" || callersOwn.has(code)) return "good";
  return categories.get(code) === "validation" && !operators.has(code) ? "good" : "bad";
}
