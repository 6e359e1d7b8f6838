import type { Tool } from "switchyard/connector";
import { z } from "zod";
import { forecast } from "../engine/forecast.ts";
import { type Kpi, kpisOf } from "../kpis.ts";
import type { LiveModel } from "../live-model.ts";
import { kpiText } from "../report/kpi-text.ts";
import { textTable } from "../text-table.ts";
import { forecastFields, optionsOf } from "./forecast-options.ts";
import { modelTool } from "./model-tool.ts";

function kpiData({ value = null, ...rest }: Omit<Kpi, "value"> & { readonly value?: number | null | undefined }) {
  return { ...rest, value };
}

const output = z.object({
  scenario: z.string(),
  currency: z.string(),
  kpis: z.array(
    z.object({
      name: z.string(),
      value: z.number().nullable(),
      unit: z.string().describe("money is units of the currency; percent is from 0 to 100; months; count; ratio."),
      formula: z.string(),
      source: z.string(),
      note: z.string().optional(),
    }),
  ),
});

/** What `kpis` answers. */
export type KpisAnswer = z.output<typeof output>;

export function kpisTool(live: LiveModel): Tool {
  return modelTool(live, {
    name: "kpis",
    title: "KPIs",
    description:
      "The company's key figures over a forecast: runway, burn, growth, concentration, efficiency and more, each with its formula. A figure without meaning has no value, and a note says why.",
    input: z.object({
      ...forecastFields,
      names: z.array(z.string()).max(100).optional().describe("Only these, by name. Default: all."),
    }),
    output,
    answer: (model, { names, ...options }) => {
      const { currency } = model.company;
      const kpis = kpisOf(forecast(model, optionsOf(options)))
        .filter(({ name }) => names === undefined || names.includes(name))
        .map(kpiData);
      const table = textTable(
        ["kpi", "value", "note"],
        kpis.map(({ name, value, unit, note }) => [name, kpiText(value, unit, currency), note ?? ""]),
      );
      return { structured: { scenario: options.scenario, currency, kpis }, content: table };
    },
  });
}
