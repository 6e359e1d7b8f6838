import { z } from "zod";
import { baseFields, broken, count, depreciationFields, money, paymentTermsDays } from "./fields.ts";

/** A subscription, a licence bought, or both. */
export const software = z
  .looseObject({
    type: z.literal("software"),
    ...baseFields,
    /** For all licences together. */
    monthly_cost: money.optional(),
    /** Paid a year in advance, counted from the month of `start_date`; used where there is no monthly cost. */
    annual_cost: money.optional(),
    vendor: z.string().optional(),
    license_count: count.optional(),
    /** Paid once, in the month of `start_date`. */
    purchase_price: money.optional(),
    payment_terms_days: paymentTermsDays.optional(),
    ...depreciationFields,
  })
  .superRefine((value, context) => {
    if ([value.monthly_cost, value.annual_cost, value.purchase_price].some((cost) => cost !== undefined)) return;
    const suggestion = "Write monthly_cost, annual_cost or purchase_price; 0 where it is free.";
    context.addIssue(broken("required", "Nothing says what the software costs.", suggestion));
  });
