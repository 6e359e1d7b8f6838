import { type Tool, ToolFailure } from "switchyard/connector";
import { z } from "zod";
import type { Effective } from "../parameters/effective.ts";
import { handlersOf } from "../parameters/handlers.ts";
import { knownShape } from "../parameters/known-rulesets.ts";
import { type JsonObject, isJsonObject, jsonOf, literalOf } from "../parameters/literal-json.ts";
import { type Literal, LiteralError, parseLiteral, printLiteral } from "../parameters/python-literal.ts";
import type { NewRule, Rule, RuleProperties, Rulesets } from "../parameters/rulesets.ts";
import type { Setup } from "../setup.ts";
import { type PlannedChange, changeTool, difference, dryRun } from "./change-tool.ts";
import { contextShape, parametersIn, parametersShape } from "./parameter-context.ts";
import { type Step, inSteps } from "./half-made.ts";
import { rulesetFindings } from "./parameter-handlers.ts";
import { type ServiceRules, effectiveOf, findRules, ownRule } from "./service-rules.ts";

/** What the tools that write parameters work with. */
export interface ParameterSetup extends Pick<Setup, "activator"> {
  readonly rulesets: Rulesets;
  /** Is told the ruleset whose rules were changed. */
  readonly onChange: (ruleset: string) => void;
}

/** The tools that write rules of parameters. What they write is pending until it is activated. */
export function parameterChangeTools(setup: ParameterSetup): readonly Tool[] {
  return [setParametersTool(setup), updateRuleTool(setup)];
}

const propertiesShape = z
  .object({
    description: z.string().optional(),
    comment: z.string().optional(),
    documentation_url: z.url().optional(),
    disabled: z.boolean().optional(),
  })
  .default({})
  .describe("What the rule says of itself.");

function setParametersTool(setup: ParameterSetup): Tool {
  return changeTool(setup, {
    name: "set_service_parameters",
    title: "Set parameters of a service",
    description:
      "Sets parameters of one service on one host by a rule for just these: the rule that is there already is changed, otherwise one is made in the host's folder, before other rules for the service. Keys that are not named stay. Look first with dry_run, which shows the value as the rule will hold it.",
    annotations: { idempotentHint: true },
    input: z.object({
      host_name: z.string().min(1),
      service_name: z.string().min(1),
      parameters: parametersShape,
      rule_properties: propertiesShape,
      context: contextShape,
      ...dryRun,
    }),
    plan: async (args, { signal }) => {
      const { host_name: hostName, service_name: serviceName, context } = args;
      const found = await findRules(setup.rulesets, hostName, serviceName, signal);
      const { name: ruleset } = found.ruleset;
      refuseMaking(serviceName, ruleset);
      const [handler] = handlersOf(serviceName, ruleset);
      const asked = parametersIn(args.parameters);
      const parameters = handler?.prepare(serviceName, asked, context) ?? asked;
      refuseWrong(ruleset, parameters, handler?.check(serviceName, asked, context) ?? []);
      const effective = await effectiveOf(setup.rulesets, found, signal);
      const own = ownRule(effective, hostName, found.ruled);
      const properties = propertiesIn(args.rule_properties);
      const [first] = effective.matching;
      if (own !== undefined) {
        const raise = first?.id === own.id ? undefined : first;
        return changeOf(setup, { id: own.id, parameters, properties, etag: undefined, raise }, signal);
      }
      const rule = newRule(found, effective, { hostName, serviceName, parameters, properties });
      return creationOf(setup, rule, first?.folder === rule.folder ? first : undefined);
    },
  });
}

/** @throws {ToolFailure} the rules of this ruleset make services, so that another one would make another. */
function refuseMaking(serviceName: string, ruleset: string): void {
  if (ruleset.startsWith("checkgroup_parameters:")) return;
  throw new ToolFailure(
    `"${serviceName}" is made by a rule of ${ruleset}, so that another rule would make another service. Change the rule that made it with update_parameter_rule; get_effective_parameters names it.`,
  );
}

/** A rule in the host's folder for just this service on just this host. */
function newRule(
  { ruleset, ruled, host }: ServiceRules,
  { value }: Effective,
  wish: {
    readonly hostName: string;
    readonly serviceName: string;
    readonly parameters: JsonObject;
    readonly properties: RuleProperties;
  },
): NewRule {
  const { hostName, serviceName, parameters, properties } = wish;
  const [pattern = serviceName] = ruled.names;
  const likes = [...(value === undefined ? [] : [value]), ...knownShape(ruleset.name)];
  return {
    ruleset: ruleset.name,
    folder: host.folder,
    valueRaw: printLiteral(literalOf(parameters, likes)),
    conditions: {
      host_name: { match_on: [hostName], operator: "one_of" },
      service_description: { match_on: [`${escapedPattern(pattern)}$`], operator: "one_of" },
    },
    properties: { description: `Parameters of ${serviceName} on ${hostName}`, ...properties },
  };
}

/** A new rule stands below those of its folder: where one of them is for the service too, it has to be put before that, the first of them. */
function creationOf(setup: ParameterSetup, rule: NewRule, before: Rule | undefined): PlannedChange {
  const { rulesets, onChange } = setup;
  const { ruleset, folder, valueRaw, conditions } = rule;
  return {
    summary: `A new rule of ${ruleset} in ${folder} holds ${valueRaw}${raisedText(before)}`,
    changes: {
      ...difference({}, { ruleset, folder, value_raw: valueRaw, conditions }),
      ...(before && { position: { to: "top_of_folder" } }),
    },
    make: async ({ signal }) => {
      let id = "";
      const create = async (): Promise<void> => {
        ({ id } = await rulesets.create(rule, signal));
        onChange(ruleset);
      };
      const raise = raising(setup, () => id, before, signal);
      await inSteps([{ text: `a new rule is at the bottom of ${folder}`, make: create }, ...raise]);
    },
  };
}

