import { z } from "zod";
import { baseFields, money } from "./fields.ts";

/** A place that is rented. */
export const facility = z.looseObject({
  type: z.literal("facility"),
  ...baseFields,
  /** Rent a month, whatever its payment frequency. */
  monthly_cost: money,
  location: z.string().optional(),
  size_sqft: z.number().min(0).optional(),
  utilities_monthly: money.optional(),
  insurance_annual: money.optional(),
  /** How often rent is paid, in advance, counted from the month of `start_date`. */
  payment_frequency: z.enum(["monthly", "quarterly", "annual"]).optional(),
  security_monthly: money.optional(),
  maintenance_monthly: money.optional(),
});
