import type { Tool } from "switchyard/connector";
import { z } from "zod";
import { type CapTable, capTable } from "../cap-table.ts";
import { adjustedConversionRatio, simulateRound } from "../dilution.ts";
import type { LiveModel } from "../live-model.ts";
import { toCents } from "../money.ts";
import { grouped, money, percent, textTable } from "../text-table.ts";
import { waterfall } from "../waterfall.ts";
import { day } from "./forecast-options.ts";
import { part } from "../uses.ts";
import { modelTool } from "./model-tool.ts";

const asOf = day.optional().describe("The day, YYYY-MM-DD. Default: today.");
const share = z.number().nullable().describe("0 to 1; null where there is no whole.");
const most = 1e12;

const capTableOutput = z.object({
  as_of: z.string(),
  currency: z.string(),
  issued_shares: z.number(),
  fully_diluted_shares: z.number(),
  pool_shares: z.number(),
  holdings: z.array(
    z.object({
      holder: z.string(),
      type: z.string(),
      share_class: z.string().nullable().describe("null for options."),
      shares: z.number(),
      vested: z.number(),
      basic_percent: z.number(),
      diluted_percent: z.number(),
      voting_percent: z.number(),
    }),
  ),
  ownership: z.object({
    founder: share,
    employee: share,
    investor: share,
    liquidation_overhang: z.number().describe("All preferences, in units of the currency."),
    option_pool_remaining: share,
    voting_concentration: share.describe("Sum of squared shares of votes."),
    board_independence: share,
    anti_dilution_exposure: share,
  }),
});

/** What `cap_table` answers. */
export type CapTableAnswer = z.output<typeof capTableOutput>;
/** What says who owns the company. */
const owning = (): readonly string[] => [
  part.company,
  ...(["share_class", "shareholder", "funding_round", "investment", "employee"] as const).map(part.ofType),
];

export function capTableTool(live: LiveModel, today: () => string): Tool {
  return modelTool(live, {
    uses: owning,
    name: "cap_table",
    title: "Cap table",
    description: "Who owns the company on a day: shares, vested shares, basic, fully diluted and voting percentages.",
    input: z.object({ as_of: asOf }),
    output: capTableOutput,
    answer: ({ entities, company: { currency } }, { as_of = today() }) => {
      const table = capTable(entities, as_of);
      return { structured: capTableData(table, currency), content: capTableText(table, currency) };
    },
  });
}

function capTableData({ asOf: as_of, holdings, ownership, ...table }: CapTable, currency: string) {
  return {
    as_of,
    currency,
    issued_shares: table.issuedShares,
    fully_diluted_shares: table.fullyDilutedShares,
    pool_shares: table.poolShares,
    holdings: holdings.map((one) => ({
      holder: one.holder,
      type: one.type,
      share_class: one.shareClass ?? null,
      shares: one.shares,
      vested: one.vested,
      basic_percent: one.basicPercent,
      diluted_percent: one.dilutedPercent,
      voting_percent: one.votingPercent,
    })),
    ownership: {
      founder: ownership.founder ?? null,
      employee: ownership.employee ?? null,
      investor: ownership.investor ?? null,
      liquidation_overhang: ownership.liquidationOverhangCents / 100,
      option_pool_remaining: ownership.optionPoolRemaining ?? null,
      voting_concentration: ownership.votingConcentration ?? null,
      board_independence: ownership.boardIndependence ?? null,
      anti_dilution_exposure: ownership.antiDilutionExposure ?? null,
    },
  };
}

function capTableText({ asOf: on, holdings, ownership, ...table }: CapTable, currency: string): string {
  const rows = holdings.map((one) => [
    one.holder,
    one.type,
    one.shareClass ?? "options",
    grouped(one.shares, 0),
    grouped(one.vested, 0),
    `${one.basicPercent.toFixed(2)} %`,
    `${one.dilutedPercent.toFixed(2)} %`,
    `${one.votingPercent.toFixed(2)} %`,
  ]);
  return [
    `On ${on}: ${grouped(table.issuedShares, 0)} shares issued, ${grouped(table.fullyDilutedShares, 0)} fully diluted. Preferences of ${money(ownership.liquidationOverhangCents / 100, currency)} come before common shares.`,
    textTable(["holder", "type", "class", "shares", "vested", "basic", "diluted", "votes"], rows),
  ].join("\n\n");
}

