/** Which hosts and services a rule is for, as REST 1.0 writes it (OpenAPI file of 2.4, schema InputConditions). What is absent restricts nothing. */
export interface RuleConditions {
  readonly host_name?: NameCondition;
  readonly host_tags?: readonly TagCondition[];
  readonly host_label_groups?: readonly LabelGroup[];
  readonly service_label_groups?: readonly LabelGroup[];
  readonly service_description?: NameCondition;
}

/** Names: exact for hosts, but for those that begin with `~`; for services the beginning, as a regular expression. */
export interface NameCondition {
  readonly match_on: readonly string[];
  readonly operator: "one_of" | "none_of";
}

export type TagCondition =
  | { readonly key: string; readonly operator: "is" | "is_not"; readonly value: string }
  | { readonly key: string; readonly operator: "one_of" | "none_of"; readonly value: readonly string[] };

/** Labels, `key:value`, joined one after the other from the left; the first one's operator only says whether it is negated. */
export interface LabelGroup {
  readonly operator?: LabelOperator;
  readonly label_group: readonly { readonly operator?: LabelOperator; readonly label: string }[];
}

export type LabelOperator = "and" | "or" | "not";

/** What a rule says of itself. */
export interface RuleProperties {
  readonly description?: string;
  readonly comment?: string;
  readonly documentation_url?: string;
  readonly disabled?: boolean;
}

/** One rule of a ruleset. */
export interface Rule {
  readonly id: string;
  readonly ruleset: string;
  /** With `/` between its parts; `/` is the main folder. */
  readonly folder: string;
  /** Its place among those of its folder, from 0. */
  readonly index: number;
  /** A Python literal. */
  readonly valueRaw: string;
  readonly conditions: RuleConditions;
  readonly properties: RuleProperties;
}

/** A rule that is to be. */
export type NewRule = Omit<Rule, "id" | "index">;

/** A ruleset, without its rules. */
export interface Ruleset {
  /** As `checkgroup_parameters:filesystem`. */
  readonly name: string;
  readonly title: string;
  readonly ruleCount: number;
}

/** What decides which rules are for a host: its own configuration and what folders give it. */
export interface RuledHost {
  readonly name: string;
  /** With `/` between its parts; `/` is the main folder. */
  readonly folder: string;
  /** Tags by group, as `{ criticality: "prod" }`. */
  readonly tags: Readonly<Record<string, string>>;
  readonly labels: Readonly<Record<string, string>>;
}

/** A service as discovery knows it. */
export interface DiscoveredService {
  readonly name: string;
  /** The check plug-in, as `df`. */
  readonly plugin: string;
  readonly item: string | undefined;
  readonly labels: Readonly<Record<string, string>>;
}

/**
 * What the parameter tools need of a site's configuration. Each throws a `CheckmkError` that says what the site refused; `undefined` is what is
 * not there.
 */
export interface Rulesets {
  host(name: string, signal: AbortSignal): Promise<RuledHost | undefined>;
  /** What discovery found on the host, whatever its phase. */
  discovered(host: string, signal: AbortSignal): Promise<readonly DiscoveredService[]>;
  ruleset(name: string, signal: AbortSignal): Promise<Ruleset | undefined>;
  /** All rules, in any order. */
  rules(ruleset: string, signal: AbortSignal): Promise<readonly Rule[]>;
  /** One rule with the ETag by which nobody else's change is written over. */
  rule(id: string, signal: AbortSignal): Promise<{ readonly rule: Rule; readonly etag: string } | undefined>;
  /** The ETag of a rule that was read with others. */
  etagOf(rule: Rule): string;
  /** Adds a rule at the end of those of its folder. It is pending until it is activated. */
  create(rule: NewRule, signal: AbortSignal): Promise<Rule>;
  /** Replaces a rule's value, conditions and properties. @throws {CheckmkError} `changed_meanwhile` — since the ETag was read. */
  update(rule: Rule, etag: string, signal: AbortSignal): Promise<Rule>;
  /** Puts a rule before all others of its ruleset in a folder. */
  move(
    id: string,
    to: { readonly position: "top_of_folder"; readonly folder: string },
    signal: AbortSignal,
  ): Promise<Rule>;
}
