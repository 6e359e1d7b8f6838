import { type Month, indexInYear } from "../calendar.ts";
import type { TaxRules } from "../company.ts";

/** Tax of each month: what the profit so far makes it, and what is paid. Both may be negative where a year turns to the worse. */
export interface TaxMonths {
  readonly accrued: Float64Array;
  readonly paid: Float64Array;
}

/**
 * Tax on profit by calendar years. In each month the tax of the year so far is `rate × max(0, profit so far − losses of earlier years)`;
 * what it has changed by is accrued, and what is accrued is paid in the month's, quarter's or year's last month.
 *
 * `round` gives whole cents in a forecast; a simulation works with fractions.
 */
export function taxesOn(
  profit: Float64Array,
  first: Month,
  { rate, payment, loss_carryforward: carriesLosses }: TaxRules,
  round: (value: number) => number = (value) => value,
): TaxMonths {
  const accrued = new Float64Array(profit.length);
  const paid = new Float64Array(profit.length);
  let ofYear = 0;
  let taxOfYear = 0;
  let losses = 0;
  let owed = 0;
  for (let at = 0; at < profit.length; at += 1) {
    const index = indexInYear(first + at);
    if (index === 0) {
      losses = carriesLosses ? Math.max(0, losses - ofYear) : 0;
      ofYear = 0;
      taxOfYear = 0;
    }
    ofYear += profit[at] ?? 0;
    const tax = round(rate * Math.max(0, ofYear - losses));
    accrued[at] = tax - taxOfYear;
    owed += tax - taxOfYear;
    taxOfYear = tax;
    if (isPaymentMonth(index, payment)) {
      paid[at] = owed;
      owed = 0;
    }
  }
  return { accrued, paid };
}

function isPaymentMonth(index: number, payment: TaxRules["payment"]): boolean {
  if (payment === "monthly") return true;
  return payment === "quarterly" ? index % 3 === 2 : index === 11;
}
