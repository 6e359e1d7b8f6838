import type { ServiceTemplate } from "./host-kinds.ts";

/** 0 OK, 1 WARN, 2 CRIT, 3 UNKNOWN; of a host 0 UP, 1 DOWN, 2 UNREACHABLE. */
export type State = 0 | 1 | 2 | 3;

/** What a check found out, as plug-ins say it. */
export interface CheckResult {
  readonly state: State;
  readonly output: string;
  readonly perfData: string;
}

const markers = ["", " (!)", " (!!)", " (?)"] as const;

/** The result of a check of this kind that measured `value`. */
export function measured(template: ServiceTemplate, value: number): CheckResult {
  const { metric, unit, warn, crit } = template;
  const state = value >= crit ? 2 : value >= warn ? 1 : 0;
  const levels = state === 0 ? "" : ` (warn/crit at ${shown(warn)}${unit}/${shown(crit)}${unit})`;
  return {
    state,
    output: `${template.description}: ${shown(value)}${unit}${levels}${markers[state]}`,
    perfData: `${metric}=${shown(value)}${unit === "%" ? "%" : ""};${shown(warn)};${shown(crit)};0;`,
  };
}

/** The result of a check that found nothing to measure. */
export function unmeasured({ description, plugin }: ServiceTemplate): CheckResult {
  return { state: 3, output: `${description}: no data from ${plugin}${markers[3]}`, perfData: "" };
}

function shown(value: number): string {
  return String(Number(value.toPrecision(4)));
}
