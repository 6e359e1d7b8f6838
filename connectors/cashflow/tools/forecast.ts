import type { Tool } from "switchyard/connector";
import { z } from "zod";
import { columnNames, forecast } from "../engine/forecast.ts";
import type { LiveModel } from "../live-model.ts";
import { type ForecastReport, type ReportRow, reportOf } from "../report-data.ts";
import { money, textTable, wholeUnits } from "../text-table.ts";
import { forecastFields, optionsOf } from "./forecast-options.ts";
import { modelTool } from "./model-tool.ts";

/** What a forecast shows where nobody says. */
const usualColumns = [
  "total_revenue",
  "total_expenses",
  "tax_paid",
  "capital_expenditure",
  "financing",
  "net_cash_flow",
  "cash_balance",
] as const;

const amount = z.number();

/** A forecast's sums, in units of the currency. */
export const summarySchema = z.object({
  total_revenue: amount,
  total_expenses: amount,
  net_cash_flow: amount,
  final_cash: amount,
  lowest_cash: amount,
  ruin_month: z.string().nullable().describe("The first month that ends below 0; null where none does."),
});

const output = z.object({
  scenario: z.string(),
  currency: z.string().describe("ISO 4217; all amounts are units of it, with cents."),
  start: z.string(),
  end: z.string(),
  opening_cash: amount,
  periods: z.array(
    z
      .looseObject({ period: z.string(), active_employees: z.number(), active_projects: z.number() })
      .describe("One period: its name and the columns that were asked for."),
  ),
  summary: summarySchema,
  notes: z.array(z.string()).describe("Changes of the scenario that touched nothing."),
});

/** What `forecast` answers. */
export type ForecastAnswer = z.output<typeof output>;

export function forecastTool(live: LiveModel): Tool {
  return modelTool(live, {
    name: "forecast",
    title: "Cash-flow forecast",
    description:
      "The company's cash flow by month, quarter or year under a scenario, with totals and when the cash runs out. Use explain_month to see what a figure consists of.",
    input: z.object({
      ...forecastFields,
      aggregation: z.enum(["monthly", "quarterly", "yearly"]).default("monthly").describe("Of the calendar."),
      columns: z
        .array(z.enum(columnNames))
        .min(1)
        .max(columnNames.length)
        .default([...usualColumns])
        .describe(
          "What is shown. Cash in the month it moves; from accrued_revenue on what was earned, used and owed in it.",
        ),
    }),
    output,
    answer: (model, { aggregation, columns, ...options }) => {
      const report = reportOf(forecast(model, optionsOf(options)), aggregation);
      const { scenario, currency, start, end, opening_cash, summary, notes } = report;
      const periods = report.periods.map(({ period, active_employees, active_projects, ...row }) => ({
        period,
        active_employees,
        active_projects,
        ...Object.fromEntries(columns.map((name) => [name, row[name]])),
      }));
      return {
        structured: { scenario, currency, start, end, opening_cash, periods, summary, notes: [...notes] },
        content: [
          `${model.company.name}, scenario ${scenario}, ${start} to ${end}.`,
          summaryText(report),
          periodsText(report.periods, columns, currency),
          ...notes.map((note) => `Note: ${note}`),
        ].join("\n\n"),
      };
    },
  });
}

/** The sums of a forecast as sentences. */
export function summaryText({ currency, opening_cash: opening, summary }: ForecastReport): string {
  const end =
    summary.ruin_month === null
      ? `The cash is never below 0; its lowest is ${money(summary.lowest_cash, currency)}.`
      : `The cash runs out in ${summary.ruin_month}; its lowest is ${money(summary.lowest_cash, currency)}.`;
  return `Opening cash ${money(opening, currency)}, revenue ${money(summary.total_revenue, currency)}, expenses ${money(summary.total_expenses, currency)}, net cash flow ${money(summary.net_cash_flow, currency)}, final cash ${money(summary.final_cash, currency)}. ${end}`;
}

function periodsText(rows: readonly ReportRow[], columns: readonly (typeof columnNames)[number][], currency: string) {
  const table = textTable(
    ["period", ...columns],
    rows.map((row) => [row.period, ...columns.map((name) => wholeUnits(row[name]))]),
  );
  return `In ${currency}, whole units:\n${table}`;
}
