import { RRuleTemporal } from "rrule-temporal";
import { type NextAfter, shown, wrong } from "./timing.ts";

/** Parts of a rule that there are; the library passes over others. */
const parts = [
  "FREQ",
  "INTERVAL",
  "COUNT",
  "UNTIL",
  "BYMONTH",
  "BYMONTHDAY",
  "BYYEARDAY",
  "BYWEEKNO",
  "BYDAY",
  "BYHOUR",
  "BYMINUTE",
  "BYSETPOS",
  "WKST",
];
const frequencies = ["MINUTELY", "HOURLY", "DAILY", "WEEKLY", "MONTHLY", "YEARLY"];
/**
 * Periods and candidates that are looked through for the next time: a rule that never comes true is found out within some 300 ms, once, as
 * it is refused then.
 */
const bounds = { maxIterations: 1000, maxCandidateEvaluations: 20_000 } as const;
const maxCount = 100;
const localTime = /^(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d)$/;

/**
 * The times of a recurrence rule that begins at a local time, `2026-01-31T09:00`. As the RFC has it, a time of day that a change of the clock
 * leaves out does not come, and one that it repeats comes once.
 *
 * @throws {GatewayError} `invalid_schedule`; what the library throws for a part that is wrong.
 * @see RFC 5545, 3.3.10, Recurrence Rule.
 */
export function recurrenceTimes(text: string, start: string, zone: string): NextAfter {
  const rule = text
    .trim()
    .replace(/^RRULE:/i, "")
    .toUpperCase();
  for (const part of rule.split(";")) check(part);
  if (!localTime.test(start)) throw wrong(`start must be a local time such as 2026-01-31T09:00, got ${shown(start)}`);
  const from = `${start.replaceAll(/[-:]/g, "")}00`;
  const recurrence = new RRuleTemporal({
    rruleString: `DTSTART;TZID=${zone}:${from}\nRRULE:${rule}`,
    strict: true,
    ...bounds,
  });
  if (!rule.includes("COUNT=")) return (ms) => recurrence.next(new Date(ms))?.epochMilliseconds;
  // What is counted is counted from the start: once, rather than for each time.
  const times = recurrence.all().map(({ epochMilliseconds }) => epochMilliseconds);
  return (ms) => times.find((time) => time > ms);
}

function check(part: string): void {
  const [name = "", value = ""] = part.split("=");
  if (!parts.includes(name)) throw wrong(`rrule has no part ${shown(name)}; there are ${parts.join(", ")}`);
  if (name === "FREQ" && !frequencies.includes(value)) {
    throw wrong(`FREQ of rrule must be one of ${frequencies.join(", ")}, got ${shown(value)}`);
  }
  if (name === "COUNT" && !(Number(value) >= 1 && Number(value) <= maxCount)) {
    throw wrong(
      `COUNT of rrule must be a whole number from 1 to ${maxCount}, got ${shown(value)}; UNTIL has no such limit`,
    );
  }
}
