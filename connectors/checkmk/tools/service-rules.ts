import { ToolFailure } from "switchyard/connector";
import { type Effective, effectiveParameters } from "../parameters/effective.ts";
import type { RuledService } from "../parameters/rule-match.ts";
import { type RulesetGuess, guessRulesets } from "../parameters/ruleset-discovery.ts";
import type {
  DiscoveredService,
  NameCondition,
  Rule,
  RuleConditions,
  RuledHost,
  Ruleset,
  Rulesets,
} from "../parameters/rulesets.ts";

/** Where the parameters of one service are. */
export interface ServiceRules {
  readonly host: RuledHost;
  readonly service: DiscoveredService | undefined;
  readonly ruleset: Ruleset;
  readonly guess: RulesetGuess;
  /** What the patterns of rules are held against. */
  readonly ruled: RuledService;
}

/**
 * Finds the ruleset that holds the parameters of a service: by the check plug-in that discovery names, else by the words of its name; of several
 * the first that the site has.
 *
 * @throws {ToolFailure} there is no such host, or no ruleset is known or there.
 */
export async function findRules(
  rulesets: Rulesets,
  hostName: string,
  serviceName: string,
  signal: AbortSignal,
): Promise<ServiceRules> {
  const host = await rulesets.host(hostName, signal);
  if (host === undefined) throw new ToolFailure(`No host "${hostName}" is set up. list_hosts with search finds names.`);
  const discovered = await rulesets.discovered(hostName, signal);
  const service = discovered.find(({ name }) => name === serviceName);
  const found = await firstRuleset(rulesets, guessRulesets(serviceName, service?.plugin), signal);
  if (found === undefined) {
    const unknown = service === undefined ? ` Discovery does not know that service on ${hostName} either.` : "";
    throw new ToolFailure(
      `No ruleset is known for "${serviceName}".${unknown} Find it with list_rulesets, and write its rules with create_rule.`,
    );
  }
  return { host, service, ...found, ruled: ruledBy(serviceName, service) };
}

/** Rules for plug-ins that find several items are about the item; others about the service. */
function ruledBy(name: string, service: DiscoveredService | undefined): RuledService {
  const item = service?.item;
  return { names: item === undefined || item === "" ? [name] : [item, name], labels: service?.labels ?? {} };
}

/** The first of several rulesets that the site has. */
export async function firstRuleset(
  rulesets: Rulesets,
  guesses: readonly RulesetGuess[],
  signal: AbortSignal,
): Promise<{ readonly guess: RulesetGuess; readonly ruleset: Ruleset } | undefined> {
  for (const guess of guesses) {
    const ruleset = await rulesets.ruleset(guess.ruleset, signal);
    if (ruleset !== undefined) return { guess, ruleset };
  }
  return undefined;
}

/** What holds for the service now. */
export async function effectiveOf(
  rulesets: Rulesets,
  { ruleset, host, ruled }: ServiceRules,
  signal: AbortSignal,
): Promise<Effective> {
  return effectiveParameters(await rulesets.rules(ruleset.name, signal), host, ruled);
}

/**
 * The one rule for just this host and service, if there is one: what is set again changes that, instead of adding another. A rule that is, or may
 * come to be, for anything else is not: to change it would change that too.
 */
export function ownRule({ matching }: Effective, hostName: string, { names: [name] }: RuledService): Rule | undefined {
  return matching.find(({ conditions }) => {
    const { host_name: host, service_description: service } = conditions;
    return only(host) === hostName && exactName(only(service)) === name && !hasWiderConditions(conditions);
  });
}

/** What a condition names, where that is one thing. */
function only(condition: NameCondition | undefined): string | undefined {
  return condition?.operator === "one_of" && condition.match_on.length === 1 ? condition.match_on[0] : undefined;
}

/** The one name that a pattern is for; undefined where it is for several, as one that only says the beginning. */
function exactName(pattern: string | undefined): string | undefined {
  const [, text] = /^\^?((?:\\[^a-zA-Z0-9]|[^\\.*+?^${}()|[\]])*)(?:\$|\\Z)$/u.exec(pattern ?? "") ?? [];
  return text?.replaceAll(/\\(.)/gu, "$1");
}

function hasWiderConditions({
  host_tags: tags = [],
  host_label_groups: ofHost = [],
  service_label_groups: ofService = [],
}: RuleConditions): boolean {
  return tags.length + ofHost.length + ofService.length > 0;
}
