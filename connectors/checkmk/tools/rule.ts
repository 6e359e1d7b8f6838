import { type Tool, ToolFailure, tool } from "switchyard/connector";
import { z } from "zod";
import type { Rule } from "../parameters/rulesets.ts";
import type { Rules } from "../rest/rules.ts";
import type { Setup } from "../setup.ts";
import { changeTool, dryRun } from "./change-tool.ts";
import { folder } from "./host-arguments.ts";
import { told } from "../told.ts";

/** What the tools for rules work with. */
export interface RuleSetup extends Pick<Setup, "activator"> {
  readonly rules: Rules;
  /** Is told the ruleset whose rules were changed. */
  readonly onChange: (ruleset: string) => void;
}

/** Rulesets and rules as they are; the parameter tools write them by what they mean. */
export function ruleTools(setup: RuleSetup): readonly Tool[] {
  return [searchTool(setup), listTool(setup), createTool(setup), moveTool(setup), deleteTool(setup)];
}

function searchTool({ rules }: RuleSetup): Tool {
  return tool({
    name: "list_rulesets",
    title: "Find rulesets",
    description: "Rulesets whose name or title holds a text; by default only those that have rules.",
    input: z.object({
      search: z.string().min(1).max(200),
      used_only: z.boolean().default(true),
      limit: z.int().min(1).max(1000).default(100),
    }),
    output: z.object({
      rulesets: z.array(z.object({ name: z.string(), title: z.string(), rule_count: z.int() })),
      total_count: z.int(),
    }),
    annotations: { readOnlyHint: true, openWorldHint: true },
    run: async ({ search, used_only: isUsed, limit }, { signal }) =>
      told(async () => {
        const found = await rules.search(search, isUsed, signal);
        const rulesets = found
          .slice(0, limit)
          .map(({ name, title, ruleCount }) => ({ name, title, rule_count: ruleCount }));
        return { structured: { rulesets, total_count: found.length } };
      }),
  });
}

const ruleShape = z.object({
  rule_id: z.string(),
  folder: z.string(),
  index: z.int().describe("Its place among those of its folder."),
  value_raw: z.string().describe("As Python writes it."),
  conditions: z.record(z.string(), z.unknown()),
  properties: z.record(z.string(), z.unknown()),
});

function listTool({ rules }: RuleSetup): Tool {
  return tool({
    name: "list_rules",
    title: "List rules",
    description: "The rules of a ruleset, with their conditions and values.",
    input: z.object({ ruleset: rulesetName, limit: z.int().min(1).max(1000).default(100) }),
    output: z.object({ rules: z.array(ruleShape), total_count: z.int() }),
    annotations: { readOnlyHint: true, openWorldHint: true },
    run: async ({ ruleset, limit }, { signal }) =>
      told(async () => {
        const found = await rules.rules(ruleset, signal);
        return { structured: { rules: found.slice(0, limit).map(shown), total_count: found.length } };
      }),
  });
}

const rulesetName = z.string().min(1).max(200).describe("Such as checkgroup_parameters:filesystem.");
const ruleId = z.string().min(1).max(100).describe("As list_rules names it.");

function shown({ id, folder: path, index, valueRaw, conditions, properties }: Rule): z.output<typeof ruleShape> {
  return {
    rule_id: id,
    folder: path,
    index,
    value_raw: valueRaw,
    conditions: { ...conditions },
    properties: { ...properties },
  };
}

const names = z.array(z.string().min(1)).max(1000);

