/** From and to of a period that is said in words, as dates; the site's week begins on Sunday. */
export function periodOf(operator: string, said: string, now: string): readonly [string, string] {
  const words = operator === "previous" ? `last ${said}` : operator === "next" ? `next ${said}` : said.toLowerCase();
  const today = new Date(`${now.slice(0, 10)}T00:00:00Z`);
  const days = /^(last|next) (\d+) days?$/.exec(words);
  if (days !== null) {
    const count = Number(days[2]);
    return days[1] === "last" ? span(shifted(today, -count), today) : span(today, shifted(today, count));
  }
  if (words === "yesterday") return span(shifted(today, -1), shifted(today, -1));
  if (words === "tomorrow") return span(shifted(today, 1), shifted(today, 1));
  const [, which = "this", unit = "day"] = /^(this|last|next) (week|month|quarter|6 months|year)$/.exec(words) ?? [];
  const step = which === "last" ? -1 : which === "next" ? 1 : 0;
  if (unit === "week") {
    const start = shifted(today, -today.getUTCDay() + 7 * step);
    return span(start, shifted(start, 6));
  }
  const months = { month: 1, quarter: 3, "6 months": 6, year: 12 }[unit];
  if (months === undefined) return span(today, today);
  const first = Math.floor(today.getUTCMonth() / months) * months + step * months;
  const year = today.getUTCFullYear();
  return span(new Date(Date.UTC(year, first, 1)), new Date(Date.UTC(year, first + months, 0)));
}

function shifted(date: Date, days: number): Date {
  return new Date(date.getTime() + days * 86_400_000);
}

function span(from: Date, to: Date): readonly [string, string] {
  return [from.toISOString().slice(0, 10), to.toISOString().slice(0, 10)];
}
