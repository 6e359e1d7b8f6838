/* Numbers and times as people read them. A number and its unit stay on one line: between them is a space that does not break. */

/** A length of time: `0.8 ms`, `12 ms`, `1.4 s`, `3 min`, `2 h`. */
export function durationText(ms: number): string {
  if (ms === 0) return "0 ms";
  if (ms < 1) return `${ms.toFixed(2)} ms`;
  if (ms < 10) return `${ms.toFixed(1)} ms`;
  if (ms < 1000) return `${Math.round(ms)} ms`;
  if (ms < 60_000) return `${(ms / 1000).toFixed(ms < 10_000 ? 1 : 0)} s`;
  if (ms < 3_600_000) return `${Math.round(ms / 60_000)} min`;
  return ms < 172_800_000 ? `${Math.round(ms / 3_600_000)} h` : `${Math.round(ms / 86_400_000)} d`;
}

/** A size: `512 B`, `1.4 KiB`, `81 MiB`. */
export function bytesText(bytes: number): string {
  const units = ["B", "KiB", "MiB", "GiB"];
  let value = bytes;
  let unit = 0;
  while (value >= 1024 && unit < units.length - 1) {
    value /= 1024;
    unit += 1;
  }
  return `${value >= 10 || unit === 0 ? Math.round(value) : value.toFixed(1)} ${units[unit]}`;
}

/** A whole number with its thousands apart. */
export function countText(count: number): string {
  return Math.round(count).toLocaleString("en");
}

/** A share as percent. */
export function shareText(part: number, whole: number): string {
  if (whole === 0) return "–";
  const percent = (part / whole) * 100;
  return `${percent > 0 && percent < 10 ? percent.toFixed(1) : Math.round(percent)} %`;
}

// Made once: finding out how a language writes times takes longer than writing one.
const times = new Intl.DateTimeFormat("en-GB", { timeStyle: "medium" });
const dates = new Intl.DateTimeFormat("en-CA");

/** The time of day, in the visitor's own zone. */
export function timeText(at: number | string): string {
  return times.format(new Date(at));
}

/** Date and time, in the visitor's own zone. */
export function momentText(at: number | string): string {
  const date = new Date(at);
  return `${dates.format(date)} ${times.format(date)}`;
}

/** A name in JSON as words: `awaiting_login` is `awaiting login`. */
export function wordsOf(name: string): string {
  return name.replaceAll("_", " ");
}

/** `1 tool`, `2 tools`. */
export function plural(count: number, one: string, many = `${one}s`): string {
  return `${countText(count)} ${count === 1 ? one : many}`;
}
