/** Where something stands in a file; line and column count from 1. */
export interface Position {
  /** Path inside the model's folder, with `/`. */
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

/** One thing that is wrong, or looks so, in the files of a model. */
export interface Finding extends Position {
  /** An `error` keeps the model from being used; a `warning` asks to look again. */
  readonly severity: "error" | "warning";
  /** The rule that it breaks, as README.md lists them. */
  readonly rule: string;
  /** One sentence with the value. */
  readonly message: string;
  /** What to write instead. */
  readonly suggestion: string;
  /** The entity it is about, where it is about one. */
  readonly entity?: string;
  /** The field, as `payment_schedule[1].date`. */
  readonly field?: string;
}

export function hasErrors(findings: readonly Finding[]): boolean {
  return findings.some(({ severity }) => severity === "error");
}

/** `file:line:column severity rule: message`, as compilers print it. */
export function formatFinding({
  file,
  line,
  column,
  severity,
  rule,
  message,
  suggestion,
}: Omit<Finding, "entity" | "field">): string {
  return `${file}:${line}:${column} ${severity} ${rule}: ${message} ${suggestion}`.trimEnd();
}

/** The name among `names` that `given` most likely means: at most two letters differ, and fewer than half of them. */
export function nearestName(given: string, names: Iterable<string>): string | undefined {
  let best: { readonly name: string; readonly distance: number } | undefined;
  for (const name of names) {
    if (Math.abs(name.length - given.length) > 2) continue;
    const distance = editDistance(given.toLowerCase(), name.toLowerCase());
    if (distance <= 2 && distance * 2 < name.length && distance < (best?.distance ?? 3)) best = { name, distance };
  }
  return best?.name;
}

/** Letters to insert, remove or replace (Levenshtein). */
function editDistance(one: string, other: string): number {
  let row = Array.from({ length: other.length + 1 }, (_none, at) => at);
  for (let i = 1; i <= one.length; i += 1) {
    const next = [i];
    for (let j = 1; j <= other.length; j += 1) {
      const replaced = (row[j - 1] ?? 0) + (one[i - 1] === other[j - 1] ? 0 : 1);
      next.push(Math.min(replaced, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[other.length] ?? 0;
}
