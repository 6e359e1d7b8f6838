import {
  type Day,
  type Month,
  activeDays,
  daysIn,
  firstDayOf,
  formatMonth,
  lastDayOf,
  monthOfDay,
} from "../calendar.ts";
import type { Company } from "../company.ts";
import type { Entity } from "../entities.ts";
import { type Cents, divideHalfEven, formatCents, roundHalfEven } from "../money.ts";
import type { Assumptions } from "../scenario-file.ts";

/**
 * Where a line stands in the statement. Revenue and expenses are accrued when earned or used, and paid when due. Investing is the
 * purchase of what lasts, financing the money of owners. Depreciation is an expense that is never paid.
 */
export type Section = "operating_revenue" | "operating_expense" | "investing" | "financing" | "depreciation";

/** Which growth of the assumptions a line follows. */
export type Growth = "revenue" | "expense" | "salary";

/** What one rule says of one entity: an amount for each month in which it is recognised, and when that is paid. */
export interface Line {
  readonly entity: Entity;
  /** The rule, as README.md lists them: `payroll.salary`. */
  readonly rule: string;
  readonly section: Section;
  /** The fields that the amounts are proportional to: twice the field is twice the line. */
  readonly drivers: readonly string[];
  readonly growth: Growth | undefined;
  /** The month of `amounts[0]`. */
  readonly first: Month;
  /** What is recognised, not below 0. The section says the sign. */
  readonly amounts: Float64Array;
  /** The month in which `amounts[i]` is paid. Undefined: the same month; with depreciation, never. */
  readonly paidIn: Int32Array | undefined;
  /** How the amount of a month came about, with its numbers. */
  readonly explain: (month: Month) => string;
}

/** What a rule knows beside its entity. */
export interface EngineContext {
  readonly company: Company;
  readonly assumptions: Assumptions;
  /** The first and the last month of the forecast. */
  readonly first: Month;
  readonly last: Month;
  /** By growth and month since the first: what amounts are multiplied with. */
  readonly growth: Readonly<Record<Growth, (month: Month) => number>>;
}

/** When what is recognised in a month is paid, and how far apart the two may be: only so many other months are looked at. */
export interface Settlement {
  readonly paidIn: (month: Month) => Month;
  /** Most months from recognition to payment. */
  readonly after: number;
  /** Most months from payment, in advance, to recognition. */
  readonly ahead: number;
}

interface LineRule {
  readonly rule: string;
  readonly section: Section;
  readonly drivers: readonly string[];
  readonly growth?: Growth;
  /** From when to when there is something; the window of the forecast is applied on top. */
  readonly from: Month;
  readonly to?: Month;
  /** What is recognised in a month, before growth. */
  readonly amountIn: (month: Month) => Cents;
  /** When it is paid. Without: in the month itself. */
  readonly settlement?: Settlement;
  readonly explain: (month: Month) => string;
}

/** The line of a rule that says something about each month. */
export function monthlyLine(entity: Entity, context: EngineContext, rule: LineRule): Line[] {
  const { settlement } = rule;
  const first = Math.max(rule.from, context.first - (settlement?.after ?? 0));
  const last = Math.min(rule.to ?? Number.POSITIVE_INFINITY, context.last + (settlement?.ahead ?? 0));
  if (last < first) return [];
  const amounts = new Float64Array(last - first + 1);
  const paidIn = settlement === undefined ? undefined : new Int32Array(amounts.length);
  const factor = rule.growth === undefined ? undefined : context.growth[rule.growth];
  for (let at = 0; at < amounts.length; at += 1) {
    const amount = rule.amountIn(first + at);
    amounts[at] = factor === undefined ? amount : grown(amount, factor(first + at));
    if (paidIn !== undefined && settlement !== undefined) paidIn[at] = settlement.paidIn(first + at);
  }
  return [
    {
      entity,
      rule: rule.rule,
      section: rule.section,
      drivers: rule.drivers,
      growth: rule.growth,
      first,
      amounts,
      paidIn,
      explain: (month) => rule.explain(month) + grownText(factor?.(month) ?? 1),
    },
  ];
}

/** The line of a rule that knows dates: what is due on a day is recognised in that day's month, and paid where `paidOn` says. */
export function datedLine(
  entity: Entity,
  context: EngineContext,
  rule: Pick<LineRule, "rule" | "section" | "drivers" | "growth">,
  parts: readonly { readonly day: Day; readonly amount: Cents; readonly paidIn?: Month; readonly text: string }[],
): Line[] {
  return parts.flatMap(({ day, amount, paidIn, text }) => {
    const month = monthOfDay(day);
    return monthlyLine(entity, context, {
      ...rule,
      from: month,
      to: month,
      amountIn: () => amount,
      ...(paidIn === undefined ? {} : { settlement: { paidIn: () => paidIn, after: paidIn - month, ahead: 0 } }),
      explain: () => text,
    });
  });
}

function grown(amount: Cents, factor: number): Cents {
  return factor === 1 ? amount : roundHalfEven(amount * factor);
}

function grownText(factor: number): string {
  return factor === 1 ? "" : ` × ${factor.toFixed(6)} for growth`;
}

/** Part of a month's amount by the days on which the entity is active. */
export function proRated(amount: Cents, month: Month, start: Day, end: Day | undefined): Cents {
  const first = firstDayOf(month);
  const all = firstDayOf(month + 1) - first;
  if (start <= first && (end === undefined || end >= first + all - 1)) return amount;
  return divideHalfEven(amount * activeDays(month, start, end), all);
}

/** `, 15 of 31 days`, or nothing for a whole month. */
export function daysText(month: Month, start: Day, end: Day | undefined): string {
  const days = activeDays(month, start, end);
  return days === daysIn(month) ? "" : ` × ${days} of ${daysIn(month)} days`;
}

/** The month in which a bill of `invoiced` is paid, `days` later. */
export function dueMonth(invoiced: Day, days: number): Month {
  return monthOfDay(invoiced + days);
}

/** When a month's bill, written on its last day, is paid. Undefined where that is at once, so that the line needs no other months. */
export function paidAfter(days: number): Settlement | undefined {
  if (days === 0) return undefined;
  return { paidIn: (month) => dueMonth(lastDayOf(month), days), after: Math.ceil(days / 28), ahead: 0 };
}

/** An amount in an explanation. */
export function told(amount: Cents): string {
  return formatCents(amount);
}

/** `, paid in 2026-03`, where that is another month. */
export function paidText(paid: Month, month: Month): string {
  return paid === month ? "" : `, paid in ${formatMonth(paid)}`;
}
