import { type Path, valueAt } from "./content.ts";
import { nearest } from "./nearest.ts";
import type { Finding } from "./problem.ts";
import { checkRules } from "./rules.ts";
import { checkSchema, type ConfigDraft, knownKeysAt, type SchemaIssue } from "./schema.ts";
import { describeValue, pathText, quoted } from "./shown.ts";

/** A file that may be resolved, or everything that is wrong with it. */
export type Validation =
  | { readonly kind: "valid"; readonly draft: ConfigDraft }
  | { readonly kind: "invalid"; readonly findings: readonly Finding[] };

/** Checks all of a file's data; nothing is resolved yet. `undefined` is an empty file, which is valid. */
export function validate(content: unknown): Validation {
  const data = content === undefined ? {} : content;
  const result = checkSchema(data);
  const broken = checkRules(data);
  if (result.kind === "valid" && broken.length === 0) return result;
  const issues = result.kind === "valid" ? [] : result.issues;
  return { kind: "invalid", findings: [...issues.map((issue) => findingOf(issue, data)), ...broken] };
}

function findingOf(issue: SchemaIssue, content: unknown): Finding {
  const { path } = issue;
  if (issue.kind === "unknown_key") return { path, message: unknownKeyMessage(path.slice(0, -1), issue.key) };
  const got = describeValue(valueAt(content, path), path);
  return { path, message: `${pathText(path)} ${issue.must}, got ${got}` };
}

function unknownKeyMessage(parent: Path, key: string): string {
  const known = knownKeysAt(parent);
  const meant = nearest(key, known);
  const advice = meant === undefined ? `the keys there are ${known.join(", ")}` : `did you mean ${quoted(meant)}?`;
  return `unknown key ${quoted(key)} in ${pathText(parent)}; ${advice}`;
}
