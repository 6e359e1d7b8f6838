import { type AlertRule, measureTable } from "./alert-rule.ts";
import type { Reading } from "./readings.ts";

/** What is wrong, in one sentence for people. */
export function sentence({ watch, above }: Pick<AlertRule, "watch" | "above">, reading: Reading): string {
  const { subject, value, why } = reading;
  const { unit } = measureTable[watch];
  const [much, limit] = [`${figure(value)}${spaced(unit)}`, `the limit is ${figure(above)}${spaced(unit)}`];
  const { upstream = "", tool = "" } = subject;
  switch (watch) {
    case "upstream_down":
      return `${upstream} is not connected${why === undefined ? "" : `: ${why}`}`;
    case "error_percent":
      return `${much} of the calls to ${upstream} failed in the last 5 minutes; ${limit}`;
    case "p99_ms":
      return `1 of 100 calls to ${upstream} took ${much} or more in the last 5 minutes; ${limit}`;
    case "event_loop_ms":
      return `The gateway's thread answers up to ${much} late; ${limit}`;
    case "memory_percent":
      return `The gateway uses ${much} of the memory it may have; ${limit}`;
    case "disk_percent":
      return `The disk with the gateway's files is ${much} full; ${limit}`;
    case "dropped":
      return `${figure(value)} rows could not be kept in the last 5 minutes`;
    case "burn_1h":
    case "burn_6h": {
      const over = watch === "burn_1h" ? "hour" : "6 hours";
      return `Over the last ${over}, ${upstream}/${tool} missed its objective ${figure(value)} times as fast as allowed, as ${why ?? "calls fail"}; ${limit}`;
    }
  }
}

function figure(value: number): string {
  return String(value >= 100 ? Math.round(value) : Math.round(value * 10) / 10);
}

function spaced(unit: string): string {
  return unit === "" ? "" : ` ${unit}`;
}