function raisedText(before: Rule | undefined): string {
  if (before === undefined) return "";
  return `; it is put at the top of ${before.folder}, before rule ${before.id}, which would go before it otherwise`;
}

/** Puts a rule for just one service before the rule that would go before it; for other services that changes nothing. */
function raising(
  { rulesets, onChange }: ParameterSetup,
  id: () => string,
  before: Rule | undefined,
  signal: AbortSignal,
): readonly Step[] {
  if (before === undefined) return [];
  const { folder, ruleset } = before;
  const make = async (): Promise<void> => {
    await rulesets.move(id(), { position: "top_of_folder", folder }, signal);
    onChange(ruleset);
  };
  return [{ text: `it is at the top of ${folder}, without which rule ${before.id} goes before it`, make }];
}

/** Refuses what is known to be wrong. @throws {ToolFailure} with everything that is. */
function refuseWrong(
  ruleset: string,
  parameters: JsonObject,
  more: readonly { readonly severity: string; readonly message: string }[],
): void {
  const errors = [...rulesetFindings(ruleset, parameters), ...more].filter(({ severity }) => severity === "error");
  if (errors.length > 0)
    throw new ToolFailure(`The parameters are wrong. ${errors.map(({ message }) => message).join(" ")}`);
}

function escapedPattern(text: string): string {
  return text.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`);
}

function updateRuleTool(setup: ParameterSetup): Tool {
  return changeTool(setup, {
    name: "update_parameter_rule",
    title: "Change a rule of parameters",
    description:
      "Changes values of one rule, wherever it applies: keys that are not named stay. Conditions and whatever the rule says of itself stay unless told otherwise. Refused where somebody has changed the rule since its etag.",
    annotations: { idempotentHint: true },
    input: z.object({
      rule_id: z.string().min(1),
      parameters: parametersShape,
      preserve_conditions: z
        .boolean()
        .default(true)
        .describe("false takes all conditions out: the rule is then for every host of its folder."),
      rule_properties: propertiesShape,
      etag: z
        .string()
        .min(1)
        .optional()
        .describe("As get_effective_parameters told it. Default: the rule as it is now."),
      ...dryRun,
    }),
    plan: async (args, { signal }) =>
      changeOf(
        setup,
        {
          id: args.rule_id,
          parameters: parametersIn(args.parameters),
          properties: propertiesIn(args.rule_properties),
          etag: args.etag,
          ...(!args.preserve_conditions && { conditions: {} }),
        },
        signal,
      ),
  });
}

interface RuleChange {
  readonly id: string;
  readonly parameters: JsonObject;
  readonly properties: RuleProperties;
  readonly conditions?: Rule["conditions"];
  readonly etag: string | undefined;
  /** The rule that goes before it, and is not to. */
  readonly raise?: Rule | undefined;
}

async function changeOf(
  setup: ParameterSetup,
  { id, parameters, properties, conditions, etag, raise }: RuleChange,
  signal: AbortSignal,
): Promise<PlannedChange> {
  const { rulesets, onChange } = setup;
  const found = await rulesets.rule(id, signal);
  if (found === undefined)
    throw new ToolFailure(`There is no rule ${id}; get_effective_parameters names those of a service.`);
  const { rule } = found;
  refuseWrong(rule.ruleset, parameters, []);
  const after: Rule = {
    ...rule,
    valueRaw: merged(rule, parameters),
    properties: { ...rule.properties, ...properties },
    ...(conditions !== undefined && { conditions }),
  };
  return {
    summary: `Rule ${id} of ${rule.ruleset} in ${rule.folder} becomes ${after.valueRaw}${raisedText(raise)}`,
    changes: {
      ...difference(partsOf(rule), partsOf(after)),
      ...(raise && { position: { from: rule.index, to: "top_of_folder" } }),
    },
    make: async ({ signal: making }) => {
      const update = async (): Promise<void> => {
        await rulesets.update(after, etag ?? found.etag, making);
        onChange(rule.ruleset);
      };
      const changed = { text: `rule ${id} is ${after.valueRaw}`, make: update };
      await inSteps([changed, ...raising(setup, () => id, raise, making)]);
    },
  };
}

function partsOf({ valueRaw, conditions, properties }: Rule): Readonly<Record<string, unknown>> {
  return { value_raw: valueRaw, conditions, ...properties };
}

/** The rule's value with some of its keys set, everything else as it was written. @throws {ToolFailure} its value is no dict. */
function merged({ id, ruleset, valueRaw }: Rule, parameters: JsonObject): string {
  const before = literalIn(id, valueRaw);
  const json = jsonOf(before);
  if (before.kind !== "dict" || !isJsonObject(json))
    throw new ToolFailure(
      `The value of rule ${id} has no keys that could be set (${valueRaw}); make another with create_rule and take this one out with delete_rule.`,
    );
  const kept = new Map(before.entries.map(([key, value]) => [printLiteral(key), [key, value] as const]));
  const given = literalOf(parameters, [before, ...knownShape(ruleset)]);
  for (const [key, value] of given.kind === "dict" ? given.entries : []) kept.set(printLiteral(key), [key, value]);
  return printLiteral({ kind: "dict", entries: [...kept.values()] });
}

function literalIn(id: string, raw: string): Literal {
  try {
    return parseLiteral(raw);
  } catch (thrown) {
    if (!(thrown instanceof LiteralError)) throw thrown;
    throw new ToolFailure(`The value of rule ${id} cannot be read. ${thrown.message}`, { cause: thrown });
  }
}

function propertiesIn(given: z.output<typeof propertiesShape>): RuleProperties {
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
}
