import type { Tool } from "switchyard/connector";
import { z } from "zod";
import type { LiveModel } from "../live-model.ts";
import { grouped, textTable } from "../text-table.ts";
import { grid, sensitivity, tornado } from "../what-if.ts";
import { optionsOf } from "./forecast-options.ts";
import { fieldLeverFields, leverOf, leverSchema, whatIfFields } from "./lever.ts";
import { modelTool } from "./model-tool.ts";

const value = z.number().nullable().describe("null where the metric has no meaning.");

export function sensitivityTool(live: LiveModel): Tool {
  return modelTool(live, {
    name: "sensitivity",
    title: "Sensitivity",
    description: "A metric over a range of one lever, with its elasticity and where it crosses 0.",
    input: z.object({
      lever: leverSchema,
      min: z.number().describe("Least value of the lever: 0.5 with mode multiply is half."),
      max: z.number().describe("Largest value of the lever."),
      steps: z.int().min(2).max(1000).default(11).describe("How many values from min to max, both included."),
      ...whatIfFields,
    }),
    output: z.object({
      metric: z.string(),
      baseline: value,
      points: z.array(z.object({ value: z.number(), metric: value, final_cash: z.number() })),
      elasticity: value.describe("Percent of change in the metric for a percent of the lever, mid-range."),
      break_even: value.describe("The lever's value where the metric crosses 0."),
    }),
    answer: async (model, { lever, min, max, steps, ...options }, { signal, progress }) => {
      const onProgress = (done: number): void => {
        progress(done, steps);
      };
      const found = await sensitivity(
        model,
        leverOf(lever),
        { min, max, steps },
        { ...optionsOf(options), signal, onProgress },
      );
      const points = found.points.map((one) => ({
        value: one.value,
        metric: one.metric ?? null,
        final_cash: one.finalCash,
      }));
      const crossing = found.breakEven === undefined ? "never" : `at ${grouped(found.breakEven, 4)}`;
      return {
        structured: {
          metric: options.metric,
          baseline: found.baseline ?? null,
          points,
          elasticity: found.elasticity ?? null,
          break_even: found.breakEven ?? null,
        },
        content: `${options.metric} is ${figure(found.baseline)} as things are, and crosses 0 ${crossing}.\n${textTable(
          ["lever", options.metric],
          points.map((one) => [grouped(one.value, 4), figure(one.metric)]),
        )}`,
      };
    },
  });
}

export function tornadoTool(live: LiveModel): Tool {
  return modelTool(live, {
    name: "tornado",
    title: "Tornado",
    description: "Each of several fields alone, down and up by a share: what moves a metric most comes first.",
    input: z.object({
      levers: z
        .array(
          z.object({
            ...fieldLeverFields,
            field: z.string().describe("The field, such as salary, amount or monthly_cost."),
            name: z.string().optional().describe("What it is called in the answer."),
          }),
        )
        .min(1)
        .max(100),
      share: z.number().gt(0).lt(1).default(0.1).describe("How far each is turned: 0.1 is 10 % down and up."),
      ...whatIfFields,
    }),
    output: z.object({
      metric: z.string(),
      baseline: value,
      bars: z.array(z.object({ name: z.string(), low: value, high: value, swing: z.number() })),
    }),
    answer: async (model, { levers, share, ...options }, { signal, progress }) => {
      const onProgress = (done: number): void => {
        progress(done, levers.length);
      };
      const { baseline, bars } = await tornado(model, levers, { ...optionsOf(options), share, signal, onProgress });
      const table = textTable(
        ["lever", `-${share * 100} %`, `+${share * 100} %`, "swing"],
        bars.map(({ name, low, high, swing }) => [name, figure(low), figure(high), figure(swing)]),
      );
      return {
        structured: {
          metric: options.metric,
          baseline: baseline ?? null,
          bars: bars.map(({ name, low = null, high = null, swing }) => ({ name, low, high, swing })),
        },
        content: `${options.metric} is ${figure(baseline)} as things are.\n${table}`,
      };
    },
  });
}

const axis = z.object({
  lever: leverSchema,
  values: z.array(z.number()).min(1).max(100).describe("1 to 100 values of the lever."),
});

export function gridTool(live: LiveModel): Tool {
  return modelTool(live, {
    name: "grid",
    title: "Two levers at once",
    description: "A metric for each pair of values of two levers, at most 1,000 pairs.",
    input: z.object({ row: axis, column: axis, ...whatIfFields }),
    output: z.object({
      metric: z.string(),
      rows: z.array(z.number()),
      columns: z.array(z.number()),
      cells: z.array(z.array(value)).describe("By row, then column."),
    }),
    answer: async (model, { row, column, ...options }, { signal, progress }) => {
      const total = row.values.length * column.values.length;
      const onProgress = (done: number): void => {
        progress(done, total);
      };
      const { rows, columns, cells } = await grid(
        model,
        { lever: leverOf(row.lever), values: row.values },
        { lever: leverOf(column.lever), values: column.values },
        { ...optionsOf(options), signal, onProgress },
      );
      const table = textTable(
        ["row \\ column", ...columns.map((one) => grouped(one, 4))],
        cells.map((line, at) => [grouped(rows[at] ?? 0, 4), ...line.map(figure)]),
      );
      return {
        structured: {
          metric: options.metric,
          rows: [...rows],
          columns: [...columns],
          cells: cells.map((line) => line.map((cell) => cell ?? null)),
        },
        content: `${options.metric}:\n${table}`,
      };
    },
  });
}

function figure(amount: number | null | undefined): string {
  return amount === null || amount === undefined ? "-" : grouped(amount, 2);
}
