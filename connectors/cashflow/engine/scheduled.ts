import type { Entity } from "../entities.ts";
import { type Cents, divideHalfEven, toCents } from "../money.ts";
import { type EngineContext, type Line, type Section, datedLine, told } from "./line.ts";
import { dayOf } from "./period.ts";

/** Dated amounts, in units, as a schedule says them. */
export type Schedule = readonly { readonly date: string; readonly amount: number }[];

/**
 * An amount that is paid on agreed days. The schedule says the shares: where a scenario changes the amount, every payment changes alike,
 * and together they are always exactly the amount.
 */
export function scheduledLines(
  entity: Entity,
  context: EngineContext,
  rule: { readonly rule: string; readonly section: Section },
  total: Cents,
  schedule: Schedule,
): Line[] {
  const weights = schedule.map(({ amount }) => toCents(amount));
  const sum = weights.reduce((all, weight) => all + weight, 0);
  let before = 0;
  const parts = schedule.map(({ date }, at) => {
    const from = before;
    before += weights[at] ?? 0;
    const amount = sum === 0 ? 0 : upTo(total, before, sum) - upTo(total, from, sum);
    return { day: dayOf(date), amount, text: `payment ${at + 1} of ${schedule.length}, ${told(amount)} on ${date}` };
  });
  return datedLine(entity, context, { ...rule, drivers: ["amount"] }, parts);
}

function upTo(total: Cents, part: Cents, sum: Cents): Cents {
  if (total === sum) return part;
  const product = total * part;
  // Beyond 2^53 the product is no longer exact; the shares then are to within a cent, and their sum still exact.
  return product <= Number.MAX_SAFE_INTEGER ? divideHalfEven(product, sum) : Math.round((total / sum) * part);
}
