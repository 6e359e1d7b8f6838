import { monthsTouched } from "../calendar.ts";
import type { Entity } from "../entities.ts";
import { partOf, toCents } from "../money.ts";
import { type EngineContext, type Line, monthlyLine, paidAfter, told } from "./line.ts";
import { periodOf } from "./period.ts";

/** Whether a project spends: what waits or was given up does not. */
export function isSpending({ data }: Entity<"project">): boolean {
  return data.status !== "on-hold" && data.status !== "cancelled";
}

/** A budget for what is bought from outside, in equal parts over the project's calendar months. */
export function projects(entity: Entity<"project">, context: EngineContext): Line[] {
  const { start, end, from, to } = periodOf(entity);
  const total = toCents(entity.data.total_budget);
  if (total === 0 || end === undefined || to === undefined || !isSpending(entity)) return [];
  const months = monthsTouched(start, end);
  const settlement = paidAfter(entity.data.payment_terms_days ?? 0);
  return monthlyLine(entity, context, {
    rule: "project.budget",
    section: "operating_expense",
    drivers: ["total_budget"],
    growth: "expense",
    from,
    to,
    amountIn: (month) => partOf(total, month - from, months),
    ...(settlement === undefined ? {} : { settlement }),
    explain: (month) => `budget ${told(total)} ÷ ${months} months, part ${month - from + 1}`,
  });
}
