import { CashflowError } from "./cashflow-error.ts";
import { type Day, addMonths, monthOfDay, parseDay } from "./calendar.ts";
import { type Entity, entitiesOf } from "./entities.ts";
import { dayOf } from "./engine/period.ts";
import { shareOut, toCents } from "./money.ts";
import { concentration, ratio } from "./statistics.ts";
import { vestedShares } from "./vesting.ts";

export type HolderType = "founder" | "employee" | "investor" | "advisor" | "consultant" | "other";

/** Who holds how many shares of which class; options that were granted, and the pool of those that were not. */
export interface Holding {
  readonly holder: string;
  readonly type: HolderType | "pool";
  /** Undefined for options. */
  readonly shareClass: string | undefined;
  readonly shares: number;
  readonly vested: number;
  /** Common shares that they are or convert into. */
  readonly asConverted: number;
  readonly votes: number;
  /** Of all issued shares; 0 for options. In percent with four decimals; they sum to exactly 100. */
  readonly basicPercent: number;
  /** Of all shares after conversion and exercise of everything. In percent with four decimals; they sum to exactly 100. */
  readonly dilutedPercent: number;
  readonly votingPercent: number;
}

/** One class and what was paid for it. */
export interface ClassRights {
  readonly name: string;
  readonly issued: number;
  readonly authorized: number;
  /** Issued ÷ authorized. */
  readonly utilization: number | undefined;
  /** What was paid for its shares, in cents, and the multiple of it that is paid first. */
  readonly paidCents: number;
  readonly preferenceMultiple: number;
  readonly participating: boolean;
  readonly participationCap: number | undefined;
  readonly seniority: number;
  readonly conversionRatio: number;
  readonly antiDilution: "weighted_average" | "ratchet" | "none";
}

export interface CapTable {
  readonly asOf: string;
  readonly holdings: readonly Holding[];
  readonly classes: readonly ClassRights[];
  readonly issuedShares: number;
  readonly fullyDilutedShares: number;
  readonly poolShares: number;
  readonly ownership: Ownership;
}

/** The KPIs of ownership. Shares of the whole, from 0 to 1; undefined where there is no whole. */
export interface Ownership {
  readonly founder: number | undefined;
  readonly employee: number | undefined;
  readonly investor: number | undefined;
  /** All preferences together, in cents: an exit below leaves nothing to common shares. */
  readonly liquidationOverhangCents: number;
  readonly optionPoolRemaining: number | undefined;
  /** Sum of squared shares of votes. */
  readonly votingConcentration: number | undefined;
  /** Seats that neither founders, employees nor investors hold. */
  readonly boardIndependence: number | undefined;
  /** Share of the fully diluted shares that are protected against dilution. */
  readonly antiDilutionExposure: number | undefined;
}

type RawHolding = Omit<Holding, "basicPercent" | "dilutedPercent" | "votingPercent"> & { readonly boardSeats: number };

/**
 * Who owns the company on a day, `YYYY-MM-DD`: what had started by then. Shares of an investment count for its investor, unless a
 * shareholder of that name and class is in the model.
 *
 * @throws {CashflowError} `invalid_argument` where the day is none.
 */
