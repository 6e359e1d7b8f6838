import type { Tool } from "switchyard/connector";
import { z } from "zod";
import { columnNames, forecast } from "../engine/forecast.ts";
import { explainMonth } from "../explain.ts";
import type { LiveModel } from "../live-model.ts";
import { grouped, money, textTable } from "../text-table.ts";
import { forecastFields, month, optionsOf } from "./forecast-options.ts";
import { modelTool } from "./model-tool.ts";

const output = z.object({
  month: z.string(),
  column: z.string(),
  currency: z.string(),
  amount: z.number().describe("In units of the currency."),
  contributions: z
    .array(
      z.object({
        entity: z.string().describe("The entity's id; company for tax and opening cash."),
        name: z.string(),
        type: z.string(),
        rule: z.string(),
        amount: z.number().describe("With its sign in the figure."),
        formula: z.string(),
        recognised: z.string().describe("The month in which it was earned or used."),
        source: z.string().optional().describe("file:line"),
      }),
    )
    .describe("The largest first."),
});

/** What `explain_month` answers. */
export type ExplainMonthAnswer = z.output<typeof output>;

export function explainMonthTool(live: LiveModel): Tool {
  return modelTool(live, {
    name: "explain_month",
    title: "Explain a figure",
    description:
      "Where one figure of a forecast comes from: every entity, rule and formula that it consists of, with the line of the file. The parts sum to the figure exactly.",
    input: z.object({
      month: month.describe("The month, YYYY-MM, inside the forecast."),
      column: z.enum(columnNames).default("net_cash_flow").describe("Which figure of that month."),
      ...forecastFields,
    }),
    output,
    answer: (model, { month: asked, column, ...options }) => {
      const explanation = explainMonth(forecast(model, optionsOf(options)), asked, column);
      const { currency } = model.company;
      const contributions = explanation.contributions.map(({ cents, ...rest }) => ({ ...rest, amount: cents / 100 }));
      const amount = explanation.cents / 100;
      const table = textTable(
        ["amount", "entity", "rule", "formula", "source"],
        contributions.map((one) => [
          grouped(one.amount, 2),
          one.entity,
          one.rule,
          one.recognised === asked ? one.formula : `${one.formula} (of ${one.recognised})`,
          one.source ?? "",
        ]),
      );
      return {
        structured: { month: asked, column, currency, amount, contributions },
        content: `${column} of ${asked} is ${money(amount, currency)}, the sum of:\n${table}`,
      };
    },
  });
}
