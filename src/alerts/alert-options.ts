import { type AlertRules, defaultRules } from "./alert-rule.ts";

/** What is expected of a tool. Targets are in percent, more than 0 and less than 100. */
export interface Objective {
  /** How many of its calls should succeed. */
  readonly target: number;
  /** How many of its calls should take no longer than `ms`; undefined where nothing is said, so that what its connector says counts. */
  readonly within: { readonly ms: number; readonly target: number } | "no_matter" | undefined;
}

/** How many calls should take no longer than a connector says of its tool, in percent. */
export const usualWithinTarget = 95;

/** What is expected of tools. */
export interface SloOptions {
  /** Of each that fits no pattern; undefined: nothing. */
  readonly usual: Objective | undefined;
  /** Of those that fit a pattern of SERVER/TOOL, the first that fits; undefined: nothing. */
  readonly tools: readonly { readonly pattern: string; readonly objective: Objective | undefined }[];
  /** Calls that the longer window must have for anything to follow from it: of three calls, one that failed says little. */
  readonly leastCalls: number;
}

/** What is watched, and when somebody is told. */
export interface AlertOptions {
  readonly rules: AlertRules;
  readonly slo: SloOptions;
}

export const alertDefaults = {
  rules: defaultRules,
  slo: { usual: { target: 99, within: undefined }, tools: [], leastCalls: 20 },
} as const satisfies AlertOptions;
