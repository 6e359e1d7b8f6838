import type { Entity } from "../entities.ts";
import { toCents } from "../money.ts";
import { type EngineContext, type Line, datedLine, told } from "./line.ts";
import { dayOf } from "./period.ts";
import { scheduledLines } from "./scheduled.ts";

/** The money of owners: financing, never revenue. By its schedule, else at once on its first day. */
export function investments(entity: Entity<"investment">, context: EngineContext): Line[] {
  const { amount, disbursement_schedule: schedule, start_date: date } = entity.data;
  const total = toCents(amount);
  const section = "financing";
  if (schedule !== undefined) {
    return scheduledLines(entity, context, { rule: "investment.schedule", section }, total, schedule);
  }
  const rule = { rule: "investment.lump", section, drivers: ["amount"] } as const;
  return datedLine(entity, context, rule, [
    { day: dayOf(date), amount: total, text: `${told(total)} at once on ${date}` },
  ]);
}

/** The usual name of a round of this size, in units, for investments that do not say theirs. */
export function roundBySize(amount: number): "pre_seed" | "seed" | "series_a" | "series_b" | "series_c" {
  if (amount < 500_000) return "pre_seed";
  if (amount < 3_000_000) return "seed";
  if (amount < 15_000_000) return "series_a";
  return amount < 50_000_000 ? "series_b" : "series_c";
}
