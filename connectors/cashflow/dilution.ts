import { CashflowError } from "./cashflow-error.ts";
import type { CapTable, ClassRights } from "./cap-table.ts";

/** A round to try out. Money in units. */
export interface RoundTerms {
  readonly amount: number;
  readonly preMoney: number;
  /** Shares added to the option pool before the round, so that they dilute only those who are there. Default 0. */
  readonly poolIncrease?: number;
}

/** What a round would do. */
export interface RoundResult {
  readonly pricePerShare: number;
  readonly newShares: number;
  readonly postMoney: number;
  /** Share of the fully diluted company that the new shares are. */
  readonly investorShare: number;
  /** By holder: their share before and after, from 0 to 1. */
  readonly holders: readonly { readonly holder: string; readonly before: number; readonly after: number }[];
}

/**
 * A round on a cap table: price = pre-money ÷ fully diluted shares with the new pool; new shares = amount ÷ price, rounded down.
 *
 * @throws {CashflowError} `invalid_argument` where there are no shares or the terms are not above 0.
 */
export function simulateRound(table: CapTable, { amount, preMoney, poolIncrease = 0 }: RoundTerms): RoundResult {
  const before = table.fullyDilutedShares;
  if (!(amount > 0) || !(preMoney > 0) || !(poolIncrease >= 0) || before === 0) {
    throw new CashflowError(
      "invalid_argument",
      `A round needs shares, an amount and a pre-money valuation above 0; got ${before}, ${amount} and ${preMoney}.`,
    );
  }
  const pricePerShare = preMoney / (before + poolIncrease);
  const newShares = Math.floor(amount / pricePerShare);
  const after = before + poolIncrease + newShares;
  return {
    pricePerShare,
    newShares,
    postMoney: preMoney + amount,
    investorShare: newShares / after,
    holders: table.holdings.map(({ holder, asConverted, type }) => ({
      holder,
      before: asConverted / before,
      after: (asConverted + (type === "pool" ? poolIncrease : 0)) / after,
    })),
  };
}

/**
 * The conversion ratio of a class after shares were issued at a lower price. Full ratchet: the old price ÷ the new. Broad-based weighted
 * average: old price × (A + B) ÷ (A + C), with A shares before, B shares that the money would have bought at the old price and C new shares
 * (NVCA model certificate of incorporation, 4.4.4). Never below what it was.
 */
export function adjustedConversionRatio(
  { antiDilution, conversionRatio, paidCents, issued }: ClassRights,
  sharesBefore: number,
  newShares: number,
  newPrice: number,
): number {
  if (antiDilution === "none" || issued === 0 || newShares === 0) return conversionRatio;
  const conversionPrice = paidCents / 100 / issued / conversionRatio;
  if (newPrice >= conversionPrice) return conversionRatio;
  if (antiDilution === "ratchet") return (conversionRatio * conversionPrice) / newPrice;
  const atOldPrice = (newShares * newPrice) / conversionPrice;
  return (conversionRatio * (sharesBefore + newShares)) / (sharesBefore + atOldPrice);
}
