import { z } from "zod";
import { mostMonths } from "../engine/forecast.ts";

/** A month as tools are given it. */
export const month = z.string().regex(/^\d{4}-(?:0[1-9]|1[0-2])$/, "write the year and month as 2026-01");

/** A day as tools are given it. */
export const day = z.string().regex(/^\d{4}-\d{2}-\d{2}$/, "write the day as 2026-01-31");

/** From when and for how long a question looks ahead. */
export const horizonFields = {
  start: month.optional().describe("First month, YYYY-MM. Default: the company's."),
  months: z.int().min(1).max(mostMonths).default(24).describe(`How many months, 1 to ${mostMonths}.`),
};

/** Which metrics there are, for descriptions. */
export const metricText =
  "final_cash, net_cash_flow, total_revenue, total_expenses, operating_cash_flow, profit_before_tax, or a KPI by its name in kpis, such as lowest_cash, runway_months or burn_rate.";

/** What every question about one forecast may say. */
export const forecastFields = {
  scenario: z
    .string()
    .default("baseline")
    .describe("A scenario by name; scenarios_list knows them. baseline is the files as they are."),
  ...horizonFields,
};

/** Those fields as the engine wants them: without what was left out. */
export function optionsOf<Options extends { readonly start?: string | undefined; readonly months: number }>({
  start,
  ...rest
}: Options): Omit<Options, "start"> & { readonly start?: string } {
  return { ...rest, ...(start !== undefined && { start }) };
}
