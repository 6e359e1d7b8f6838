import { type Forecast, accrualColumnOf } from "./engine/forecast.ts";

/** What is owed to a company and by it at the end of a forecast, in cents. */
export interface Timing {
  readonly receivables: number;
  readonly payables: number;
  /** Paid and not yet used. */
  readonly prepaid: number;
  /** Received and not yet earned. */
  readonly deferred: number;
}

/** What was recognised in the forecast or before and not yet paid at its end, and the other way round. */
export function timingOf({ lines, context }: Forecast): Timing {
  const result = { receivables: 0, payables: 0, prepaid: 0, deferred: 0 };
  for (const line of lines) {
    if (line.paidIn === undefined || line.section === "depreciation") continue;
    const isRevenue = line.section === "operating_revenue";
    for (const [index, paid] of line.paidIn.entries()) {
      const amount = line.amounts[index] ?? 0;
      const recognised = line.first + index;
      if (recognised <= context.last && paid > context.last) result[isRevenue ? "receivables" : "payables"] += amount;
      if (recognised > context.last && paid <= context.last) result[isRevenue ? "deferred" : "prepaid"] += amount;
    }
  }
  return result;
}

/** Accrued revenue of the forecast by customer or agency, in cents. */
export function revenueByCustomer({ lines, context }: Forecast): ReadonlyMap<string, number> {
  const result = new Map<string, number>();
  for (const line of lines) {
    if (accrualColumnOf(line.section) !== "accrued_revenue") continue;
    const { data } = line.entity;
    const named: unknown = data["customer"] ?? data["agency"];
    const customer = typeof named === "string" ? named : data.name;
    let amount = 0;
    for (const [index, part] of line.amounts.entries()) {
      const month = line.first + index;
      if (month >= context.first && month <= context.last) amount += part;
    }
    result.set(customer, (result.get(customer) ?? 0) + amount);
  }
  return result;
}
