import { Cron } from "croner";
import { type NextAfter, wrong } from "./timing.ts";

/** Five fields, or a word such as @daily. */
const form = /^(?:@[a-z]+|\S+(?: +\S+){4})$/;

/**
 * The times of a cron pattern. A time of day that a change of the clock leaves out comes right after the change, and one that it repeats comes
 * once; what goes by `*` or a step comes at every such minute there is.
 *
 * @throws {GatewayError} `invalid_schedule`; what the library throws for a field that is wrong.
 */
export function cronTimes(pattern: string, zone: string): NextAfter {
  const text = pattern.trim();
  if (!form.test(text))
    throw wrong(
      "cron must be minute, hour, day of month, month and day of week, or one of @hourly, @daily, @weekly, @monthly and @yearly",
    );
  const cron = new Cron(text, { timezone: zone, mode: "5-part", fixedTimeRule: "no-wildcard", paused: true });
  return (ms) => cron.nextRun(new Date(ms))?.getTime();
}
