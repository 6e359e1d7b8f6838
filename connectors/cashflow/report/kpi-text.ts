import type { KpiDefinition } from "../kpi-definitions.ts";
import { grouped, money } from "../text-table.ts";

/** A KPI's value with its unit; `none` where it has no meaning. */
export function kpiText(value: number | null | undefined, unit: KpiDefinition["unit"], currency: string): string {
  if (value === null || value === undefined) return "none";
  switch (unit) {
    case "money":
      return money(value, currency);
    case "percent":
      return `${value.toFixed(2)} %`;
    case "months":
      return `${value.toFixed(1)} months`;
    case "count":
      return grouped(value, 1);
    case "ratio":
      return grouped(value, 3);
  }
}
