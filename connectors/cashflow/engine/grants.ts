import { addMonths, monthOfDay } from "../calendar.ts";
import type { Entity } from "../entities.ts";
import { partOf, toCents } from "../money.ts";
import { type EngineContext, type Line, monthlyLine, paidAfter, told } from "./line.ts";
import { periodOf } from "./period.ts";
import { type Schedule, scheduledLines } from "./scheduled.ts";

/** Months over which a grant without an end and without a schedule is spread. */
export const openEndedGrantMonths = 24;

/** A grant by its schedule; else by milestones that all have a date and an amount; else in equal parts over its calendar months. */
export function grants(entity: Entity<"grant">, context: EngineContext): Line[] {
  const { data } = entity;
  const total = toCents(data.amount);
  const section = "operating_revenue";
  const milestones = milestoneSchedule(data.milestones, total);
  if (data.payment_schedule !== undefined) {
    return scheduledLines(entity, context, { rule: "grant.schedule", section }, total, data.payment_schedule);
  }
  if (milestones !== undefined)
    return scheduledLines(entity, context, { rule: "grant.milestones", section }, total, milestones);
  const { start, from, to = monthOfDay(addMonths(start, openEndedGrantMonths - 1)) } = periodOf(entity);
  const months = to - from + 1;
  const delay = (data.payment_terms_days ?? 0) + (context.assumptions.collection_delay_days ?? 0);
  const settlement = paidAfter(delay);
  return monthlyLine(entity, context, {
    rule: "grant.spread",
    section,
    drivers: ["amount"],
    from,
    to,
    amountIn: (month) => partOf(total, month - from, months),
    ...(settlement === undefined ? {} : { settlement }),
    explain: (month) => `grant ${told(total)} ÷ ${months} months, part ${month - from + 1}`,
  });
}

function milestoneSchedule(milestones: Entity<"grant">["data"]["milestones"], total: number): Schedule | undefined {
  const dated = (milestones ?? []).flatMap(({ date, amount }) =>
    date === undefined || amount === undefined ? [] : [{ date, amount }],
  );
  const isWhole = dated.length > 0 && dated.length === milestones?.length;
  return isWhole && total > 0 && dated.some(({ amount }) => amount > 0) ? dated : undefined;
}