export function capTable(entities: readonly Entity[], asOf: string): CapTable {
  const day = parseDay(asOf);
  if (day === undefined) throw new CashflowError("invalid_argument", `"${asOf}" is no day; write it as 2026-01-31.`);
  const present = entities.filter(
    ({ data }) => dayOf(data.start_date) <= day && (data.end_date === undefined || dayOf(data.end_date) >= day),
  );
  const classes = new Map(entitiesOf(present, "share_class").map((one) => [one.data.class_name, one]));
  const raw = [...shareholders(present, classes, day), ...investors(present, classes), ...optionHolders(present, day)];
  const granted = raw.reduce((all, { shareClass, shares }) => all + (shareClass === undefined ? shares : 0), 0);
  const reserved = entitiesOf(present, "funding_round").reduce(
    (all, { data }) => all + (data.option_pool_increase ?? 0),
    0,
  );
  const poolShares = Math.max(0, reserved - granted);
  if (poolShares > 0) raw.push({ ...optionsOf("option pool", "pool", poolShares, 0), boardSeats: 0 });
  const holdings = withPercents(raw);
  const rights = [...classes.values()].map((one) => rightsOf(one, raw, present));
  const sumOf = (value: (holding: Holding) => number): number =>
    holdings.reduce((all, holding) => all + value(holding), 0);
  const diluted = sumOf(({ asConverted }) => asConverted);
  return {
    asOf,
    holdings,
    classes: rights,
    issuedShares: sumOf(({ shareClass, shares }) => (shareClass === undefined ? 0 : shares)),
    fullyDilutedShares: diluted,
    poolShares,
    ownership: ownershipOf(raw, rights, diluted, poolShares, reserved),
  };
}

type Classes = ReadonlyMap<string, Entity<"share_class">>;

function held(
  holder: string,
  type: HolderType,
  shareClass: string,
  shares: number,
  vested: number,
  boardSeats: number,
  classes: Classes,
): RawHolding {
  const data = classes.get(shareClass)?.data;
  return {
    holder,
    type,
    shareClass,
    shares,
    vested,
    asConverted: shares * (data?.conversion_ratio ?? 1),
    votes: shares * (data?.voting_rights_per_share ?? 1),
    boardSeats,
  };
}

function optionsOf(
  holder: string,
  type: Holding["type"],
  shares: number,
  vested: number,
): Omit<RawHolding, "boardSeats"> {
  return { holder, type, shareClass: undefined, shares, vested, asConverted: shares, votes: 0 };
}

function shareholders(entities: readonly Entity[], classes: Classes, day: Day): RawHolding[] {
  return entitiesOf(entities, "shareholder").map(({ data }) => {
    const { total_shares: shares, vesting_months: vestingMonths, cliff_months: cliffMonths } = data;
    const vested =
      data.vested_shares ??
      vestedShares({ shares, vestingMonths, cliffMonths }, wholeMonths(dayOf(data.start_date), day));
    return held(
      data.name,
      data.shareholder_type ?? "other",
      data.share_class,
      shares,
      Math.min(shares, vested),
      data.board_seats ?? 0,
      classes,
    );
  });
}

function investors(entities: readonly Entity[], classes: Classes): RawHolding[] {
  const known = new Set(
    entitiesOf(entities, "shareholder").map(({ data }) => JSON.stringify([data.name, data.share_class])),
  );
  return entitiesOf(entities, "investment").flatMap(({ data }) => {
    const holder = data.investor ?? data.name;
    const { shares_issued: shares = 0, share_class: shareClass } = data;
    if (shares === 0 || shareClass === undefined || known.has(JSON.stringify([holder, shareClass]))) return [];
    return [held(holder, "investor", shareClass, shares, shares, data.board_seats ?? 0, classes)];
  });
}

function optionHolders(entities: readonly Entity[], day: Day): RawHolding[] {
  return entitiesOf(entities, "employee").flatMap(({ data }) => {
    const { equity_shares: shares = 0 } = data;
    if (data.equity_eligible === false || shares === 0) return [];
    const months = wholeMonths(dayOf(data.equity_start_date ?? data.start_date), day);
    const vestingMonths = Math.round((data.vesting_years ?? data.equity_vest_years ?? 4) * 12);
    const vested = vestedShares(
      { shares, vestingMonths, cliffMonths: Math.round((data.cliff_years ?? 1) * 12) },
      months,
    );
    return [{ ...optionsOf(data.name, "employee", shares, vested), boardSeats: 0 }];
  });
}

/** Whole months from one day to another; −1 where the other is earlier. */
function wholeMonths(from: Day, to: Day): number {
  if (to < from) return -1;
  const months = monthOfDay(to) - monthOfDay(from);
  return addMonths(from, months) <= to ? months : months - 1;
}

