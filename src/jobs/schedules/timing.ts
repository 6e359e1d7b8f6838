import { GatewayError, messageOf } from "../../core/errors.ts";
import { isZone } from "./zone.ts";

/** When a schedule makes jobs: by a cron pattern, or by a recurrence rule (RFC 5545) from a local time on; in a time zone. */
export type Timing =
  | { readonly kind: "cron"; readonly pattern: string; readonly zone: string }
  | { readonly kind: "rrule"; readonly rule: string; readonly start: string; readonly zone: string };

/** The first time after a moment, both in ms of wall time; undefined where there is none. */
export type NextAfter = (ms: number) => number | undefined;

/** Longest pattern or rule, in characters. */
const maxText = 500;

/**
 * Works times out. The two libraries do nothing but that: who waits is the scheduler, by its own clock. They are loaded when they are needed
 * first, as most gateways have no schedule.
 *
 * @throws {GatewayError} `invalid_schedule` — there is no such zone, pattern or rule.
 */
export async function nextAfterOf(timing: Timing): Promise<NextAfter> {
  const { zone } = timing;
  const text = timing.kind === "cron" ? timing.pattern : timing.rule;
  if (!isZone(zone)) throw wrong(`There is no time zone ${shown(zone)}; a zone is written as in Europe/Berlin or UTC`);
  if (text.length > maxText) throw wrong(`${timing.kind} must be at most ${maxText} characters long`);
  try {
    if (timing.kind === "cron") return (await import("./cron.ts")).cronTimes(timing.pattern, zone);
    return (await import("./recurrence.ts")).recurrenceTimes(timing.rule, timing.start, zone);
  } catch (thrown) {
    if (thrown instanceof GatewayError) throw thrown;
    throw wrong(`${timing.kind} ${shown(text)} cannot be used: ${messageOf(thrown)}`);
  }
}

/** The next few times after a moment. */
export function following(nextAfter: NextAfter, after: number, max: number): readonly number[] {
  const times: number[] = [];
  let at = nextAfter(after);
  while (at !== undefined && times.length < max) {
    times.push(at);
    at = nextAfter(at);
  }
  return times;
}

/** The error for a schedule that cannot be. */
export function wrong(message: string): GatewayError {
  return new GatewayError("invalid_schedule", message);
}

/** A text of somebody's, short enough for a message. */
export function shown(text: string): string {
  return JSON.stringify(text.slice(0, 100));
}
