import { z } from "zod";
import { baseFields, count, price } from "./fields.ts";

/** A kind of share and its rights. */
export const shareClass = z.looseObject({
  type: z.literal("share_class"),
  ...baseFields,
  class_name: z.string().min(1),
  shares_authorized: count,
  shares_outstanding: count.optional(),
  par_value: price.optional(),
  /** Multiple of what was paid for the shares. Default 1 for preferred, 0 for common shares. */
  liquidation_preference: z.number().min(0).max(10).optional(),
  participating: z.boolean().optional(),
  /** Most that a participating share receives, as a multiple of what was paid for it. Default: no limit. */
  participation_cap: z.number().min(1).max(100).optional(),
  /** Whose preference is paid first: higher before lower, equal ones together. Default 0. */
  seniority: count.max(100).optional(),
  voting_rights_per_share: z.number().min(0).optional(),
  /** Common shares that one share converts into. Default 1. */
  conversion_ratio: z.number().positive().optional(),
  anti_dilution_provision: z.enum(["weighted_average", "ratchet", "none"]).optional(),
});
