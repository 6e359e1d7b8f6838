import { findingTable } from "../src/cli/doctor/finding.ts";
import { type KnownCode, knownCodes } from "../src/explain/codes.ts";

/** The page of all errors and of all findings of `switchyard doctor`, from their tables. */
export function errorsPage(): string {
  const sections = knownCodes.filter(({ of }) => of.kind === "gateway").map(section);
  const causes = knownCodes.filter(({ of }) => of.kind === "upstream").map(section);
  return [
    "# Errors",
    "",
    "Every way Switchyard itself can fail. Generated from `src/core/error-table.ts` by `npm run docs`. [Findings](#findings) of `switchyard doctor` follow.",
    "",
    "On the wire an error of ours is recognised by `error.data.gateway = true`, with `code`, `retryable`, `severity`, `category` and",
    '`suggestion` beside it; a tool call that failed on the way carries the same in its result\'s `_meta["switchyard/error"]`. The HTTP',
    "status is that of requests that are at fault in themselves; what happens on the way to an upstream is answered with 200.",
    "Errors of an upstream's own pass through unchanged; [what they mean](#what-upstreams-say) is said beside them. `switchyard errors CODE`",
    "says all of this without a gateway.",
    "",
    sections.join("\n\n"),
    "",
    "# What upstreams say",
    "",
    "What goes wrong behind a tool, as far as its words say it. Generated from `src/explain/cause-table.ts`. A failed result of an upstream passes",
    'through as it came, with `_meta["switchyard/explained"]` = `{code, retryable, suggestion, errorId}` beside it where its words are known; a JSON-RPC error',
    "has the same in `data`. The suggestion is the one for the model. Connectors and other programs ask `explainError`.",
    "",
    causes.join("\n\n"),
    "",
    findings(),
    "",
  ].join("\n");
}

function section({ code, of, severity, category, retryable, suggestion, modelSuggestion }: KnownCode): string {
  const wire = of.kind === "gateway" ? [`HTTP ${of.http}`, `JSON-RPC ${of.rpc}`] : [];
  const repeating = retryable ? "may succeed when repeated" : "repeating does not help";
  const model = modelSuggestion === undefined ? [] : [`The model is told: ${modelSuggestion}`, ""];
  return [`## ${code}`, "", suggestion, "", ...model, [...wire, severity, category, repeating].join(" · ")].join("\n");
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
