import { findingTable } from "../src/cli/doctor/finding.ts";
import { errorTable } from "../src/core/error-table.ts";

/** The page of all errors and of all findings of `switchyard doctor`, from their tables. */
export function errorsPage(): string {
  const rows = Object.entries(errorTable).toSorted(([a], [b]) => (a < b ? -1 : 1));
  const sections = rows.map(([code, row]) =>
    [
      `## ${code}`,
      "",
      row.suggestion,
      "",
      `HTTP ${row.http} · JSON-RPC ${row.rpc} · ${row.severity} · ${row.category} · ${row.retryable ? "may succeed when repeated" : "repeating does not help"}`,
    ].join("\n"),
  );
  return [
    "# Errors",
    "",
    "Every way Switchyard itself can fail. Generated from `src/core/error-table.ts` by `npm run docs`. [Findings](#findings) of `switchyard doctor` follow.",
    "",
    "On the wire an error of ours is recognised by `error.data.gateway = true`, with `code`, `retryable`, `severity`, `category` and",
    '`suggestion` beside it; a tool call that failed on the way carries the same in its result\'s `_meta["switchyard/error"]`. The HTTP',
    "status is that of requests that are at fault in themselves; what happens on the way to an upstream is answered with 200.",
    "Errors of an upstream's own pass through unchanged and are not listed here.",
    "",
    sections.join("\n\n"),
    "",
    findings(),
    "",
  ].join("\n");
}

function findings(): string {
  const rows = Object.entries(findingTable).map(([code, { severity, means, suggestion, isFixable }]) => {
    const repair = isFixable && severity === "ok" ? "`--fix` makes it." : suggestion;
    return `| \`${code}\` | ${severity} | ${means} | ${repair.replaceAll("|", String.raw`\|`)} |`;
  });
  return [
    "# Findings",
    "",
    "What `switchyard doctor` can find, in the order in which it looks. Generated from `src/cli/doctor/finding.ts`.",
    "",
    "| Code | Severity | Means | Do |",
    "|---|---|---|---|",
    ...rows,
  ].join("\n");
}
