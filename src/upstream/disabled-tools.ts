import { Choice } from "../core/choice.ts";
import { type JsonObject, stringAt } from "../core/json.ts";
import { coreGroup, groupIn } from "../protocol/definition-meta.ts";

/** What stands before the name of a group where it is named among tools. */
const groupMark = "group:";

/** How a group is named among tools: what switches it off and on. */
export function groupPattern(group: string): string {
  return groupMark + group;
}

/** The group that a pattern names; undefined where it is one of tools' names. */
export function groupOf(pattern: string): string | undefined {
  return pattern.startsWith(groupMark) ? pattern.slice(groupMark.length) : undefined;
}

/** Whether a group cannot be switched off as a whole. */
export function isAlwaysOn(group: string): boolean {
  return group === coreGroup;
}

/**
 * Which tools a list of patterns takes away: those whose names it chooses, and those of the groups that it names as `group:NAME`, without those
 * that are exceptions. The group `core` is never taken away as a whole.
 */
export class DisabledTools {
  readonly #names: Choice;
  readonly #groups: ReadonlySet<string>;
  /** Groups that are exceptions: also from what their tools' names would choose. */
  readonly #spared: ReadonlySet<string>;

  constructor(patterns: readonly string[]) {
    const groups = patterns.flatMap((pattern) => groupOf(pattern) ?? []);
    const names = patterns.filter((pattern) => groupOf(pattern) === undefined);
    this.#spared = new Set(names.flatMap((name) => (name.startsWith("!") ? (groupOf(name.slice(1)) ?? []) : [])));
    this.#groups = new Set(groups.filter((group) => !isAlwaysOn(group) && !this.#spared.has(group)));
    // Beside groups, exceptions are exceptions from these, and do not stand for everything else.
    const isOfGroups = groups.length > 0 && names.every((pattern) => pattern.startsWith("!"));
    this.#names = new Choice(isOfGroups ? [...groups.map(groupPattern), ...names] : names);
  }

  /** Whether this group is off. */
  hasGroup(group: string): boolean {
    return this.#groups.has(group);
  }

  /** Whether a tool of this definition is taken away. */
  has(definition: JsonObject): boolean {
    const group = groupIn(definition);
    if (group !== undefined && this.#spared.has(group)) return false;
    return this.#names.has(stringAt(definition, "name") ?? "") || this.isByGroup(definition);
  }

  /** Whether it is because its group is off. */
  isByGroup(definition: JsonObject): boolean {
    const group = groupIn(definition);
    return group !== undefined && this.#groups.has(group) && !this.#names.excludes(stringAt(definition, "name") ?? "");
  }
}
