import { monthsTouched } from "../calendar.ts";
import type { Entity } from "../entities.ts";
import { partOf, roundHalfEven, toCents } from "../money.ts";
import { type EngineContext, type Line, daysText, monthlyLine, paidAfter, proRated, told } from "./line.ts";
import { periodOf } from "./period.ts";

/** A service by its monthly amount, else rate × hours, else its contract's value in equal parts over its calendar months. */
export function services(entity: Entity<"service">, context: EngineContext): Line[] {
  const { data } = entity;
  const { start, end, from, to } = periodOf(entity);
  const delay = (data.payment_terms_days ?? 0) + (context.assumptions.collection_delay_days ?? 0);
  const settlement = paidAfter(delay);
  const shared = {
    section: "operating_revenue",
    growth: "revenue",
    from,
    ...(to === undefined ? {} : { to }),
    ...(settlement === undefined ? {} : { settlement }),
  } as const;
  const rate = data.hourly_rate ?? 0;
  const hours = data.hours_per_month ?? 0;
  if (
    data.monthly_amount === undefined &&
    data.contract_value !== undefined &&
    end !== undefined &&
    !(rate > 0 && hours > 0)
  ) {
    const total = toCents(data.contract_value);
    const months = monthsTouched(start, end);
    return monthlyLine(entity, context, {
      ...shared,
      rule: "service.contract",
      drivers: ["contract_value"],
      amountIn: (month) => partOf(total, month - from, months),
      explain: (month) => `contract ${told(total)} ÷ ${months} months, part ${month - from + 1}`,
    });
  }
  const isMonthly = data.monthly_amount !== undefined;
  const amount = isMonthly ? toCents(data.monthly_amount ?? 0) : roundHalfEven(rate * hours * 100);
  const text = isMonthly ? `${told(amount)} a month` : `${rate} × ${hours} hours a month`;
  return monthlyLine(entity, context, {
    ...shared,
    rule: isMonthly ? "service.monthly" : "service.hours",
    drivers: isMonthly ? ["monthly_amount"] : ["hourly_rate", "hours_per_month"],
    amountIn: (month) => proRated(amount, month, start, end),
    explain: (month) => `${text}${daysText(month, start, end)}`,
  });
}
