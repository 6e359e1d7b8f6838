import { z } from "zod";
import { parseDay } from "../calendar.ts";

/** The largest amount that can be written, in units: far above any company, and exact in cents with room for sums. */
export const mostMoney = 1e12;

/** An amount in units of the currency, at least 0, with at most two decimals. */
export const money = z.number().superRefine((value, context) => {
  if (value < 0 || value > mostMoney) {
    context.addIssue(
      broken(
        "money_range",
        `${value} is not between 0 and ${mostMoney}.`,
        "Amounts are positive; the type of the entity says the direction.",
      ),
    );
  } else if (!hasTwoDecimals(value)) {
    context.addIssue(broken("money_decimals", `${value} has more than two decimals.`, `Write ${value.toFixed(2)}.`));
  }
});

/** As {@link money}, and above 0. */
export const positiveMoney = money.refine((value) => value > 0, {
  params: { rule: "money_positive", suggestion: "Write an amount above 0." },
  error: "The amount is 0.",
});

/** A price per unit, at least 0, with any number of decimals. */
export const price = z.number().min(0).max(mostMoney);

/** A share from 0 to 1: 0.25 is 25 %. */
export const share = z.number().min(0).max(1);

/** A whole number from 0. */
export const count = z.int().min(0);

/** A day that the calendar has, as `YYYY-MM-DD`. */
export const date = z.string().superRefine((text, context) => {
  if (parseDay(text) !== undefined) return;
  const isShaped = /^\d{4}-\d{2}-\d{2}$/.test(text);
  context.addIssue(
    isShaped
      ? broken(
          "date_impossible",
          `The calendar has no day ${text}.`,
          "Years go from 1900 to 2199, months from 01 to 12.",
        )
      : broken("date_format", `"${text}" is not a date.`, `Write the year, month and day as ${datedLike(text)}.`),
  );
});

/** Dated amounts. */
export const schedule = z.array(z.looseObject({ date, amount: money })).min(1);

/** Named monthly amounts. */
export const amounts = z.record(z.string(), money);

/** Days from an invoice to its payment, 0 to 365. */
export const paymentTermsDays = z.int().min(0).max(365);

/** What every entity has. */
export const baseFields = {
  name: z.string().trim().min(1).max(200),
  start_date: date,
  end_date: date.optional(),
  tags: z.array(z.string()).optional(),
  notes: z.string().optional(),
};

/** What purchases that wear out have. */
export const depreciationFields = {
  useful_life_years: z.number().positive().max(100).optional(),
  depreciation_method: z.enum(["straight_line", "declining_balance", "sum_of_years_digits"]).optional(),
  residual_value: money.optional(),
  maintenance_percentage: share.optional(),
};

function hasTwoDecimals(value: number): boolean {
  return Number(value.toFixed(2)) === value;
}

function datedLike(text: string): string {
  const [year, month, day] = /(\d{4})\D(\d{1,2})\D(\d{1,2})/.exec(text)?.slice(1) ?? [];
  if (year === undefined || month === undefined || day === undefined) return "2026-01-31";
  return `${year}-${month.padStart(2, "0")}-${day.padStart(2, "0")}`;
}

type BrokenRule = {
  readonly code: "custom";
  readonly message: string;
  readonly params: { readonly rule: string; readonly suggestion: string };
};

/** An issue of our own rules for zod, which `parse-entities.ts` turns into a finding. */
export function broken(rule: string, message: string, suggestion: string): BrokenRule {
  return { code: "custom", message, params: { rule, suggestion } };
}