/** A percent with four decimals is one of a million parts: shared out as money is, they sum to exactly 100. */
function percents(weights: readonly number[]): number[] {
  return shareOut(1_000_000, weights).map((part) => part / 10_000);
}

function withPercents(raw: readonly RawHolding[]): Holding[] {
  const basic = percents(raw.map(({ shareClass, shares }) => (shareClass === undefined ? 0 : shares)));
  const diluted = percents(raw.map(({ asConverted }) => asConverted));
  const voting = percents(raw.map(({ votes }) => votes));
  return raw.map(({ holder, type, shareClass, shares, vested, asConverted, votes }, at) => ({
    holder,
    type,
    shareClass,
    shares,
    vested,
    asConverted,
    votes,
    basicPercent: basic[at] ?? 0,
    dilutedPercent: diluted[at] ?? 0,
    votingPercent: voting[at] ?? 0,
  }));
}

function rightsOf(
  { data }: Entity<"share_class">,
  raw: readonly RawHolding[],
  entities: readonly Entity[],
): ClassRights {
  const name = data.class_name;
  const issued = raw.reduce((all, { shareClass, shares }) => all + (shareClass === name ? shares : 0), 0);
  const invested = entitiesOf(entities, "investment").filter((one) => one.data.share_class === name);
  const rounds = entitiesOf(entities, "funding_round").filter((one) => one.data.share_class === name);
  const byInvestments = invested.reduce((all, one) => all + toCents(one.data.amount), 0);
  const byRounds = rounds.reduce((all, one) => all + toCents(one.data.amount_raised), 0);
  const paidCents = byInvestments > 0 ? byInvestments : byRounds;
  return {
    name,
    issued,
    authorized: data.shares_authorized,
    utilization: ratio(issued, data.shares_authorized),
    paidCents,
    preferenceMultiple: data.liquidation_preference ?? (paidCents > 0 ? 1 : 0),
    participating: data.participating ?? false,
    participationCap: data.participation_cap,
    seniority: data.seniority ?? 0,
    conversionRatio: data.conversion_ratio ?? 1,
    antiDilution: data.anti_dilution_provision ?? invested[0]?.data.anti_dilution_provision ?? "none",
  };
}

/** A holder of two classes has one will. */
function votesByHolder(raw: readonly RawHolding[]): number[] {
  const votes = new Map<string, number>();
  for (const one of raw) votes.set(one.holder, (votes.get(one.holder) ?? 0) + one.votes);
  return [...votes.values()];
}

function ownershipOf(
  raw: readonly RawHolding[],
  classes: readonly ClassRights[],
  diluted: number,
  pool: number,
  reserved: number,
): Ownership {
  const of = (type: Holding["type"]): number | undefined =>
    ratio(
      raw.reduce((all, one) => all + (one.type === type ? one.asConverted : 0), 0),
      diluted,
    );
  const seats = raw.reduce((all, { boardSeats }) => all + boardSeats, 0);
  const insiders = new Set<Holding["type"]>(["founder", "employee", "investor"]);
  const independent = raw.reduce((all, { type, boardSeats }) => all + (insiders.has(type) ? 0 : boardSeats), 0);
  const guarded = new Set(classes.filter(({ antiDilution }) => antiDilution !== "none").map(({ name }) => name));
  const exposed = raw.reduce(
    (all, { shareClass, asConverted }) => all + (shareClass !== undefined && guarded.has(shareClass) ? asConverted : 0),
    0,
  );
  return {
    founder: of("founder"),
    employee: of("employee"),
    investor: of("investor"),
    liquidationOverhangCents: classes.reduce(
      (all, { paidCents, preferenceMultiple }) => all + Math.round(paidCents * preferenceMultiple),
      0,
    ),
    optionPoolRemaining: ratio(pool, reserved),
    votingConcentration: concentration(votesByHolder(raw)),
    boardIndependence: ratio(independent, seats),
    antiDilutionExposure: ratio(exposed, diluted),
  };
}
