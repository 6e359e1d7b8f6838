import { AnalysisRefused, columnOf } from "./columns.ts";
import { type Loaded, quoted } from "./load.ts";
import type { Wish } from "./wish.ts";

/** Below which share of explained variance a line says nothing of a direction. */
const leastR2 = 0.1;
/** Periods of one answer. */
const mostPeriods = 1000;

/** The line through a column of numbers over times (in days from the first), numbers or the order of the rows, by least squares. */
export async function trend(loaded: Loaded, { value, over, every }: Wish) {
  if (value === undefined) throw new AnalysisRefused("trend needs value, the name of a column of numbers");
  const y = quoted(columnOf(loaded, value, "number").name);
  const along = over === undefined ? undefined : columnOf(loaded, over, "time", "number");
  const [told = {}] = await loaded.ask(
    `WITH p AS (SELECT ${y} AS y, ${xOf(along)} AS x FROM data)
     SELECT regr_count(y, x) AS count, regr_slope(y, x) AS slope, regr_intercept(y, x) AS intercept, regr_r2(y, x) AS r2 FROM p`,
  );
  const line = {
    count: told["count"],
    slope: finite(told["slope"]),
    intercept: finite(told["intercept"]),
    r2: finite(told["r2"]),
  };
  const unit = along === undefined ? "row" : along.kind === "time" ? "day" : over;
  const base = { value, per: unit, ...line, direction: directionOf(line.slope, line.r2) };
  if (along?.kind !== "time") return base;
  const periods = await loaded.ask(
    `SELECT strftime(date_trunc('${every}', ${quoted(along.name)}), '%Y-%m-%d') AS period, count(${y}) AS count,
            sum(${y}) AS sum, avg(${y}) AS mean, min(${y}) AS min, max(${y}) AS max
     FROM data WHERE ${quoted(along.name)} IS NOT NULL AND ${y} IS NOT NULL GROUP BY 1 ORDER BY 1 LIMIT ${mostPeriods}`,
  );
  return { ...base, every, periods };
}

function xOf(along: ReturnType<typeof columnOf> | undefined): string {
  if (along === undefined) return "CAST(rowid AS DOUBLE)";
  const column = quoted(along.name);
  // The window looks at all rows, those without a value too.
  return along.kind === "number" ? column : `(epoch_us(${column}) - min(epoch_us(${column})) OVER ()) / 86400e6`;
}

function directionOf(slope: number | null, r2: number | null): "rising" | "falling" | "none" {
  if (slope === null || slope === 0 || r2 === null || r2 < leastR2) return "none";
  return slope > 0 ? "rising" : "falling";
}

function finite(value: unknown): number | null {
  return typeof value === "number" ? value : null;
}
