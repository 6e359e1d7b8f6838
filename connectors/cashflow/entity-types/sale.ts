import { z } from "zod";
import { baseFields, date, paymentTermsDays, positiveMoney, price, schedule } from "./fields.ts";

/** Something sold once. */
export const sale = z.looseObject({
  type: z.literal("sale"),
  ...baseFields,
  amount: positiveMoney,
  customer: z.string().optional(),
  product: z.string().optional(),
  quantity: z.number().min(0).optional(),
  unit_price: price.optional(),
  /** When it is delivered and invoiced. Default: `start_date`. */
  delivery_date: date.optional(),
  /** When it is paid, where that is agreed. */
  payment_schedule: schedule.optional(),
  payment_terms_days: paymentTermsDays.optional(),
});
