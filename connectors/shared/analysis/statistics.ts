import { numbersOf } from "./columns.ts";
import { type Loaded, quoted } from "./load.ts";

/** Above which |r| a correlation is called strong. */
const strong = 0.7;

/** Numbers that say how the numbers of a column lie. Definitions are in `docs/queries.md`. */
export async function statistics(loaded: Loaded, names: readonly string[] | undefined) {
  const columns = [];
  for (const { name } of numbersOf(loaded, names, 1)) {
    const [told = {}] = await loaded.ask(
      `WITH x AS (SELECT ${quoted(name)} AS v FROM data WHERE ${quoted(name)} IS NOT NULL),
            q AS (SELECT quantile_cont(v, 0.25) AS q1, quantile_cont(v, 0.75) AS q3 FROM x)
       SELECT count(*) AS count, sum(v) AS sum, avg(v) AS mean, min(v) AS min, any_value(q1) AS q1, median(v) AS median,
              any_value(q3) AS q3, max(v) AS max, var_samp(v) AS variance, stddev_samp(v) AS stddev, skewness(v) AS skewness,
              count(*) FILTER (v < q1 - 1.5 * (q3 - q1) OR v > q3 + 1.5 * (q3 - q1)) AS outliers
       FROM x, q`,
    );
    columns.push({ name, ...told });
  }
  return { columns };
}

/** Pearson's r of each pair of columns, over the rows in which neither is null. Null where one of them is the same throughout. */
export async function correlation(loaded: Loaded, names: readonly string[] | undefined) {
  const columns = numbersOf(loaded, names, 2).slice(0, 50);
  const pairs = columns.flatMap(({ name: a }, at) => columns.slice(at + 1).map(({ name: b }) => ({ a, b })));
  const told = [];
  for (const { a, b } of pairs) {
    const [row = {}] = await loaded.ask(
      `SELECT corr(${quoted(a)}, ${quoted(b)}) AS r, regr_count(${quoted(a)}, ${quoted(b)}) AS count FROM data`,
    );
    const r = typeof row["r"] === "number" ? row["r"] : null;
    told.push({ a, b, r, count: row["count"], isStrong: r !== null && Math.abs(r) > strong });
  }
  return { pairs: told };
}
