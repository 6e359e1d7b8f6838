import { type Literal, LiteralError, parseLiteral } from "./python-literal.ts";
import { nameOf } from "./literal-json.ts";
import { type RuledService, inOrder, mismatchOf } from "./rule-match.ts";
import type { Rule, RuledHost } from "./rulesets.ts";

/** What holds for one service, and why. */
export interface Effective {
  /** The value, put together from the rules below; undefined where no rule is for the service: then the plug-in's own defaults hold. */
  readonly value: Literal | undefined;
  /** The rules that are for it, the one that goes before all others first. */
  readonly matching: readonly Rule[];
  /** By key of the value: the rule that it is from. Empty where the value is no dict. */
  readonly origins: Readonly<Record<string, string>>;
  /** Rules that could not be read, a sentence each. */
  readonly unread: readonly string[];
}

/**
 * The parameters that a site's rules give a service: of dicts, each key from the first rule that has it; of anything else, the first rule's.
 * The plug-in's own defaults, which no interface of Checkmk tells, hold for keys that no rule has.
 */
export function effectiveParameters(rules: readonly Rule[], host: RuledHost, service: RuledService): Effective {
  const matching = inOrder(rules).filter((rule) => mismatchOf(rule, host, service) === undefined);
  const unread: string[] = [];
  const read = matching.flatMap((rule) => {
    try {
      return [{ rule, literal: parseLiteral(rule.valueRaw) }];
    } catch (thrown) {
      if (!(thrown instanceof LiteralError)) throw thrown;
      unread.push(`The value of rule ${rule.id} cannot be read. ${thrown.message}`);
      return [];
    }
  });
  const [first] = read;
  if (first === undefined) return { value: undefined, matching, origins: {}, unread };
  if (first.literal.kind !== "dict") return { value: first.literal, matching, origins: {}, unread };
  const entries = new Map<string, readonly [Literal, Literal]>();
  const origins: Record<string, string> = {};
  for (const { rule, literal } of read) {
    for (const [key, value] of literal.kind === "dict" ? literal.entries : []) {
      const name = nameOf(key);
      if (entries.has(name)) continue;
      entries.set(name, [key, value]);
      origins[name] = rule.id;
    }
  }
  return { value: { kind: "dict", entries: [...entries.values()] }, matching, origins, unread };
}
