import { CashflowError } from "./cashflow-error.ts";
import type { CapTable, ClassRights } from "./cap-table.ts";
import { type Cents, formatCents, shareOut } from "./money.ts";

/** What one holder receives of an exit. */
export interface Payout {
  readonly holder: string;
  readonly shareClass: string;
  readonly cents: Cents;
}

/** Who receives what of an exit's proceeds. `payouts` and `unclaimedCents` sum to `proceedsCents` exactly. */
export interface Waterfall {
  readonly proceedsCents: Cents;
  readonly payouts: readonly Payout[];
  /** Preferred classes that are better off as common shares, and convert. */
  readonly converted: readonly string[];
  /** What nobody has a claim to: only where there are no shares that take part. */
  readonly unclaimedCents: Cents;
}

/** What a class receives when `converted` have become common shares. */
type ByClass = ReadonlyMap<string, Cents>;

/**
 * Shares out the proceeds of an exit, in cents. Preferences are paid first, the senior before the junior, equals in proportion. The rest goes
 * to common shares, to converted and to participating ones, these up to their cap. A class that need not participate converts where that
 * pays more than its preference, given what the others do: it is tried from the smallest preference a share upwards, which is the order in
 * which conversion pays (Metrick & Yasuda, Venture Capital and the Finance of Innovation, ch. 9). Options that vested take part as common
 * shares, without an exercise price, which the model does not know; the pool does not.
 *
 * @throws {CashflowError} `invalid_argument` where the proceeds are not whole cents from 0.
 */
export function waterfall(table: CapTable, proceedsCents: Cents): Waterfall {
  if (!Number.isSafeInteger(proceedsCents) || proceedsCents < 0) {
    throw new CashflowError("invalid_argument", `Proceeds must be whole cents from 0, got ${proceedsCents}.`);
  }
  const { classes } = table;
  const candidates = classes
    .filter((one) => mayConvert(one))
    .toSorted((a, b) => preferencePerShare(a) - preferencePerShare(b));
  const converted = new Set<string>();
  for (const one of candidates) {
    const kept = distribute(table, proceedsCents, converted).get(one.name) ?? 0;
    const tried = distribute(table, proceedsCents, new Set([...converted, one.name])).get(one.name) ?? 0;
    if (tried > kept) converted.add(one.name);
  }
  const byClass = distribute(table, proceedsCents, converted);
  const payouts = [...byClass].flatMap(([name, cents]) => amongHolders(table, name, cents));
  const paid = payouts.reduce((all, { cents }) => all + cents, 0);
  return { proceedsCents, payouts, converted: [...converted], unclaimedCents: proceedsCents - paid };
}

function mayConvert({ preferenceMultiple, participating, participationCap, issued }: ClassRights): boolean {
  return issued > 0 && preferenceMultiple > 0 && (!participating || participationCap !== undefined);
}

/** What converting gives up, a common share. A capped participating class gives up its cap. */
function preferencePerShare(one: ClassRights): number {
  const multiple = one.participating ? (one.participationCap ?? one.preferenceMultiple) : one.preferenceMultiple;
  return (one.paidCents * multiple) / (one.issued * one.conversionRatio);
}

const optionsName = "options";

function distribute(table: CapTable, proceeds: Cents, converted: ReadonlySet<string>): ByClass {
  const paid = new Map<string, Cents>();
  let left = proceeds;
  const holding = table.classes.filter(({ name, issued }) => issued > 0 && !converted.has(name));
  const ranks = [...new Set(holding.map(({ seniority }) => seniority))].toSorted((a, b) => b - a);
  for (const rank of ranks) {
    const here = holding.filter(({ seniority }) => seniority === rank);
    const claims = here.map(({ paidCents, preferenceMultiple }) => Math.round(paidCents * preferenceMultiple));
    const wanted = claims.reduce((all, claim) => all + claim, 0);
    const shares = shareOut(Math.min(left, wanted), claims);
    for (const [at, { name }] of here.entries()) paid.set(name, shares[at] ?? 0);
    left -= shares.reduce((all, share) => all + share, 0);
  }
  shareRest(table, left, converted, paid);
  return paid;
}

interface Taker {
  readonly name: string;
  readonly shares: number;
  /** Most it may receive of the rest. */
  readonly room: Cents;
}

/** Shares the rest out among those that take part; what a cap holds back goes to the others. */
function shareRest(table: CapTable, rest: Cents, converted: ReadonlySet<string>, paid: Map<string, Cents>): void {
  let takers = takersOf(table, converted, paid);
  let left = rest;
  while (left > 0 && takers.length > 0) {
    const parts = shareOut(
      left,
      takers.map(({ shares }) => shares),
    );
    const isFull = takers.map(({ room }, at) => (parts[at] ?? 0) >= room);
    const capped = takers.filter((_taker, at) => isFull[at]);
    if (capped.length === 0) {
      for (const [at, { name }] of takers.entries()) paid.set(name, (paid.get(name) ?? 0) + (parts[at] ?? 0));
      return;
    }
    for (const { name, room } of capped) {
      paid.set(name, (paid.get(name) ?? 0) + room);
      left -= room;
    }
    takers = takers.filter((_taker, at) => !isFull[at]);
  }
}

function takersOf(
  { classes, holdings }: CapTable,
  converted: ReadonlySet<string>,
  paid: ReadonlyMap<string, Cents>,
): Taker[] {
  const unlimited = Number.POSITIVE_INFINITY;
  const options = holdings.reduce((all, { shareClass, vested }) => all + (shareClass === undefined ? vested : 0), 0);
  const takers = classes.flatMap((one): Taker[] => {
    const takes = one.issued > 0 && (one.preferenceMultiple === 0 || one.participating || converted.has(one.name));
    if (!takes) return [];
    const cap = one.participating && !converted.has(one.name) ? one.participationCap : undefined;
    const room =
      cap === undefined ? unlimited : Math.max(0, Math.round(one.paidCents * cap) - (paid.get(one.name) ?? 0));
    return [{ name: one.name, shares: one.issued * one.conversionRatio, room }];
  });
  return options === 0 ? takers : [...takers, { name: optionsName, shares: options, room: unlimited }];
}

function amongHolders({ holdings }: CapTable, name: string, cents: Cents): Payout[] {
  const isOptions = name === optionsName;
  const holders = holdings.filter(({ shareClass, vested }) =>
    isOptions ? shareClass === undefined && vested > 0 : shareClass === name,
  );
  const parts = shareOut(
    cents,
    holders.map(({ shares, vested }) => (isOptions ? vested : shares)),
  );
  return holders.map(({ holder }, at) => ({ holder, shareClass: name, cents: parts[at] ?? 0 }));
}

/** A payout as people read it. */
export function formatPayout({ holder, shareClass, cents }: Payout): string {
  return `${holder} (${shareClass}): ${formatCents(cents)}`;
}
