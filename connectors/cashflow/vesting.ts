/** When shares come to belong to their holder for good. */
export interface Vesting {
  readonly shares: number;
  /** 0 or undefined: all at once. */
  readonly vestingMonths: number | undefined;
  readonly cliffMonths: number | undefined;
}

/** Shares vested after whole `months`: nothing before the cliff, then in proportion, rounded down, all at the end. */
export function vestedShares({ shares, vestingMonths = 0, cliffMonths = 0 }: Vesting, months: number): number {
  if (months < 0 || months < cliffMonths) return 0;
  if (months >= vestingMonths) return shares;
  return Math.floor((shares * months) / vestingMonths);
}