export function exitWaterfallTool(live: LiveModel, today: () => string): Tool {
  return modelTool(live, {
    uses: owning,
    name: "exit_waterfall",
    title: "Who is paid in an exit",
    description: "Shares the proceeds of an exit out: preferences by seniority, conversion where it pays, to the cent.",
    input: z.object({
      proceeds: z.number().min(0).max(most).describe("What there is to share out, in units of the currency."),
      as_of: asOf,
    }),
    output: z.object({
      proceeds: z.number(),
      currency: z.string(),
      payouts: z.array(z.object({ holder: z.string(), share_class: z.string(), amount: z.number() })),
      converted: z.array(z.string()).describe("Preferred classes that convert into common shares."),
      unclaimed: z.number(),
    }),
    answer: ({ entities, company: { currency } }, { proceeds, as_of = today() }) => {
      const { payouts, converted, unclaimedCents } = waterfall(capTable(entities, as_of), toCents(proceeds));
      const rows = payouts.map(({ holder, shareClass, cents }) => [
        holder,
        shareClass,
        grouped(cents / 100, 2),
        percent(proceeds === 0 ? undefined : cents / 100 / proceeds),
      ]);
      const conversion = converted.length === 0 ? "No class converts." : `${converted.join(", ")} convert.`;
      return {
        structured: {
          proceeds,
          currency,
          payouts: payouts.map(({ holder, shareClass, cents }) => ({
            holder,
            share_class: shareClass,
            amount: cents / 100,
          })),
          converted: [...converted],
          unclaimed: unclaimedCents / 100,
        },
        content: `An exit for ${money(proceeds, currency)} on ${as_of}. ${conversion}\n${textTable(["holder", "class", "amount", "share"], rows)}`,
      };
    },
  });
}

export function fundingRoundTool(live: LiveModel, today: () => string): Tool {
  return modelTool(live, {
    uses: owning,
    name: "funding_round",
    title: "What a round would do",
    description:
      "Tries a funding round out: its price, new shares, everybody's dilution, and what protection against dilution gives existing classes. Changes nothing.",
    input: z.object({
      amount: z.number().gt(0).max(most).describe("What is raised, in units of the currency."),
      pre_money: z.number().gt(0).max(most).describe("Valuation before the round, in units of the currency."),
      pool_increase: z.int().min(0).max(most).default(0).describe("Shares added to the option pool before it."),
      as_of: asOf,
    }),
    output: z.object({
      currency: z.string(),
      price_per_share: z.number(),
      new_shares: z.number(),
      post_money: z.number(),
      investor_share: z.number().describe("0 to 1."),
      holders: z.array(z.object({ holder: z.string(), before: z.number(), after: z.number() })),
      conversion_ratios: z
        .array(z.object({ share_class: z.string(), before: z.number(), after: z.number() }))
        .describe("Of classes that are protected against dilution; the holders' shares do not count it in."),
    }),
    answer: ({ entities, company: { currency } }, { amount, pre_money, pool_increase, as_of = today() }) => {
      const table = capTable(entities, as_of);
      const round = simulateRound(table, { amount, preMoney: pre_money, poolIncrease: pool_increase });
      const before = table.fullyDilutedShares + pool_increase;
      const ratios = table.classes
        .filter(({ antiDilution }) => antiDilution !== "none")
        .map((one) => ({
          share_class: one.name,
          before: one.conversionRatio,
          after: adjustedConversionRatio(one, before, round.newShares, round.pricePerShare),
        }));
      const rows = round.holders.map((one) => [one.holder, percent(one.before, 2), percent(one.after, 2)]);
      const changed = ratios.filter((one) => one.after !== one.before);
      return {
        structured: {
          currency,
          price_per_share: round.pricePerShare,
          new_shares: round.newShares,
          post_money: round.postMoney,
          investor_share: round.investorShare,
          holders: round.holders.map((one) => ({ ...one })),
          conversion_ratios: ratios,
        },
        content: [
          `${grouped(round.newShares, 0)} new shares at ${grouped(round.pricePerShare, 4)} ${currency}; the investors hold ${percent(round.investorShare, 2)} of ${money(round.postMoney, currency)}.`,
          textTable(["holder", "before", "after"], [...rows, ["new investors", "-", percent(round.investorShare, 2)]]),
          ...changed.map(
            (one) =>
              `${one.share_class} is protected: a share then converts into ${one.after.toFixed(4)} common shares.`,
          ),
        ].join("\n\n"),
      };
    },
  });
}
