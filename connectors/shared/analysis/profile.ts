import { columnsOf } from "./columns.ts";
import { type Loaded, quoted } from "./load.ts";

/** What each column holds: its kind, how much is null, how many different values, the least and the greatest, the most frequent. */
export async function profile(loaded: Loaded, names: readonly string[] | undefined) {
  const columns = [];
  for (const { name, kind } of columnsOf(loaded, names)) {
    const column = quoted(name);
    const mean = kind === "number" ? `avg(${column})` : "NULL";
    const [told = {}] = await loaded.ask(
      `SELECT count(${column}) AS count, count(*) - count(${column}) AS nulls, count(DISTINCT ${column}) AS "distinct",
              min(${column}) AS min, max(${column}) AS max, ${mean} AS mean FROM data`,
    );
    const top = await loaded.ask(
      `SELECT ${column} AS value, count(*) AS count FROM data WHERE ${column} IS NOT NULL GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT 5`,
    );
    columns.push({ name, kind, ...told, nullPercent: percent(Number(told["nulls"]), loaded.rowCount), top });
  }
  return { columns };
}

/** A part of a whole in percent; of nothing it is 0. */
export function percent(part: number, whole: number): number {
  return whole === 0 ? 0 : (100 * part) / whole;
}
