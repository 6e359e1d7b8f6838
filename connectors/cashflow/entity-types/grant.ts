import { z } from "zod";
import { baseFields, date, money, paymentTermsDays, positiveMoney, schedule, share } from "./fields.ts";

/** Money given for a purpose, by a public or private body. */
export const grant = z.looseObject({
  type: z.literal("grant"),
  ...baseFields,
  amount: positiveMoney,
  agency: z.string().optional(),
  /** When it is paid. Without, in equal parts over its calendar months, 24 without an end. */
  payment_schedule: schedule.optional(),
  payment_terms_days: paymentTermsDays.optional(),
  reporting_requirements: z.union([z.string(), z.array(z.string())]).optional(),
  indirect_cost_rate: share.optional(),
  milestones: z
    .array(z.looseObject({ name: z.string().optional(), date: date.optional(), amount: money.optional() }))
    .optional(),
});
