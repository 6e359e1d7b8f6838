import { monthOfDay } from "../calendar.ts";
import type { Entity } from "../entities.ts";
import { toCents } from "../money.ts";
import { type EngineContext, type Line, datedLine, dueMonth, paidText, told } from "./line.ts";
import { dayOf } from "./period.ts";
import { scheduledLines } from "./scheduled.ts";

/** A sale by its schedule; else earned on delivery, and paid when its terms say. */
export function sales(entity: Entity<"sale">, context: EngineContext): Line[] {
  const { data } = entity;
  const total = toCents(data.amount);
  const section = "operating_revenue";
  if (data.payment_schedule !== undefined) {
    return scheduledLines(entity, context, { rule: "sale.schedule", section }, total, data.payment_schedule);
  }
  const date = data.delivery_date ?? data.start_date;
  const day = dayOf(date);
  const delay = (data.payment_terms_days ?? 0) + (context.assumptions.collection_delay_days ?? 0);
  const paidIn = dueMonth(day, delay);
  const text = `${told(total)} delivered on ${date}${paidText(paidIn, monthOfDay(day))}`;
  const rule = { rule: "sale.delivery", section, drivers: ["amount"], growth: "revenue" } as const;
  return datedLine(entity, context, rule, [{ day, amount: total, paidIn, text }]);
}
