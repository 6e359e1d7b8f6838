import { formatMonth } from "./calendar.ts";
import type { Forecast } from "./engine/forecast.ts";
import { type KpiDefinition, kpiDefinitions } from "./kpi-definitions.ts";

/** One figure about a forecast. Without a value where it has no meaning; `note` then says why. */
export interface Kpi {
  readonly name: string;
  readonly value: number | undefined;
  readonly unit: KpiDefinition["unit"];
  readonly formula: string;
  readonly source: string;
  readonly note?: string;
}

/** Every KPI of a forecast, in the order of `kpi-definitions.ts`. Money is in units of the currency. */
export function kpisOf(forecast: Forecast): readonly Kpi[] {
  return kpiDefinitions.map(({ name, unit, formula, source, compute, why }) => {
    const value = compute(forecast);
    const isNumber = value !== undefined && Number.isFinite(value);
    return { name, value: isNumber ? value : undefined, unit, formula, source, ...(isNumber ? {} : { note: why }) };
  });
}

/** The value of one KPI; undefined where it has none. */
export function kpiValue(forecast: Forecast, name: string): number | undefined {
  const value = kpiDefinitions.find((definition) => definition.name === name)?.compute(forecast);
  return value === undefined || !Number.isFinite(value) ? undefined : value;
}

/** When the cash runs out: the first month that ends below 0. */
export function ruinMonth({ columns, first }: Forecast): string | undefined {
  const at = columns.cash_balance.findIndex((balance) => balance < 0);
  return at < 0 ? undefined : formatMonth(first + at);
}
