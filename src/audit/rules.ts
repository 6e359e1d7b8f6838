import type { JsonObject } from "../core/json.ts";
import type { AuditOptions } from "./audit-options.ts";
import type { RedactionRules } from "./redact.ts";
import { keyJudge, patternOf } from "./secret-keys.ts";
import { type SecretPath, pathTree, secretsOfSchema } from "./secret-paths.ts";

/** By what the two halves of a call are redacted. */
export interface CallRules {
  readonly arguments: RedactionRules;
  readonly result: RedactionRules;
}

/** Tools whose rules are remembered; those of more are worked out again. */
const maxRemembered = 10_000;

/**
 * The rules for each tool: worked out once, and again when its definition is another one. `definition` is the tool as its upstream
 * describes it, where it is known.
 */
export function rulesFor({
  redact,
}: Pick<AuditOptions, "redact">): (upstream: string, tool: string, definition: JsonObject | undefined) => CallRules {
  const judge = keyJudge(redact.keys);
  const hasOwnKeys = redact.keys.length > 0;
  const patterns = Object.entries(redact.paths).map(
    ([pattern, paths]) => [new RegExp(`^${patternOf(pattern)}$`), paths.map((path) => path.split("."))] as const,
  );
  const remembered = new Map<string, { readonly definition: JsonObject | undefined; readonly rules: CallRules }>();
  return (upstream, tool, definition) => {
    const name = `${upstream}/${tool}`;
    const known = remembered.get(name);
    if (known !== undefined && known.definition === definition) return known.rules;
    const configured = patterns.flatMap(([pattern, paths]) => (pattern.test(name) ? paths : []));
    const rulesOf = (half: string, schema: readonly SecretPath[]): RedactionRules => {
      const own = configured.filter(([first]) => first === half).map(([, ...rest]) => rest);
      return { judge, hasOwnKeys, paths: pathTree([...own, ...schema]) };
    };
    const { inputSchema, outputSchema } = definition ?? {};
    const rules = {
      arguments: rulesOf("arguments", secretsOfSchema(inputSchema)),
      // As a schema of the result, the structured part of which it describes.
      result: rulesOf("result", secretsOfSchema({ properties: { structuredContent: outputSchema } })),
    };
    if (remembered.size >= maxRemembered) remembered.clear();
    remembered.set(name, { definition, rules });
    return rules;
  };
}
