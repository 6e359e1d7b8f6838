import { type Day, indexInYear, monthOfDay } from "../calendar.ts";
import type { Entity } from "../entities.ts";
import { partOf, scaleCents, toCents } from "../money.ts";
import { type Asset, depreciation } from "./depreciation.ts";
import { inAdvance } from "./facilities.ts";
import {
  type EngineContext,
  type Line,
  datedLine,
  daysText,
  dueMonth,
  monthlyLine,
  paidAfter,
  paidText,
  proRated,
  told,
} from "./line.ts";
import { type Period, dayOf, periodOf } from "./period.ts";

/** A thing: its price is investing cash, its wear an expense that is not cash, its upkeep an expense. Never both price and wear as cash. */
export function equipment(entity: Entity<"equipment">, context: EngineContext): Line[] {
  const { data } = entity;
  const bought = dayOf(data.purchase_date);
  const period = periodOf(entity, bought);
  const field = data.purchase_price === undefined ? "cost" : "purchase_price";
  const upkeep = toCents(data.maintenance_cost ?? 0);
  return [
    ...purchase(entity, context, bought, field, period),
    ...(upkeep === 0
      ? []
      : monthlyCost(entity, context, period, "equipment.maintenance", "maintenance_cost", data.maintenance_cost ?? 0)),
  ];
}

/** A subscription, a licence that is bought and wears out as a thing does, or both. */
export function software(entity: Entity<"software">, context: EngineContext): Line[] {
  const { data } = entity;
  const period = periodOf(entity);
  const terms = data.payment_terms_days ?? 0;
  const isMonthly = (data.monthly_cost ?? 0) > 0;
  return [
    ...(isMonthly
      ? monthlyCost(entity, context, period, "software.monthly", "monthly_cost", data.monthly_cost ?? 0, terms)
      : annualCost(entity, context, period, toCents(data.annual_cost ?? 0))),
    ...(data.purchase_price === undefined ? [] : purchase(entity, context, period.start, "purchase_price", period)),
  ];
}

function purchase(
  entity: Entity<"software" | "equipment">,
  context: EngineContext,
  bought: Day,
  field: "cost" | "purchase_price",
  period: Period,
): Line[] {
  const { data } = entity;
  const price = toCents(Number(data[field] ?? 0));
  if (price === 0) return [];
  const paidIn = dueMonth(bought, data.payment_terms_days ?? 0);
  const rule = { rule: `${data.type}.purchase`, section: "investing", drivers: [field] } as const;
  const text = `bought for ${told(price)}${paidText(paidIn, monthOfDay(bought))}`;
  const asset: Asset | undefined =
    data.useful_life_years === undefined
      ? undefined
      : {
          price,
          residual: toCents(data.residual_value ?? 0),
          lifeYears: data.useful_life_years,
          method: data.depreciation_method ?? "straight_line",
        };
  return [
    ...datedLine(entity, context, rule, [{ day: bought, amount: price, paidIn, text }]),
    ...depreciation(entity, context, monthOfDay(bought), period.to, asset),
    ...upkeepByPrice(entity, context, period, price, field),
  ];
}

function upkeepByPrice(
  entity: Entity<"software" | "equipment">,
  context: EngineContext,
  { start, end, from, to }: Period,
  price: number,
  field: string,
): Line[] {
  const percentage = entity.data.maintenance_percentage ?? 0;
  const annual = scaleCents(price, percentage);
  if (annual === 0) return [];
  return monthlyLine(entity, context, {
    rule: `${entity.type}.maintenance_percentage`,
    section: "operating_expense",
    drivers: [field, "maintenance_percentage"],
    growth: "expense",
    from,
    ...(to === undefined ? {} : { to }),
    amountIn: (month) => proRated(partOf(annual, indexInYear(month), 12), month, start, end),
    explain: (month) => `${told(price)} × ${percentage} a year ÷ 12${daysText(month, start, end)}`,
  });
}

function monthlyCost(
  entity: Entity,
  context: EngineContext,
  { start, end, from, to }: Period,
  rule: string,
  field: string,
  units: number,
  terms = 0,
): Line[] {
  const amount = toCents(units);
  const settlement = paidAfter(terms);
  return monthlyLine(entity, context, {
    rule,
    section: "operating_expense",
    drivers: [field],
    growth: "expense",
    from,
    ...(to === undefined ? {} : { to }),
    amountIn: (month) => proRated(amount, month, start, end),
    ...(settlement === undefined ? {} : { settlement }),
    explain: (month) => `${field} ${told(amount)}${daysText(month, start, end)}`,
  });
}

/** Used by the month, and paid a year in advance. */
function annualCost(
  entity: Entity<"software">,
  context: EngineContext,
  { start, end, from, to }: Period,
  annual: number,
): Line[] {
  if (annual === 0) return [];
  return monthlyLine(entity, context, {
    rule: "software.annual",
    section: "operating_expense",
    drivers: ["annual_cost"],
    growth: "expense",
    from,
    ...(to === undefined ? {} : { to }),
    amountIn: (month) => proRated(partOf(annual, month - from, 12), month, start, end),
    settlement: inAdvance(from, 12),
    explain: (month) => `annual_cost ${told(annual)} ÷ 12${daysText(month, start, end)}`,
  });
}
