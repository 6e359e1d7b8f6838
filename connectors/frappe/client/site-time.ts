/*
 * A site writes times as `2026-11-23 09:30:37.937339`: in its own time zone, without saying which. Outside they are ISO 8601 with an offset.
 */

/** A site's time as a moment, such as `2026-11-23T09:30:37.937339+05:30`; undefined where it is no time of a site. */
export function momentOf(siteTime: string, timeZone: string): string | undefined {
  const found = /^(\d{4}-\d\d-\d\d)[ T](\d\d:\d\d:\d\d)(\.\d{1,6})?$/.exec(siteTime);
  const [, date = "", time = "", fraction = ""] = found ?? [];
  const wall = Date.parse(`${date}T${time}Z`);
  if (Number.isNaN(wall)) return undefined;
  // The offset at the wall's time taken for UTC is right unless the clocks change in between: then it is that of the moment found by it.
  const first = offsetMs(wall, timeZone);
  return `${date}T${time}${fraction}${written(offsetMs(wall - first, timeZone))}`;
}

/** A moment as the site writes it, in its own time zone; undefined where it is no moment. A date alone, or a site's time, stays what it is. */
export function siteTimeOf(moment: string, timeZone: string): string | undefined {
  if (/^\d{4}-\d\d-\d\d(?: \d\d:\d\d:\d\d(?:\.\d{1,6})?)?$/.test(moment)) return moment;
  const at = Date.parse(moment);
  if (Number.isNaN(at)) return undefined;
  const fraction = /\d\d:\d\d:\d\d(\.\d{1,6})/.exec(moment)?.[1] ?? "";
  return new Date(at + offsetMs(at, timeZone)).toISOString().slice(0, 19).replace("T", " ") + fraction;
}

/** Whether a name is that of a time zone. */
export function isTimeZone(name: string): boolean {
  try {
    formatOf(name);
    return true;
  } catch {
    // The only thing that it throws for.
    return false;
  }
}

function formatOf(timeZone: string): Intl.DateTimeFormat {
  return new Intl.DateTimeFormat("en-US", { timeZone, timeZoneName: "longOffset" });
}

function offsetMs(at: number, timeZone: string): number {
  const named = formatOf(timeZone)
    .formatToParts(at)
    .find(({ type }) => type === "timeZoneName")?.value;
  const [, sign = "+", hours = "0", minutes = "0"] = /^GMT([+-])(\d\d):(\d\d)/.exec(named ?? "") ?? [];
  return (sign === "-" ? -1 : 1) * (Number(hours) * 60 + Number(minutes)) * 60_000;
}

function written(offset: number): string {
  const minutes = Math.abs(offset) / 60_000;
  return `${offset < 0 ? "-" : "+"}${two(minutes / 60)}:${two(minutes % 60)}`;
}

function two(value: number): string {
  return String(Math.trunc(value)).padStart(2, "0");
}
