import { z } from "zod";
import { baseFields, count } from "./fields.ts";

/** Who holds shares. */
export const shareholder = z.looseObject({
  type: z.literal("shareholder"),
  ...baseFields,
  total_shares: count,
  /** Name of a share class. */
  share_class: z.string(),
  shareholder_type: z.enum(["founder", "employee", "investor", "advisor", "consultant", "other"]).optional(),
  cliff_months: count.max(240).optional(),
  vesting_months: count.max(240).optional(),
  /** Vested shares as agreed; without, by the schedule. */
  vested_shares: count.optional(),
  board_seats: count.optional(),
});
