import type {
  LabelGroup,
  LabelOperator,
  NameCondition,
  Rule,
  RuleConditions,
  RuledHost,
  TagCondition,
} from "./rulesets.ts";

/** The service that a rule may be for; without one, the rule is for hosts. */
export interface RuledService {
  /** What the patterns of the ruleset are held against: the service's item for some rulesets, its name for others. */
  readonly names: readonly string[];
  readonly labels: Readonly<Record<string, string>>;
}

/** Why a rule is not for a host or service; undefined where it is. */
export function mismatchOf(rule: Rule, host: RuledHost, service?: RuledService): string | undefined {
  const { conditions, properties } = rule;
  if (properties.disabled === true) return "it is disabled";
  if (!isInside(host.folder, rule.folder)) return `the host is not in ${rule.folder}`;
  if (!namesMatch(conditions.host_name, [host.name], hostPattern)) return "the host's name";
  if (!(conditions.host_tags ?? []).every((tag) => tagMatches(tag, host.tags))) return "the host's tags";
  if (!groupsMatch(conditions.host_label_groups, host.labels)) return "the host's labels";
  return service === undefined ? undefined : serviceMismatch(conditions, service);
}

function serviceMismatch(conditions: RuleConditions, service: RuledService): string | undefined {
  if (!namesMatch(conditions.service_description, service.names, prefixPattern)) return "the service's name";
  return groupsMatch(conditions.service_label_groups, service.labels) ? undefined : "the service's labels";
}

/** Rules in the order in which Checkmk looks at them: the host's own folder first, then its parents; within one, from the top. */
export function inOrder(rules: readonly Rule[]): readonly Rule[] {
  return rules.toSorted((one, other) => depthOf(other.folder) - depthOf(one.folder) || one.index - other.index);
}

function depthOf(folder: string): number {
  return folder.split("/").filter((part) => part !== "").length;
}

function isInside(folder: string, of: string): boolean {
  const [inner, outer] = [`${folder}/`.replaceAll(/\/+/g, "/"), `${of}/`.replaceAll(/\/+/g, "/")];
  return inner.startsWith(outer);
}

function namesMatch(
  condition: NameCondition | undefined,
  names: readonly string[],
  patternOf: (text: string) => (name: string) => boolean,
): boolean {
  if (condition === undefined) return true;
  const isAmong = condition.match_on.some((text) => names.some(patternOf(text)));
  return condition.operator === "one_of" ? isAmong : !isAmong;
}

/** A host is named exactly, or after `~` by a regular expression of its beginning. */
function hostPattern(text: string): (name: string) => boolean {
  return text.startsWith("~") ? prefixPattern(text.slice(1)) : (name) => name === text;
}

const maxPattern = 1000;

/** Python's `re.match`. A pattern that JavaScript does not read is for nothing: it cannot be known. */
function prefixPattern(text: string): (name: string) => boolean {
  if (text.length > maxPattern) return () => false;
  try {
    const pattern = new RegExp(
      `^(?:${text.replaceAll("(?P<", "(?<").replaceAll(/\\[ZA]/g, (end) => (end === "\\Z" ? "$" : "^"))})`,
      "u",
    );
    return (name) => pattern.test(name);
  } catch {
    return (name) => name.startsWith(text);
  }
}

function tagMatches(condition: TagCondition, tags: Readonly<Record<string, string>>): boolean {
  const value = tags[condition.key];
  switch (condition.operator) {
    case "is":
      return value === condition.value;
    case "is_not":
      return value !== condition.value;
    case "one_of":
      return value !== undefined && condition.value.includes(value);
    case "none_of":
      return value === undefined || !condition.value.includes(value);
  }
}

function groupsMatch(groups: readonly LabelGroup[] | undefined, labels: Readonly<Record<string, string>>): boolean {
  const own = new Set(Object.entries(labels).map(([key, value]) => `${key}:${value}`));
  const parts = (groups ?? []).filter(({ label_group: group }) => group.some(({ label }) => label !== ""));
  return joined(
    parts.map(({ operator, label_group: group }) => ({
      operator,
      holds: joined(group.map(({ operator: inner, label }) => ({ operator: inner, holds: own.has(label) }))),
    })),
  );
}

function joined(parts: readonly { readonly operator: LabelOperator | undefined; readonly holds: boolean }[]): boolean {
  const [first, ...rest] = parts;
  if (first === undefined) return true;
  let all = first.operator === "not" ? !first.holds : first.holds;
  for (const { operator = "and", holds } of rest) {
    if (operator === "or") all ||= holds;
    else all &&= operator === "not" ? !holds : holds;
  }
  return all;
}
