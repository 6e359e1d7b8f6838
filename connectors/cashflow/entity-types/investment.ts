import { z } from "zod";
import { baseFields, count, money, positiveMoney, price, schedule } from "./fields.ts";

/** Money for shares of the company. */
export const investment = z.looseObject({
  type: z.literal("investment"),
  ...baseFields,
  amount: positiveMoney,
  investor: z.string().optional(),
  round_name: z.string().optional(),
  valuation: money.optional(),
  terms: z.union([z.string(), z.record(z.string(), z.unknown())]).optional(),
  /** When it is paid. Without, all of it in the month of `start_date`. */
  disbursement_schedule: schedule.optional(),
  shares_issued: count.optional(),
  share_class: z.string().optional(),
  price_per_share: price.optional(),
  pre_money_valuation: money.optional(),
  post_money_valuation: money.optional(),
  /** Multiple of what was paid. */
  liquidation_preference: z.number().min(0).max(10).optional(),
  participating: z.boolean().optional(),
  anti_dilution_provision: z.enum(["weighted_average", "ratchet", "none"]).optional(),
  board_seats: count.optional(),
  protective_provisions: z.union([z.string(), z.array(z.string())]).optional(),
  voting_rights_per_share: z.number().min(0).optional(),
  conversion_rights: z.union([z.string(), z.boolean(), z.record(z.string(), z.unknown())]).optional(),
});
