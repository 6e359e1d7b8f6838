/** What the page is asked, as its address says it. */
export interface Question {
  /** The upstream. */
  readonly model: string;
  readonly scenario: string;
  /** The scenario to compare it with. */
  readonly other: string | undefined;
  readonly months: number;
}

/** What people may look ahead, in months. */
export const horizons = [12, 24, 36, 60];

/** The arguments that every question about the forecast has. */
export function aheadOf({ scenario, months }: Question): { readonly scenario: string; readonly months: number } {
  return { scenario, months };
}
