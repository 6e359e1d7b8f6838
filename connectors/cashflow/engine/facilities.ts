import { type Month, indexInYear } from "../calendar.ts";
import type { Entity } from "../entities.ts";
import { partOf, toCents } from "../money.ts";
import { type EngineContext, type Line, type Settlement, daysText, monthlyLine, proRated, told } from "./line.ts";
import { periodOf } from "./period.ts";

const monthsAtOnce = { monthly: 1, quarterly: 3, annual: 12 } as const;

/** Rent, in advance; utilities, security and maintenance by the month; insurance in twelfths. Each by the days of its first and last month. */
export function facilities(entity: Entity<"facility">, context: EngineContext): Line[] {
  const { data } = entity;
  const { start, end, from, to } = periodOf(entity);
  const shared = {
    section: "operating_expense",
    growth: "expense",
    from,
    ...(to === undefined ? {} : { to }),
  } as const;
  const ahead = monthsAtOnce[data.payment_frequency ?? "monthly"];
  const insurance = toCents(data.insurance_annual ?? 0);
  const monthly = (rule: string, field: string, value: number | undefined, settlement?: Settlement): Line[] => {
    const amount = toCents(value ?? 0);
    if (amount === 0) return [];
    return monthlyLine(entity, context, {
      ...shared,
      rule,
      drivers: [field],
      amountIn: (month) => proRated(amount, month, start, end),
      ...(settlement === undefined ? {} : { settlement }),
      explain: (month) => `${field} ${told(amount)}${daysText(month, start, end)}`,
    });
  };
  return [
    ...monthly("facility.rent", "monthly_cost", data.monthly_cost, ahead === 1 ? undefined : inAdvance(from, ahead)),
    ...monthly("facility.utilities", "utilities_monthly", data.utilities_monthly),
    ...monthly("facility.security", "security_monthly", data.security_monthly),
    ...monthly("facility.maintenance", "maintenance_monthly", data.maintenance_monthly),
    ...(insurance === 0
      ? []
      : monthlyLine(entity, context, {
          ...shared,
          rule: "facility.insurance",
          drivers: ["insurance_annual"],
          amountIn: (month) => proRated(partOf(insurance, indexInYear(month), 12), month, start, end),
          explain: (month) => `insurance ${told(insurance)} a year ÷ 12${daysText(month, start, end)}`,
        })),
  ];
}

/** When a month is paid whose `months`, counted from `from`, are paid together in the first of them. */
export function inAdvance(from: Month, months: number): Settlement {
  return { paidIn: (month) => month - ((month - from) % months), after: 0, ahead: months - 1 };
}
