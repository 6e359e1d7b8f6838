import { z } from "zod";
import { parseMonth } from "./calendar.ts";
import { broken, mostMoney } from "./entity-types/fields.ts";

const month = z.string().superRefine((text, context) => {
  if (parseMonth(text) !== undefined) return;
  context.addIssue(broken("month_format", `"${text}" is not a month.`, "Write the year and month as 2026-01."));
});

/** `company.yaml`: what belongs to the company as a whole. Unknown fields are kept. */
export const companySchema = z.looseObject({
  name: z.string().min(1),
  /** ISO 4217. All amounts of a model are in this one currency. */
  currency: z
    .string()
    .regex(/^[A-Z]{3}$/)
    .default("EUR"),
  /** The month that a forecast begins with where nobody says another. */
  start: month,
  /** Cash on the first day of `start`; below 0 where the account is overdrawn. */
  opening_cash: z.number().min(-mostMoney).max(mostMoney).multipleOf(0.01).default(0),
  /** Tax on profit. Without, none. */
  tax: z
    .looseObject({
      /** Share of the profit before tax. */
      rate: z.number().min(0).max(1),
      /** When the tax of the months since the last payment is paid: in each month, in the last of each quarter, or in December. */
      payment: z.enum(["monthly", "quarterly", "annual"]).default("quarterly"),
      /** Whether losses of earlier years of the forecast lower the profit that is taxed. */
      loss_carryforward: z.boolean().default(true),
    })
    .optional(),
});

export type Company = z.output<typeof companySchema>;
export type TaxRules = NonNullable<Company["tax"]>;
