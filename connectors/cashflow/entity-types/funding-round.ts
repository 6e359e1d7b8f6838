import { z } from "zod";
import { baseFields, count, money, price } from "./fields.ts";

/** A round of the cap table. Its money arrives by entities of type investment, never by the round. */
export const fundingRound = z.looseObject({
  type: z.literal("funding_round"),
  ...baseFields,
  round_type: z.string().min(1),
  amount_raised: money,
  pre_money_valuation: money.optional(),
  post_money_valuation: money.optional(),
  shares_issued: count.optional(),
  share_class: z.string().optional(),
  price_per_share: price.optional(),
  investors: z.array(z.string()).optional(),
  /** Shares added to the option pool. */
  option_pool_increase: count.optional(),
});
