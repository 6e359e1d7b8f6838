import { type Month, addMonths, firstDayOf, indexInYear, lastDayOf, monthOfDay } from "../calendar.ts";
import type { Entity } from "../entities.ts";
import { type Cents, divideHalfEven, partOf, scaleCents, toCents } from "../money.ts";
import { type EngineContext, type Line, type Settlement, daysText, monthlyLine, proRated, told } from "./line.ts";
import { type Period, dayOf, periodOf } from "./period.ts";

/** Pay, employer's cost on top of it, bonus, allowances and benefits. */
export function payroll(entity: Entity<"employee">, context: EngineContext): Line[] {
  const { data } = entity;
  const period = employmentOf(entity, context);
  if (period.end !== undefined && period.end < period.start) return [];
  const salary = toCents(data.salary);
  const multiplier = context.assumptions.overhead_multiplier ?? data.overhead_multiplier ?? 1;
  const overhead = scaleCents(salary, multiplier) - salary;
  const bonus = scaleCents(salary, data.bonus_percentage ?? 0);
  return [
    ...pay(entity, context, period, { rule: "payroll.salary", annual: salary, text: `salary ${told(salary)} a year` }),
    ...(overhead === 0
      ? []
      : pay(entity, context, period, {
          rule: "payroll.overhead",
          annual: overhead,
          text: `overhead ${told(salary)} × (${multiplier} − 1) a year`,
        })),
    ...(bonus === 0 ? [] : bonusLine(entity, context, period, bonus)),
    ...extras(entity, context, period, "allowances"),
    ...extras(entity, context, period, "benefits"),
  ];
}

/** From when to when an employee is paid, late where the scenario delays hiring. */
export function employmentOf(entity: Entity<"employee">, { assumptions, first }: EngineContext): Period {
  const start = dayOf(entity.data.start_date);
  const delay = start >= firstDayOf(first) ? (assumptions.hiring_delay_months ?? 0) : 0;
  return periodOf(entity, addMonths(start, delay));
}

interface Pay {
  readonly rule: string;
  readonly annual: Cents;
  readonly text: string;
}

function pay(entity: Entity<"employee">, context: EngineContext, period: Period, what: Pay): Line[] {
  const frequency = entity.data.pay_frequency ?? "monthly";
  switch (frequency) {
    case "monthly":
      return monthlyPay(entity, context, period, what);
    case "annual":
      return monthlyPay(entity, context, period, what, paidAtYearsEnd(period));
    case "biweekly":
      return paydays(entity, context, period, what, 14);
    case "weekly":
      return paydays(entity, context, period, what, 7);
  }
}

function monthlyPay(
  entity: Entity<"employee">,
  context: EngineContext,
  { start, end, from, to }: Period,
  { rule, annual, text }: Pay,
  settlement?: Settlement,
): Line[] {
  return monthlyLine(entity, context, {
    rule,
    section: "operating_expense",
    drivers: ["salary"],
    growth: "salary",
    from,
    ...(to === undefined ? {} : { to }),
    amountIn: (month) => proRated(partOf(annual, indexInYear(month), 12), month, start, end),
    ...(settlement === undefined ? {} : { settlement }),
    explain: (month) => `${text} ÷ 12${daysText(month, start, end)}`,
  });
}

/** December, or the month of leaving. */
function paidAtYearsEnd({ to }: Period): Settlement {
  const paidIn = (month: Month): Month => Math.min(month - indexInYear(month) + 11, to ?? Number.POSITIVE_INFINITY);
  return { paidIn, after: 11, ahead: 0 };
}

/**
 * Pay on every 7th or 14th day: a 52nd or 26th of the year's salary for each whole period, so that some months have one payday more than
 * others, and some years. A period that began before the first day or ends after the last is paid by its days.
 */
function paydays(
  entity: Entity<"employee">,
  context: EngineContext,
  { start, end, from, to }: Period,
  { rule, annual, text }: Pay,
  days: 7 | 14,
): Line[] {
  const perYear = days === 7 ? 52 : 26;
  const { first_pay_date: firstPayDate } = entity.data;
  const anchor = firstPayDate === undefined ? start + days - 1 : dayOf(firstPayDate);
  const paidOn = (number: number): Cents => {
    const payday = anchor + number * days;
    const worked = Math.min(payday, end ?? payday) - Math.max(payday - days + 1, start) + 1;
    const whole = partOf(annual, ((number % perYear) + perYear) % perYear, perYear);
    return worked <= 0 ? 0 : divideHalfEven(whole * Math.min(worked, days), days);
  };
  const firstIn = (month: Month): number => Math.max(0, Math.ceil((firstDayOf(month) - anchor) / days));
  const lastIn = (month: Month): number => Math.floor((lastDayOf(month) - anchor) / days);
  const amountIn = (month: Month): Cents => {
    let amount = 0;
    for (let number = firstIn(month); number <= lastIn(month); number += 1) amount += paidOn(number);
    return amount;
  };
  return monthlyLine(entity, context, {
    rule,
    section: "operating_expense",
    drivers: ["salary"],
    growth: "salary",
    from,
    // The last period may be paid in the month after the last day.
    ...(to === undefined ? {} : { to: monthOfDay((end ?? 0) + days - 1) }),
    amountIn,
    explain: (month) => `${text} ÷ ${perYear} on ${Math.max(0, lastIn(month) - firstIn(month) + 1)} payday(s)`,
  });
}

function bonusLine(entity: Entity<"employee">, context: EngineContext, period: Period, bonus: Cents): Line[] {
  const { bonus_percentage: percentage = 0, salary } = entity.data;
  const text = `bonus ${percentage * 100} % of ${told(toCents(salary))} a year`;
  const what = { rule: "payroll.bonus", annual: bonus, text };
  return monthlyPay(entity, context, period, what, paidAtYearsEnd(period));
}

function extras(
  entity: Entity<"employee">,
  context: EngineContext,
  { start, end, from, to }: Period,
  field: "allowances" | "benefits",
): Line[] {
  const parts: readonly (readonly [string, number])[] = Object.entries(entity.data[field] ?? {});
  const amount = parts.reduce((all, [, value]) => all + toCents(value), 0);
  if (amount === 0) return [];
  return monthlyLine(entity, context, {
    rule: `payroll.${field}`,
    section: "operating_expense",
    drivers: [field],
    growth: "salary",
    from,
    ...(to === undefined ? {} : { to }),
    amountIn: (month) => proRated(amount, month, start, end),
    explain: (month) => `${field} ${told(amount)} a month${daysText(month, start, end)}`,
  });
}
