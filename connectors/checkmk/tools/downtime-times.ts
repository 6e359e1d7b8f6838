import { ToolFailure } from "switchyard/connector";
import { z } from "zod";
import { type NewDowntime, recurrences } from "../rest/downtimes.ts";

const moment = z.iso.datetime({ offset: true, local: true });

/** When a downtime is, as tools are asked for it. */
export const downtimeTimes = {
  start_time: moment.optional().describe("ISO 8601; default: now. Without an offset it is UTC."),
  end_time: moment.optional().describe("ISO 8601; or duration_hours."),
  duration_hours: z
    .number()
    .positive()
    .max(24 * 366)
    .optional()
    .describe("From the start on; default 2."),
  recur: z.enum(recurrences).default("fixed").describe("How it comes again; all but fixed need a commercial edition."),
  flexible_minutes: z
    .int()
    .min(1)
    .max(60 * 24 * 366)
    .optional()
    .describe("Then it begins with the first problem between start and end, and lasts so long."),
};

const hourMs = 3_600_000;
const defaultHours = 2;

/** The downtime that arguments ask for; `now` is in ms since 1970. @throws {ToolFailure} its end is not after its start, or past. */
export function downtimeOf(
  args: z.output<z.ZodObject<typeof downtimeTimes>> & { readonly comment: string },
  now: number,
): NewDowntime {
  const { duration_hours: hours, recur, flexible_minutes: durationMinutes = 0, comment } = args;
  if (args.end_time !== undefined && hours !== undefined) {
    throw new ToolFailure("Give end_time or duration_hours, not both");
  }
  const start = args.start_time === undefined ? now : momentOf(args.start_time);
  const end = args.end_time === undefined ? start + (hours ?? defaultHours) * hourMs : momentOf(args.end_time);
  if (end <= start) throw new ToolFailure(`The downtime ends at ${iso(end)}, before it begins at ${iso(start)}`);
  if (end <= now)
    throw new ToolFailure(`The downtime ends at ${iso(end)}, and it is ${iso(now)} now: give a later end`);
  return { startTime: iso(start), endTime: iso(end), recur, durationMinutes, comment };
}

/** ISO 8601 in ms since 1970; without an offset it is UTC. */
export function momentOf(text: string): number {
  return Date.parse(/(?:Z|[+-]\d{2}:?\d{2})$/.test(text) ? text : `${text}Z`);
}

/** To the second, as Checkmk keeps it. */
function iso(ms: number): string {
  return `${new Date(Math.floor(ms / 1000) * 1000).toISOString().slice(0, 19)}Z`;
}
