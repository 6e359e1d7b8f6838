import { z } from "zod";
import { baseFields, date, depreciationFields, money, paymentTermsDays } from "./fields.ts";

/** A thing that is bought and wears out. */
export const equipment = z.looseObject({
  type: z.literal("equipment"),
  ...baseFields,
  cost: money,
  purchase_date: date,
  /** What was paid, where it differs from `cost`. */
  purchase_price: money.optional(),
  /** A month. */
  maintenance_cost: money.optional(),
  payment_terms_days: paymentTermsDays.optional(),
  ...depreciationFields,
});
