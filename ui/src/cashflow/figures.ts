import { kpiText } from "../../../connectors/cashflow/report/kpi-text.ts";
import { grouped } from "../../../connectors/cashflow/text-table.ts";
import type { KpisAnswer } from "./answers.ts";

/** What stands where there is no value. */
export const nothing = "–";

/** An amount in whole units with its currency: `-1,235 EUR`. Where there is no room for both, the currency is beneath. */
export function moneyText(value: number | null | undefined, currency: string): string {
  return value === null || value === undefined ? nothing : `${grouped(value, 0)} ${currency}`;
}

/** An amount in whole units, for tables that say the currency once. */
export function amountText(value: number | null | undefined): string {
  return value === null || value === undefined ? nothing : grouped(value, 0);
}

/** A share from 0 to 1: `4.2 %`. */
export function chanceText(share: number): string {
  return `${(share * 100).toFixed(share >= 0.0005 && share < 0.1 ? 1 : 0)}\u00a0%`;
}

/** One key figure with its unit. */
export function figureText({ value, unit }: KpisAnswer["kpis"][number], currency: string): string {
  if (value === null) return nothing;
  if (unit === "count") return grouped(value, Number.isInteger(value) ? 0 : 1);
  return unit === "money"
    ? moneyText(value, currency)
    : kpiText(value, asUnit(unit), currency).replaceAll(" ", "\u00a0");
}

function asUnit(unit: string): Parameters<typeof kpiText>[1] {
  return unit === "percent" || unit === "months" ? unit : "ratio";
}

const monthNames = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/** A month, `2026-03`, as people read it: `Mar 2026`. */
export function monthText(month: string): string {
  const [year = "", number = ""] = month.split("-");
  return `${monthNames[Number(number) - 1] ?? number} ${year}`;
}

/** The same for an axis: `Mar 26`. */
export function shortMonth(month: string): string {
  return monthText(month).replace(/ \d\d(?=\d\d$)/, "\u00a0");
}

/** A name in JSON as a title: `net_cash_flow` is `Net cash flow`. */
export function titleOf(name: string): string {
  const words = name.replaceAll("_", " ");
  return words.charAt(0).toUpperCase() + words.slice(1);
}

/** What varies in a simulation, `sales: sale:coastal-network`: `Coastal network (sales)`. */
export function driverText(name: string): string {
  const [what = "", id] = name.split(": ");
  const [, entity] = id?.split(":") ?? [];
  return entity === undefined ? titleOf(name) : `${titleOf(entity.replaceAll("-", "_"))} (${what})`;
}
