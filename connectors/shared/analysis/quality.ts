import { columnsOf } from "./columns.ts";
import { type Analysed, type Loaded, quoted } from "./load.ts";
import { percent } from "./profile.ts";

/** Above which share of nulls, in percent, a column has too many. */
const mostNulls = 10;

/** What is missing, double or odd. */
export async function quality(loaded: Loaded, names: readonly string[] | undefined) {
  const columns = columnsOf(loaded, names);
  const all = columns.map(({ name }) => quoted(name)).join(", ");
  const [told = {}] = await loaded.ask(
    `SELECT count(*) AS "rows", count(*) - (SELECT count(*) FROM (SELECT DISTINCT ${all} FROM data)) AS "duplicateRows" FROM data`,
  );
  const [rows, duplicateRows] = [Number(told["rows"]), Number(told["duplicateRows"])];
  const issues: object[] = [];
  let filled = 0;
  for (const column of columns) {
    const found = await looked(loaded, column);
    filled += found.count;
    issues.push(...issuesOf(column, found, rows));
  }
  if (duplicateRows > 0) {
    issues.push({ issue: "duplicate_rows", count: duplicateRows, percent: percent(duplicateRows, rows) });
  }
  return {
    rows,
    completePercent: rows === 0 ? 100 : percent(filled, rows * columns.length),
    duplicateRows,
    issues,
  };
}

interface Found {
  readonly count: number;
  readonly distinct: number;
  readonly blank: number;
  readonly untrimmed: number;
  readonly numeric: number;
}

async function looked(loaded: Loaded, { name, kind }: Analysed): Promise<Found> {
  const column = quoted(name);
  const text = kind === "text";
  const [told = {}] = await loaded.ask(
    `SELECT count(${column}) AS count, count(DISTINCT ${column}) AS "distinct",
            ${text ? `count(*) FILTER (trim(${column}) = '')` : "0"} AS blank,
            ${text ? `count(*) FILTER (trim(${column}) <> ${column} AND trim(${column}) <> '')` : "0"} AS untrimmed,
            ${text ? `count(try_cast(${column} AS DOUBLE))` : "0"} AS "numeric" FROM data`,
  );
  const number = (key: string): number => Number(told[key]);
  return {
    count: number("count"),
    distinct: number("distinct"),
    blank: number("blank"),
    untrimmed: number("untrimmed"),
    numeric: number("numeric"),
  };
}

function issuesOf({ name: column }: Analysed, found: Found, rows: number): readonly object[] {
  const { count, distinct, blank, untrimmed, numeric } = found;
  const issue = (kind: string, of: number) => ({ column, issue: kind, count: of, percent: percent(of, rows) });
  const nulls = rows - count;
  return [
    ...(percent(nulls, rows) > mostNulls ? [issue("many_nulls", nulls)] : []),
    ...(count > 1 && distinct === 1 ? [issue("constant", count)] : []),
    ...(blank > 0 ? [issue("blank_texts", blank)] : []),
    ...(untrimmed > 0 ? [issue("untrimmed_texts", untrimmed)] : []),
    // Numbers in a column of texts, of which some are none.
    ...(numeric > 0 && numeric < count ? [issue("numbers_among_texts", numeric)] : []),
  ];
}
