import { AnalysisRefused, columnOf, columnsOf } from "./columns.ts";
import { type Loaded, quoted } from "./load.ts";
import { percent } from "./profile.ts";
import type { Wish } from "./wish.ts";

/** How often which values are: numbers in ranges of equal width, everything else by value. */
export async function distribution(loaded: Loaded, { columns: names, bins, top }: Wish) {
  const columns = [];
  for (const { name, kind } of columnsOf(loaded, names)) {
    const found = kind === "number" ? await ranges(loaded, name, bins) : await values(loaded, name, top);
    columns.push({ name, kind, ...found });
  }
  return { columns };
}

/** Each range holds what is from `from` up to but without `to`; the last one its `to` as well. */
async function ranges(loaded: Loaded, name: string, bins: number) {
  const column = quoted(name);
  const [{ low, high } = {}] = await loaded.ask(`SELECT min(${column}) AS low, max(${column}) AS high FROM data`);
  if (typeof low !== "number" || typeof high !== "number") return { ranges: [] };
  const count = low === high ? 1 : bins;
  const width = (high - low) / count;
  const told = await loaded.ask(
    `SELECT ${width === 0 ? "0" : `least(floor((${column} - ${low}) / ${width}), ${count - 1})`}::INTEGER AS bin, count(*) AS count
     FROM data WHERE ${column} IS NOT NULL GROUP BY 1`,
  );
  const counts = new Map(told.map(({ bin, count: each }) => [bin, Number(each)]));
  return {
    ranges: Array.from({ length: count }, (_, at) => ({
      from: low + at * width,
      to: at === count - 1 ? high : low + (at + 1) * width,
      count: counts.get(at) ?? 0,
    })),
  };
}

async function values(loaded: Loaded, name: string, top: number) {
  const column = quoted(name);
  const told = await loaded.ask(
    `SELECT ${column} AS value, count(*) AS count, sum(count(*)) OVER () AS whole FROM data WHERE ${column} IS NOT NULL
     GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT ${top}`,
  );
  const whole = Number(told[0]?.["whole"] ?? 0);
  const shown = told.map(({ value, count }) => ({ value, count, percent: percent(Number(count), whole) }));
  return { values: shown, others: shown.reduce((rest, { count }) => rest - Number(count), whole) };
}

/** Counts, and what the measures come to, for each combination of values; the most frequent first. */
export async function group(loaded: Loaded, { by, measures, top }: Wish) {
  if (by === undefined)
    throw new AnalysisRefused("group needs by, the names of the columns whose values make the groups");
  const keys = by.map((name) => quoted(columnOf(loaded, name).name));
  const sums = measures.map((name, at) => {
    const column = quoted(columnOf(loaded, name, "number").name);
    return `{count: count(${column}), sum: sum(${column}), mean: avg(${column}), min: min(${column}), max: max(${column})} AS m${at}`;
  });
  const places = keys.map((_, at) => at + 1).join(", ");
  const selected = [...keys.map((key, at) => `${key} AS k${at}`), "count(*) AS count", ...sums].join(", ");
  const told = await loaded.ask(
    `SELECT ${selected} FROM data GROUP BY ${places} ORDER BY count(*) DESC, ${places} LIMIT ${top + 1}`,
  );
  const groups = told.slice(0, top).map((row) => ({
    values: Object.fromEntries(by.map((name, at) => [name, row[`k${at}`]])),
    count: row["count"],
    measures: Object.fromEntries(measures.map((name, at) => [name, row[`m${at}`]])),
  }));
  return { groups, hasMore: told.length > top };
}
