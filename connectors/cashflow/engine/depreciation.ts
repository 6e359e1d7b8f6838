import type { Month } from "../calendar.ts";
import type { Entity } from "../entities.ts";
import { type Cents, divideHalfEven, partOf } from "../money.ts";
import { type EngineContext, type Line, monthlyLine, told } from "./line.ts";

export type DepreciationMethod = "straight_line" | "declining_balance" | "sum_of_years_digits";

/** What wears out: its price, what is left of it at the end, over how long, and how. */
export interface Asset {
  readonly price: Cents;
  readonly residual: Cents;
  readonly lifeYears: number;
  readonly method: DepreciationMethod;
}

/**
 * Depreciation of each year of life. All years together are exactly price less residual value.
 *
 * - `sum_of_years_digits`: (years left) ÷ (1 + 2 + … + life).
 * - `declining_balance`: double-declining, 2 ÷ life of the book value, never below the residual value, and straight-line over what is left
 *   from the year in which that is more. Both as in IAS 16.62 and Kieso, Intermediate Accounting, ch. 11.
 */
export function depreciationByYear({ price, residual, lifeYears, method }: Asset): Cents[] {
  const base = price - residual;
  const years = Math.ceil(lifeYears);
  if (method === "sum_of_years_digits") {
    const digits = (years * (years + 1)) / 2;
    const upTo = (year: number): Cents =>
      divideHalfEven(base * (digits - ((years - year) * (years - year + 1)) / 2), digits);
    return Array.from({ length: years }, (_none, year) => upTo(year + 1) - upTo(year));
  }
  let book = price;
  return Array.from({ length: years }, (_none, year) => {
    const left = years - year;
    const declining = divideHalfEven(book * 2, years);
    const straight = divideHalfEven(book - residual, left);
    const amount = left === 1 ? book - residual : Math.min(book - residual, Math.max(declining, straight));
    book -= amount;
    return amount;
  });
}

/** An asset's depreciation by the month, from the month of its purchase. It stops with the entity's end. Never cash. */
export function depreciation(
  entity: Entity,
  context: EngineContext,
  bought: Month,
  to: Month | undefined,
  asset: Asset | undefined,
): Line[] {
  if (asset === undefined || asset.price <= asset.residual) return [];
  const months = Math.max(1, Math.round(asset.lifeYears * 12));
  const isStraight = asset.method === "straight_line";
  const years = isStraight ? [] : depreciationByYear(asset);
  const base = asset.price - asset.residual;
  return monthlyLine(entity, context, {
    rule: `depreciation.${asset.method}`,
    section: "depreciation",
    // With a residual value, twice the price is not twice the depreciation.
    drivers: asset.residual === 0 ? ["cost", "purchase_price"] : [],
    from: bought,
    to: Math.min(bought + months - 1, to ?? Number.POSITIVE_INFINITY),
    amountIn: (month) => {
      const age = month - bought;
      return isStraight ? partOf(base, age, months) : partOf(years[Math.floor(age / 12)] ?? 0, age % 12, 12);
    },
    explain: (month) =>
      isStraight
        ? `(${told(asset.price)} − ${told(asset.residual)}) ÷ ${months} months, part ${month - bought + 1}`
        : `${asset.method}, year ${Math.floor((month - bought) / 12) + 1} of ${asset.lifeYears}, ÷ 12`,
  });
}