function createTool(setup: RuleSetup): Tool {
  return changeTool(setup, {
    name: "create_rule",
    title: "Create a rule",
    description:
      "Adds a rule at the end of those of its folder. For parameters of one service, set_service_parameters is easier and checks the values.",
    input: z.object({
      ruleset: rulesetName,
      folder: folder.default("/"),
      value_raw: z.string().min(1).max(100_000).describe("The value as Python writes it: {'levels': (80.0, 90.0)}."),
      host_names: names.default([]).describe("Default: all hosts of the folder. With ~ before it: a pattern."),
      service_names: names.default([]).describe("Patterns of how their names begin."),
      description: z.string().max(1000).default(""),
      comment: z.string().max(10_000).default(""),
      ...dryRun,
    }),
    annotations: { destructiveHint: false },
    plan: async (args, { signal }) => {
      const { ruleset, folder: path, value_raw: valueRaw, host_names: hosts, service_names: services } = args;
      if ((await setup.rules.ruleset(ruleset, signal)) === undefined) {
        throw new ToolFailure(
          `There is no ruleset ${JSON.stringify(ruleset)}; list_rulesets finds those that there are`,
        );
      }
      const conditions = {
        ...(hosts.length > 0 && { host_name: { match_on: hosts, operator: "one_of" as const } }),
        ...(services.length > 0 && { service_description: { match_on: services, operator: "one_of" as const } }),
      };
      const properties = { description: args.description, comment: args.comment, disabled: false };
      const rule = { ruleset, folder: path, valueRaw, conditions, properties };
      return {
        summary: `A rule is added to ${ruleset} in ${path}`,
        changes: { rule: { to: { ruleset, folder: path, value_raw: valueRaw, conditions, properties } } },
        make: async () => {
          await setup.rules.create(rule, signal);
          setup.onChange(ruleset);
        },
      };
    },
  });
}

function moveTool(setup: RuleSetup): Tool {
  return changeTool(setup, {
    name: "move_rule",
    title: "Move a rule",
    description: "Puts a rule elsewhere: of two rules for the same service, the upper one goes before the other.",
    input: z.object({
      rule_id: ruleId,
      position: z.enum(["top_of_folder", "bottom_of_folder", "before_specific_rule", "after_specific_rule"]),
      folder: folder.optional().describe("Of top_of_folder and bottom_of_folder."),
      other_rule_id: ruleId.optional().describe("Of before_specific_rule and after_specific_rule."),
      ...dryRun,
    }),
    annotations: { idempotentHint: true },
    plan: async ({ rule_id: id, position, folder: path, other_rule_id: other }, { signal }) => {
      const rule = await requireRule(setup, id, signal);
      const isInFolder = position === "top_of_folder" || position === "bottom_of_folder";
      if (isInFolder && path === undefined) throw new ToolFailure(`${position} needs folder`);
      if (!isInFolder && other === undefined) throw new ToolFailure(`${position} needs other_rule_id`);
      const to = isInFolder ? { position, folder: path ?? "/" } : { position, ruleId: other ?? "" };
      return {
        summary: `Rule ${id} of ${rule.ruleset} is moved`,
        changes: { place: { from: { folder: rule.folder, index: rule.index }, to } },
        make: async () => {
          await setup.rules.move(id, to, signal);
          setup.onChange(rule.ruleset);
        },
      };
    },
  });
}

function deleteTool(setup: RuleSetup): Tool {
  return changeTool(setup, {
    name: "delete_rule",
    title: "Delete a rule",
    description: "Deletes a rule: what it was for is as the rules below it say, or the defaults.",
    input: z.object({ rule_id: ruleId, ...dryRun }),
    annotations: { idempotentHint: true },
    plan: async ({ rule_id: id }, { signal }) => {
      const rule = await requireRule(setup, id, signal);
      return {
        summary: `Rule ${id} of ${rule.ruleset} is deleted`,
        changes: { rule: { from: shown(rule) } },
        make: async () => {
          await setup.rules.delete(id, signal);
          setup.onChange(rule.ruleset);
        },
      };
    },
  });
}

async function requireRule({ rules }: RuleSetup, id: string, signal: AbortSignal): Promise<Rule> {
  const found = await rules.rule(id, signal);
  if (found === undefined)
    throw new ToolFailure(`There is no rule ${JSON.stringify(id)}; list_rules names those that there are`);
  return found.rule;
}
