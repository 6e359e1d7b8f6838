import type { JsonObject } from "../../core/json.ts";
import { plainText, printable } from "../terminal.ts";
import { type Finding, type FindingSeverity, findingTable, severityOf, suggestionOf } from "./finding.ts";

/** A finding, and what was done about it. */
export interface Report {
  readonly finding: Finding;
  readonly fixed: string | undefined;
}

/** A report for programs. */
export function findingJson({ finding, fixed }: Report): JsonObject {
  const { code, subject, message, detail } = finding;
  return {
    code,
    severity: severityOf(finding),
    subject,
    message,
    suggestion: suggestionOf(finding),
    fixable: findingTable[code].isFixable,
    ...(detail === undefined || detail.length === 0 ? {} : { detail }),
    ...(fixed === undefined ? {} : { fixed }),
  };
}

const marks = { ok: "✓", warning: "!", error: "✗" } as const satisfies Record<FindingSeverity, string>;

/** All reports for people, and how many of them are bad. */
export function reportText(reports: readonly Report[]): string {
  const errors = countOf(reports, "error");
  const warnings = countOf(reports, "warning");
  const sum =
    errors + warnings === 0
      ? "Everything is well."
      : `${counted(errors, "error")}, ${counted(warnings, "warning")}. docs/errors.md says more about each code.`;
  return [...reports.map(lineOf), "", sum].join("\n");
}

function lineOf({ finding, fixed }: Report): string {
  const { code, subject, message, detail = [] } = finding;
  const severity = severityOf(finding);
  const mark = fixed === undefined ? marks[severity] : marks.ok;
  const first = `${mark} ${subject}: ${printable(message)}`;
  if (severity === "ok") return fixed === undefined ? first : `${first}\n  → ${fixed}.`;
  const next = fixed === undefined ? suggestionOf(finding) : `${fixed}.`;
  const more = detail.map((line) => `  | ${plainText(line)}`);
  return [`${first} [${code}]`, ...more, `  → ${next}`].join("\n");
}

function countOf(reports: readonly Report[], severity: FindingSeverity): number {
  return reports.filter(({ finding, fixed }) => fixed === undefined && severityOf(finding) === severity).length;
}

function counted(number: number, thing: string): string {
  return `${number} ${thing}${number === 1 ? "" : "s"}`;
}
