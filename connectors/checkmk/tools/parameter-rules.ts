import { type Tool, tool } from "switchyard/connector";
import { z } from "zod";
import { fullName, knownDefaults, knownRuleset } from "../parameters/known-rulesets.ts";
import { isJsonObject, jsonOf } from "../parameters/literal-json.ts";
import { LiteralError, parseLiteral, printLiteral } from "../parameters/python-literal.ts";
import { guessRulesets } from "../parameters/ruleset-discovery.ts";
import type { Rule, Rulesets } from "../parameters/rulesets.ts";
import { anyUse, rulesetUse } from "../uses.ts";
import { told } from "../told.ts";
import { parametersShape } from "./parameter-context.ts";
import { effectiveOf, findRules, firstRuleset } from "./service-rules.ts";

/** Reads the configuration of the site, which others change too, and nobody tells of that. */
const reading = { readOnlyHint: true, openWorldHint: true } as const;

/** The tools that say which rules a service has. */
export function parameterRuleTools(rulesets: Rulesets): readonly Tool[] {
  return [effectiveTool(rulesets), discoverRulesetTool(rulesets), schemaTool(rulesets)];
}

const ruleShape = z.object({
  rule_id: z.string(),
  folder: z.string(),
  description: z.string(),
  value_raw: z.string().describe("As Python writes it."),
  etag: z.string().describe("For update_parameter_rule: then nobody else's change is written over."),
});

/** A rule in short. */
function shownRule(rulesets: Rulesets, rule: Rule): z.output<typeof ruleShape> {
  const { id, folder, properties, valueRaw } = rule;
  const { description = "" } = properties;
  return { rule_id: id, folder, description, value_raw: valueRaw, etag: rulesets.etagOf(rule) };
}

function effectiveTool(rulesets: Rulesets): Tool {
  return tool({
    name: "get_effective_parameters",
    title: "Parameters of a service",
    description:
      "The parameters that the site's rules give a service, and which rule each is from. Keys that no rule has follow the check plug-in's own defaults, which Checkmk does not tell.",
    annotations: reading,
    input: z.object({ host_name: z.string().min(1), service_name: z.string().min(1) }),
    output: z.object({
      ruleset: z.string(),
      found_by: z.enum(["plugin", "word"]).describe("By the check plug-in, which is sure, or by the service's name."),
      parameters: z.json().describe("null where no rule is for the service."),
      value_raw: z.string().nullable(),
      origins: z.record(z.string(), z.string()).describe("By key: the rule's id."),
      rules: z.array(ruleShape).describe("Those that are for the service; the first goes before the others."),
      warnings: z.array(z.string()),
    }),
    run: ({ host_name: host, service_name: service }, { signal }) =>
      told(async () => {
        const found = await findRules(rulesets, host, service, signal);
        const { value, matching, origins, unread } = await effectiveOf(rulesets, found, signal);
        return {
          structured: {
            ruleset: found.ruleset.name,
            found_by: found.guess.by,
            parameters: value === undefined ? null : jsonOf(value),
            value_raw: value === undefined ? null : printLiteral(value),
            origins: { ...origins },
            rules: matching.map((rule) => shownRule(rulesets, rule)),
            warnings: [
              ...unread,
              ...(found.service === undefined
                ? [`Discovery does not know "${service}" on ${host}: the ruleset is guessed by its name.`]
                : []),
            ],
          },
          uses: [anyUse, rulesetUse(found.ruleset.name)],
        };
      }),
  });
}

function discoverRulesetTool(rulesets: Rulesets): Tool {
  return tool({
    name: "discover_service_ruleset",
    title: "Ruleset of a service",
    description:
      "The rulesets that may hold the parameters of a service, the likeliest first, and which of them the site has.",
    annotations: reading,
    input: z.object({
      service_name: z.string().min(1),
      host_name: z
        .string()
        .min(1)
        .optional()
        .describe("Where it is on: then the check plug-in decides, which is sure."),
    }),
    output: z.object({
      ruleset: z.string().nullable().describe("The first that the site has."),
      candidates: z.array(z.object({ ruleset: z.string(), found_by: z.enum(["plugin", "word"]), because: z.string() })),
    }),
    run: ({ service_name: service, host_name: host }, { signal }) =>
      told(async () => {
        const discovered = host === undefined ? [] : await rulesets.discovered(host, signal);
        const guesses = guessRulesets(service, discovered.find(({ name }) => name === service)?.plugin);
        const found = await firstRuleset(rulesets, guesses, signal);
        return {
          structured: {
            ruleset: found?.ruleset.name ?? null,
            candidates: guesses.map(({ ruleset, by, because }) => ({ ruleset, found_by: by, because })),
          },
        };
      }),
  });
}

/** Rules from which shapes are shown. */
const shownShapes = 5;

function schemaTool(rulesets: Rulesets): Tool {
  return tool({
    name: "get_parameter_schema",
    title: "What a ruleset's values look like",
    description:
      "What is known of the values of a ruleset: keys with units, sensible values, and how the site's own rules look. Checkmk itself has no schema of them.",
    annotations: reading,
    input: z.object({
      ruleset_name: z.string().min(1).describe("As checkgroup_parameters:filesystem, or filesystem."),
    }),
    output: z.object({
      ruleset: z.string(),
      title: z.string().nullable().describe("null where the site has no such ruleset."),
      known: z.boolean(),
      keys: z.record(z.string(), z.string()).describe("By key: what it means, with the unit."),
      defaults: parametersShape.nullable(),
      defaults_raw: z.string().nullable(),
      rule_count: z.int(),
      seen_keys: z.array(z.string()).describe("Keys that the site's own rules have."),
      examples: z.array(ruleShape).describe("Some of the site's own rules."),
    }),
    run: ({ ruleset_name: name }, { signal }) =>
      told(async () => {
        const full = fullName(name);
        const ruleset = await rulesets.ruleset(full, signal);
        const rules = ruleset === undefined || ruleset.ruleCount === 0 ? [] : await rulesets.rules(full, signal);
        const known = knownRuleset(full);
        return {
          structured: {
            ruleset: full,
            title: ruleset?.title ?? null,
            known: known !== undefined,
            keys: { ...known?.keys },
            defaults: knownDefaults(full) ?? null,
            defaults_raw: known?.defaults ?? null,
            rule_count: rules.length,
            seen_keys: [...new Set(rules.flatMap(({ valueRaw }) => keysIn(valueRaw)))].toSorted(),
            examples: rules.slice(0, shownShapes).map((rule) => shownRule(rulesets, rule)),
          },
          uses: [anyUse, rulesetUse(full)],
        };
      }),
  });
}

function keysIn(raw: string): readonly string[] {
  try {
    const json = jsonOf(parseLiteral(raw));
    return isJsonObject(json) ? Object.keys(json) : [];
  } catch (thrown) {
    if (!(thrown instanceof LiteralError)) throw thrown;
    return [];
  }
}
