import type { Tool } from "switchyard/connector";
import { z } from "zod";
import type { LiveModel } from "../live-model.ts";
import type { Model } from "../model.ts";
import { grouped } from "../text-table.ts";
import { type GoalSeekResult, breakEven, goalSeek } from "../what-if.ts";
import { metricText, optionsOf } from "./forecast-options.ts";
import { leverOf, leverSchema, whatIfFields } from "./lever.ts";
import { modelTool } from "./model-tool.ts";

const rangeFields = {
  min: z.number().default(0.1).describe("Where the search begins."),
  max: z.number().default(3).describe("Where it ends."),
};

const output = z.object({
  value: z.number().describe("What the lever must be."),
  metric: z.number().describe("What the metric then is."),
  forecasts: z.int().describe("How many forecasts it took."),
});

export function goalSeekTool(live: LiveModel): Tool {
  return modelTool(live, {
    name: "goal_seek",
    title: "Goal seek",
    description:
      "What a lever must be for a metric to reach a target: how much must be raised, what rent can be paid. The range must hold the answer; where it does not, the metric at both ends is told.",
    input: z.object({
      lever: leverSchema,
      target: z.number().describe("What the metric is to be, in its own unit."),
      ...rangeFields,
      tolerance: z
        .number()
        .gt(0)
        .optional()
        .describe("How exact the lever must be. Default: a millionth of the range."),
      ...whatIfFields,
    }),
    output,
    answer: async (model: Model, { lever, target, tolerance, ...options }, { signal }) => {
      const found = await goalSeek(model, leverOf(lever), target, {
        ...optionsOf(options),
        ...(tolerance !== undefined && { tolerance }),
        signal,
      });
      return answerOf(found, options.metric);
    },
  });
}

export function breakEvenTool(live: LiveModel): Tool {
  return modelTool(live, {
    name: "break_even",
    title: "Break-even",
    description: "What a lever must be for the cash to never fall below 0, or for another metric to be 0.",
    input: z.object({
      lever: leverSchema,
      ...rangeFields,
      ...whatIfFields,
      metric: z.string().default("lowest_cash").describe(`What is to be 0: ${metricText}`),
    }),
    output,
    answer: async (model, { lever, ...options }, { signal }) =>
      answerOf(await breakEven(model, leverOf(lever), { ...optionsOf(options), signal }), options.metric),
  });
}

function answerOf(found: GoalSeekResult, metric: string) {
  return {
    structured: { ...found },
    content: `With the lever at ${grouped(found.value, 6)}, ${metric} is ${grouped(found.metric, 2)}.`,
  };
}
