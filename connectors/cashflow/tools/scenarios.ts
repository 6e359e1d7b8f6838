import type { Tool } from "switchyard/connector";
import { z } from "zod";
import type { LiveModel } from "../live-model.ts";
import { compareScenarios } from "../report-data.ts";
import type { Scenario } from "../scenario-file.ts";
import { grouped, textTable } from "../text-table.ts";
import { horizonFields, metricText, optionsOf } from "./forecast-options.ts";
import { part } from "../uses.ts";
import { modelTool } from "./model-tool.ts";

const scenariosOutput = z.object({
  company: z.string(),
  currency: z.string(),
  start: z.string(),
  opening_cash: z.number(),
  scenarios: z.array(
    z.object({ name: z.string(), description: z.string().optional(), extends: z.string().optional() }),
  ),
});

/** What `scenarios_list` answers. */
export type ScenariosAnswer = z.output<typeof scenariosOutput>;

export function scenariosListTool(live: LiveModel): Tool {
  return modelTool(live, {
    uses: () => [part.company, part.scenarios],
    name: "scenarios_list",
    title: "Scenarios",
    description: "The company, and the scenarios that its forecasts can be asked for.",
    input: z.object({}),
    output: scenariosOutput,
    answer: ({ company: { name, currency, start, opening_cash }, scenarios }) => {
      const listed = [...scenarios.values()].map(listedOf);
      return {
        structured: { company: name, currency, start, opening_cash, scenarios: listed },
        content: `${name}, from ${start} with ${grouped(opening_cash, 2)} ${currency}.\n\n${textTable(
          ["scenario", "extends", "description"],
          listed.map((one) => [one.name, one.extends ?? "", one.description ?? ""]),
        )}`,
      };
    },
  });
}

function listedOf({ name, description, extends: base }: Scenario) {
  return { name, ...(description !== undefined && { description }), ...(base !== undefined && { extends: base }) };
}

const comparisonOutput = z.object({
  currency: z.string(),
  scenarios: z.array(z.string()),
  metrics: z.array(
    z.object({
      metric: z.string(),
      values: z.record(z.string(), z.number().nullable()).describe("By scenario; null without meaning."),
    }),
  ),
  winner: z.record(z.string(), z.string()).describe("By metric; none where no scenario has a value."),
});

/** What `compare_scenarios` answers. */
export type ComparisonAnswer = z.output<typeof comparisonOutput>;

export function compareScenariosTool(live: LiveModel): Tool {
  return modelTool(live, {
    name: "compare_scenarios",
    title: "Compare scenarios",
    description: "Two to five scenarios side by side, and which is best by each metric.",
    input: z.object({
      scenarios: z.array(z.string()).min(2).max(5).describe("Names of 2 to 5 different scenarios."),
      metrics: z
        .array(z.string())
        .min(1)
        .max(30)
        .default(["total_revenue", "total_expenses", "net_cash_flow", "final_cash", "lowest_cash", "runway_months"])
        .describe(metricText),
      ...horizonFields,
    }),
    output: comparisonOutput,
    answer: (model, { scenarios, metrics, ...options }) => {
      const compared = compareScenarios(model, scenarios, metrics, optionsOf(options));
      const { currency } = model.company;
      const table = textTable(
        ["metric", ...scenarios, "best"],
        compared.metrics.map(({ metric, values }) => [
          metric,
          ...scenarios.map((name) => shown(values[name])),
          compared.winner[metric] ?? "",
        ]),
      );
      return {
        structured: {
          currency,
          scenarios,
          metrics: compared.metrics.map(({ metric, values }) => ({ metric, values: { ...values } })),
          winner: { ...compared.winner },
        },
        content: `${options.months} months, money in ${currency}:\n${table}`,
      };
    },
  });
}

function shown(value: number | null | undefined): string {
  return value === null || value === undefined ? "-" : grouped(value, 2);
}
