/** A calendar month (proleptic Gregorian): `year × 12 + month − 1`. */
export type Month = number;

/** A calendar day: days since 1970-01-01. */
export type Day = number;

const msPerDay = 86_400_000;

/** The years that the model knows, both included: what lies outside is taken for a slip of the pen. */
export const knownYears = { first: 1900, last: 2199 } as const;

/** The month of `year`, with `monthOfYear` from 1 to 12. */
export function monthOf(year: number, monthOfYear: number): Month {
  return year * 12 + monthOfYear - 1;
}

/** From 0, January, to 11, December. */
export function indexInYear(month: Month): number {
  return month % 12;
}

export function yearOf(month: Month): number {
  return Math.floor(month / 12);
}

/** The first days of the months that forecasts meet: to ask `Date` for each was most of a forecast's time. */
const tableFrom = monthOf(1970, 1);
const firstDays = Int32Array.from({ length: 12 * 150 }, (_none, at) => firstDayByDate(tableFrom + at));

function firstDayByDate(month: Month): Day {
  return Date.UTC(yearOf(month), indexInYear(month), 1) / msPerDay;
}

/** The first day of a month. */
export function firstDayOf(month: Month): Day {
  return firstDays[month - tableFrom] ?? firstDayByDate(month);
}

/** The last day of a month. */
export function lastDayOf(month: Month): Day {
  return firstDayOf(month + 1) - 1;
}

/** 28 to 31. */
export function daysIn(month: Month): number {
  return firstDayOf(month + 1) - firstDayOf(month);
}

/** The month in which a day lies. */
export function monthOfDay(day: Day): Month {
  // A guess by the mean length of a month is off by one at most, either way.
  const guess = tableFrom + Math.floor((day * 12) / 365.2425);
  if (day < firstDayOf(guess)) return guess - 1;
  return day >= firstDayOf(guess + 1) ? guess + 1 : guess;
}

/** The same day `months` later; the last of the month where that has no such day: 31 January plus one is 28 or 29 February. */
export function addMonths(day: Day, months: number): Day {
  const month = monthOfDay(day);
  const ofMonth = day - firstDayOf(month);
  return firstDayOf(month + months) + Math.min(ofMonth, daysIn(month + months) - 1);
}

/** Reads `YYYY-MM-DD`; undefined where it is something else, or a day that the calendar does not have. */
export function parseDay(text: string): Day | undefined {
  const [, year, month, day] = /^(\d{4})-(\d{2})-(\d{2})$/.exec(text) ?? [];
  const first = parseMonth(`${year}-${month}`);
  if (first === undefined) return undefined;
  const ofMonth = Number(day);
  return ofMonth >= 1 && ofMonth <= daysIn(first) ? firstDayOf(first) + ofMonth - 1 : undefined;
}

/** Reads `YYYY-MM`; undefined where it is something else or outside of {@link knownYears}. */
export function parseMonth(text: string): Month | undefined {
  const [, year, month] = /^(\d{4})-(\d{2})$/.exec(text) ?? [];
  const isKnown = Number(year) >= knownYears.first && Number(year) <= knownYears.last;
  return isKnown && Number(month) >= 1 && Number(month) <= 12 ? monthOf(Number(year), Number(month)) : undefined;
}

/** A day as `YYYY-MM-DD`. */
export function formatDay(day: Day): string {
  return new Date(day * msPerDay).toISOString().slice(0, 10);
}

/** A month as `YYYY-MM`. */
export function formatMonth(month: Month): string {
  return `${String(yearOf(month)).padStart(4, "0")}-${String(indexInYear(month) + 1).padStart(2, "0")}`;
}

/** How many days of `month` lie between `start` and `end`, both included; without `end` for ever. */
export function activeDays(month: Month, start: Day, end: Day | undefined): number {
  const from = Math.max(start, firstDayOf(month));
  const to = Math.min(end ?? Number.POSITIVE_INFINITY, lastDayOf(month));
  return Math.max(0, to - from + 1);
}

/** Calendar months that `start` to `end` touches, both included. */
export function monthsTouched(start: Day, end: Day): number {
  return monthOfDay(end) - monthOfDay(start) + 1;
}
