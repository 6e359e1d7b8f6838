import { z } from "zod";
import { amounts, baseFields, count, date, money, positiveMoney, share } from "./fields.ts";

/** A person on the payroll. */
export const employee = z.looseObject({
  type: z.literal("employee"),
  ...baseFields,
  /** Base salary a year. */
  salary: positiveMoney,
  position: z.string().optional(),
  department: z.string().optional(),
  /** Cost to the employer per unit of salary: 1.3 adds 30 % of contributions and taxes. */
  overhead_multiplier: z.number().min(1).max(5).optional(),
  pay_frequency: z.enum(["monthly", "biweekly", "weekly", "annual"]).optional(),
  /** The first payday of weekly or biweekly pay. Default: the last day of the first full period. */
  first_pay_date: date.optional(),
  hours_per_week: z.number().min(0).max(168).optional(),
  /** Share of the salary that is paid each December, or on leaving. */
  bonus_percentage: share.optional(),
  bonus_performance_max: money.optional(),
  bonus_milestones_max: money.optional(),
  /** By name, a month. */
  allowances: amounts.optional(),
  /** By name, a month. */
  benefits: amounts.optional(),
  equity_eligible: z.boolean().optional(),
  equity_shares: count.optional(),
  equity_start_date: date.optional(),
  vesting_years: z.number().positive().max(20).optional(),
  equity_vest_years: z.number().positive().max(20).optional(),
  cliff_years: z.number().min(0).max(20).optional(),
});
