import { z } from "zod";
import { baseFields, broken, money, paymentTermsDays, price } from "./fields.ts";

/** Something sold every month. Its monthly amount is said, or is rate × hours, or the contract's value over its months. */
export const service = z
  .looseObject({
    type: z.literal("service"),
    ...baseFields,
    monthly_amount: money.optional(),
    customer: z.string().optional(),
    service_type: z.string().optional(),
    hourly_rate: price.optional(),
    hours_per_month: z.number().min(0).max(10_000).optional(),
    contract_value: money.optional(),
    payment_terms_days: paymentTermsDays.optional(),
  })
  .superRefine((value, context) => {
    const isHourly = value.hourly_rate !== undefined && value.hours_per_month !== undefined;
    if (value.monthly_amount !== undefined || isHourly) return;
    if (value.contract_value === undefined) {
      const suggestion = "Write monthly_amount, or hourly_rate and hours_per_month, or contract_value and end_date.";
      context.addIssue(broken("required", "Nothing says how much the service brings a month.", suggestion));
    } else if (value.end_date === undefined) {
      const issue = broken(
        "contract_end",
        "A contract_value without an end_date has no monthly amount.",
        "Write end_date.",
      );
      context.addIssue({ ...issue, path: ["contract_value"] });
    }
  });
