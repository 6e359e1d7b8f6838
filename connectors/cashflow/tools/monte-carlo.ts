import type { Content, Tool } from "switchyard/connector";
import { z } from "zod";
import { fanChart } from "../charts/fan-chart.ts";
import type { LiveModel } from "../live-model.ts";
import type { MonteCarloResult, Spread } from "../monte-carlo/results.ts";
import { monteCarlo } from "../monte-carlo/run.ts";
import { correlationSchema, uncertaintySchema } from "../monte-carlo/uncertainty.ts";
import { grouped, money, percent, textTable, wholeUnits } from "../text-table.ts";
import { forecastFields, optionsOf } from "./forecast-options.ts";
import { documentContent } from "./document-content.ts";
import { modelTool } from "./model-tool.ts";

const amount = z.number().nullable().describe("In units of the currency; null where it is endless.");
const percentiles = z.record(z.string(), amount).describe("By percent, as p5.");
const chance = z.number().describe("0 to 1.");
const spread = z.object({ mean: amount, std: amount, min: amount, max: amount, percentiles });

const output = z.object({
  currency: z.string(),
  seed: z.int(),
  iterations: z.int(),
  metrics: z.record(z.string(), spread),
  risk: z.object({
    probability_of_ruin: chance.describe("That the cash is below 0 at the end of a month, 0 to 1."),
    probability_of_ruin_interval: z.array(z.number()).describe("95 % confidence interval (Wilson)."),
    probability_of_loss: chance,
    probability_runway_below_6: chance,
    probability_runway_below_12: chance,
    value_at_risk_95: z.number().describe("The loss of cash that is exceeded with 5 %."),
    expected_shortfall_95: z.number().describe("The mean loss in the worst 5 %."),
    expected_loss_given_negative: amount,
    sharpe: amount,
  }),
  fan: z
    .array(
      z.object({
        month: z.string(),
        mean: z.number(),
        percentiles,
        ruined: chance.describe("That the cash was below 0 by then, 0 to 1."),
      }),
    )
    .describe("The cash at each month's end: a fan chart's data."),
  runway: z.object({
    by_month: z.array(z.object({ month: z.string(), count: z.int() })),
    beyond: z.int().describe("Cases that never ran out of cash."),
  }),
  sensitivity: z.array(z.object({ name: z.string(), correlation: z.number(), share: chance })),
});

/** What `monte_carlo` answers. */
export type MonteCarloAnswer = z.output<typeof output>;

export function monteCarloTool(live: LiveModel): Tool {
  return modelTool(live, {
    name: "monte_carlo",
    title: "Monte Carlo simulation",
    description:
      "How the months may turn out when some of what the model says is uncertain: spread of the cash, probability of ruin, runway, value at risk, expected shortfall, and what drives it. The same seed gives the same answer. Tells its progress, and can be cancelled.",
    input: z.object({
      ...forecastFields,
      iterations: z.int().min(100).max(100_000).default(1000).describe("100 to 100,000 cases."),
      seed: z
        .int()
        .min(0)
        .max(2 ** 32 - 1)
        .default(1)
        .describe("0 to 4294967295."),
      sampling: z.enum(["random", "latin_hypercube"]).default("random"),
      uncertainties: z
        .array(uncertaintySchema)
        .max(200)
        .optional()
        .describe("What is uncertain. Default: salaries ±10 %, grants ±50 %, sales by 30 %, rents ±5 %."),
      correlations: z.array(correlationSchema).max(200).default([]),
      percentiles: z.array(z.number().min(0).max(100)).min(1).max(21).default([5, 25, 50, 75, 95]),
      chart: z.boolean().default(false).describe("Whether a fan chart is added, as an SVG resource."),
    }),
    output,
    answer: async (model, { chart, uncertainties, ...options }, { signal, progress }) => {
      const { currency, name } = model.company;
      const result = await monteCarlo(model, {
        ...optionsOf(options),
        ...(uncertainties !== undefined && { uncertainties }),
        signal,
        onProgress: (done, total) => {
          progress(done, total);
        },
      });
      const content: Content[] = [{ type: "text", text: textOf(result, currency) }];
      if (chart) {
        const title = `${name}: cash, ${options.scenario}, ${options.iterations} cases`;
        content.push(documentContent("fan-chart.svg", "image/svg+xml", fanChart(title, result.fan, currency)));
      }
      return { structured: dataOf(result, currency), content };
    },
  });
}

function dataOf(result: MonteCarloResult, currency: string): z.output<typeof output> {
  const { seed, iterations, risk, fan, runway, sensitivity } = result;
  return {
    currency,
    seed,
    iterations,
    metrics: Object.fromEntries(Object.entries(result.metrics).map(([name, one]) => [name, spreadData(one)])),
    risk: {
      probability_of_ruin: risk.probabilityOfRuin,
      probability_of_ruin_interval: [...risk.probabilityOfRuinInterval],
      probability_of_loss: risk.probabilityOfLoss,
      probability_runway_below_6: risk.probabilityRunwayBelow6,
      probability_runway_below_12: risk.probabilityRunwayBelow12,
      value_at_risk_95: risk.valueAtRisk95,
      expected_shortfall_95: risk.expectedShortfall95,
      expected_loss_given_negative: risk.expectedLossGivenNegative ?? null,
      sharpe: risk.sharpe ?? null,
    },
    fan: [...fan],
    runway: { by_month: [...runway.byMonth], beyond: runway.beyond },
    sensitivity: [...sensitivity],
  };
}

function spreadData({ mean, std, min, max, percentiles: by }: Spread): z.output<typeof spread> {
  return {
    mean: mean ?? null,
    std: std ?? null,
    min: min ?? null,
    max: max ?? null,
    percentiles: Object.fromEntries(Object.entries(by).map(([name, value]) => [name, value ?? null])),
  };
}

/** Influences that the text names. */
const mostInfluences = 5;

function textOf({ risk, metrics, fan, sensitivity, iterations, seed }: MonteCarloResult, currency: string): string {
  const [low, high] = risk.probabilityOfRuinInterval;
  const names = Object.keys(metrics.final_cash_balance.percentiles);
  const spreads = Object.entries(metrics).map(([name, { mean, percentiles: by }]) => {
    const values = [mean, ...names.map((percentile) => by[percentile])];
    return [name].concat(values.map((value) => figure(name, value)));
  });
  const every = Math.max(1, Math.ceil(fan.length / 12));
  const months = fan.filter((_month, at) => (at + 1) % every === 0 || at === fan.length - 1);
  return [
    `${grouped(iterations, 0)} cases with seed ${seed}. The cash runs out in ${percent(risk.probabilityOfRuin)} of them (95 % interval ${percent(low)} to ${percent(high)}). In the worst 5 % the cash changes by ${money(-risk.valueAtRisk95, currency)} or worse, by ${money(-risk.expectedShortfall95, currency)} on average.`,
    `In ${currency}, runway in months:\n${textTable(["metric", "mean", ...names], spreads)}`,
    `Cash at the end of months, in ${currency}:\n${textTable(
      ["month", ...names, "ruined"],
      months.map(({ month, percentiles: by, ruined }) =>
        [month].concat(
          names.map((percentile) => wholeUnits(by[percentile])),
          percent(ruined),
        ),
      ),
    )}`,
    `What drives the final cash: ${sensitivity
      .slice(0, mostInfluences)
      .map(({ name, share }) => `${name} ${percent(share)}`)
      .join(", ")}.`,
  ].join("\n\n");
}

function figure(name: string, value: number | undefined): string {
  if (value === undefined) return "-";
  return name === "runway_months" ? value.toFixed(1) : wholeUnits(value);
}
