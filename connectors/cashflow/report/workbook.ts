import type { Cell, SheetData } from "write-excel-file/node";
import { type Column, columnNames } from "../engine/forecast.ts";
import type { Entity } from "../entities.ts";
import type { KpiDefinition } from "../kpi-definitions.ts";
import type { ForecastReport, ReportRow } from "../report-data.ts";

/** How numbers look. They are numbers all the same: whoever opens the workbook can go on computing with them. */
const formats = { money: "#,##0.00;[Red]-#,##0.00", whole: "#,##0", day: "yyyy-mm-dd", month: "yyyy-mm" } as const;

const kpiFormats = {
  money: formats.money,
  percent: '0.00" %"',
  months: "0.0",
  count: "#,##0.0",
  ratio: "0.000",
} as const satisfies Record<KpiDefinition["unit"], string>;

interface Sheet {
  readonly sheet: string;
  readonly data: SheetData;
  readonly columns: { readonly width: number }[];
  readonly stickyRowsCount: number;
  readonly stickyColumnsCount: number;
}

/**
 * A forecast as a workbook (ECMA-376): periods, key figures, health and alerts, and the entities that it was made from. Amounts are numbers in units of
 * the currency, days are dates. Texts are never formulas, whatever they begin with.
 */
export async function reportWorkbook(
  company: string,
  report: ForecastReport,
  entities: readonly Entity[],
): Promise<Buffer> {
  // Loaded by whoever asks for a workbook, not by every connector that starts.
  const { default: writeWorkbook } = await import("write-excel-file/node");
  const sheets = [forecastSheet(report), keyFigures(report), health(company, report), entitySheet(entities)];
  return writeWorkbook(sheets).toBuffer();
}

function sheetOf(sheet: string, head: readonly string[], rows: readonly Cell[][], widths: readonly number[]): Sheet {
  const title = head.map((value): Cell => ({ value, fontWeight: "bold" }));
  return {
    sheet,
    data: [title, ...rows],
    columns: widths.map((width) => ({ width })),
    stickyRowsCount: 1,
    stickyColumnsCount: 1,
  };
}

function words(name: string): string {
  return name.replaceAll("_", " ");
}

/** Without a value the cell is empty, as in a sum. */
function number(value: number | null | undefined, format: string): Cell {
  return value === null || value === undefined ? undefined : { value, format };
}

/** A day, `2026-01-31`, as a date. */
function day(text: string | undefined, format: string = formats.day): Cell {
  return text === undefined ? undefined : { value: new Date(`${text}T00:00:00Z`), format };
}

function forecastSheet({ periods }: ForecastReport): Sheet {
  const amounts: readonly Column[] = columnNames;
  const rows = periods.map((row) => [
    periodCell(row),
    ...amounts.map((name) => number(row[name], formats.money)),
    number(row.active_employees, formats.whole),
    number(row.active_projects, formats.whole),
  ]);
  const head = ["period", ...amounts, "active_employees", "active_projects"].map(words);
  return sheetOf("Forecast", head, rows, [10, ...head.slice(1).map((title) => Math.max(14, title.length + 2))]);
}

/** A month is a date, its first day; quarters and years have only their names. */
function periodCell({ period }: ReportRow): Cell {
  return /^\d{4}-\d{2}$/.test(period) ? day(`${period}-01`, formats.month) : period;
}

function keyFigures({ kpis }: ForecastReport): Sheet {
  const rows = kpis.map(({ name, value, unit, formula, note, source }) => [
    words(name),
    number(value, kpiFormats[unit]),
    unit,
    note,
    formula,
    source,
  ]);
  return sheetOf(
    "Key figures",
    ["figure", "value", "unit", "note", "formula", "source"],
    rows,
    [30, 16, 9, 34, 70, 60],
  );
}

function health(
  company: string,
  { scenario, currency, start, end, health: score, alerts, notes }: ForecastReport,
): Sheet {
  const facts: readonly (readonly [string, string])[] = [
    ["company", company],
    ["scenario", scenario],
    ["currency", currency],
    ["from", start],
    ["to", end],
  ];
  const rows: Cell[][] = [
    ...facts.map(([name, value]): Cell[] => [name, undefined, value]),
    ["health score", number(score.score, formats.whole), score.band],
    ...score.parts.map(({ name, points, reason }): Cell[] => [
      `health: ${name}`,
      number(points, formats.whole),
      reason,
    ]),
    ...alerts.map(({ level, metric, value, message, recommendation }): Cell[] => [
      `${level}: ${words(metric)}`,
      number(value, "#,##0.00"),
      `${message} ${recommendation}`,
    ]),
    ...notes.map((note): Cell[] => ["note", undefined, note]),
  ];
  return sheetOf("Health and alerts", ["about", "value", "says"], rows, [30, 14, 90]);
}

function entitySheet(entities: readonly Entity[]): Sheet {
  const rows = entities.map(({ id, data: { type, name, start_date, end_date, tags }, source: { file, line } }) => [
    id,
    words(type),
    name,
    day(start_date),
    day(end_date),
    tags?.join(", "),
    `${file}:${line}`,
  ]);
  return sheetOf(
    "Entities",
    ["id", "type", "name", "from", "to", "tags", "source"],
    rows,
    [34, 14, 34, 12, 12, 24, 34],
  );
}
