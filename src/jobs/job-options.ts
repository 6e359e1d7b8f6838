import { GatewayError } from "../core/errors.ts";

/** How a job's operations are carried out. */
export interface JobOptions {
  /** Operations under way at once, 1 to 50. Default 3. */
  readonly parallel?: number;
  /** Operations that may begin in a second, above 0 to 10 000. Default: no limit. */
  readonly perSecond?: number;
  /** Further attempts after one that failed and may be repeated, 0 to 10. Default 0. */
  readonly retries?: number;
  /** Longest time of one attempt, in ms, 1 to 86 400 000. Default: what the policies of its upstream say. */
  readonly timeoutMs?: number;
  /** Jobs with a higher one begin their operations first, −100 to 100. Default 0. */
  readonly priority?: number;
  /** What an operation that failed means for the rest. Default `continue`. */
  readonly onError?: "continue" | "stop";
  /**
   * Only the first so many are made, for real, once all were looked over; then the job pauses by itself until somebody resumes it. 0 to 100
   * 000. Default: never.
   */
  readonly dryRun?: number;
}

/** Options that are whole, with `undefined` for what has no limit. */
export interface JobRules {
  readonly parallel: number;
  readonly perSecond: number | undefined;
  readonly retries: number;
  readonly timeoutMs: number | undefined;
  readonly priority: number;
  readonly onError: "continue" | "stop";
  readonly dryRun: number | undefined;
}

export const jobDefaults = {
  parallel: 3,
  perSecond: undefined,
  retries: 0,
  timeoutMs: undefined,
  priority: 0,
  onError: "continue",
  dryRun: undefined,
} as const satisfies JobRules;

/** What each number may be. */
const ranges = {
  parallel: { from: 1, to: 50, isWhole: true },
  perSecond: { from: 0.001, to: 10_000, isWhole: false },
  retries: { from: 0, to: 10, isWhole: true },
  timeoutMs: { from: 1, to: 86_400_000, isWhole: true },
  priority: { from: -100, to: 100, isWhole: true },
  dryRun: { from: 0, to: 100_000, isWhole: true },
} as const;

/** The names of all options. */
export const jobOptionNames = [...Object.keys(ranges), "onError"] as const;

/** @throws {RangeError} — an option is out of its range; names it, its range and the value. */
export function rulesOf(options: JobOptions): JobRules {
  for (const [name, { from, to, isWhole }] of Object.entries(ranges)) {
    const value: unknown = Reflect.get(options, name);
    if (value === undefined) continue;
    const isFit = typeof value === "number" && value >= from && value <= to && (!isWhole || Number.isInteger(value));
    if (!isFit) {
      const shown = typeof value === "number" ? String(value) : JSON.stringify(value);
      throw new RangeError(`${name} must be a ${isWhole ? "whole " : ""}number from ${from} to ${to}, got ${shown}`);
    }
  }
  const { onError = jobDefaults.onError } = options;
  if (onError !== "continue" && onError !== "stop") throw new RangeError(`onError must be continue or stop`);
  return { ...jobDefaults, ...options };
}

/**
 * The same of what somebody sends.
 *
 * @throws {GatewayError} `invalid_params`.
 */
export function rulesIn(options: JobOptions): JobRules {
  try {
    return rulesOf(options);
  } catch (thrown) {
    if (thrown instanceof RangeError) throw new GatewayError("invalid_params", thrown.message);
    throw thrown;
  }
}
