import { type EChartsCoreOption, init } from "echarts";
import { type Table, cellText } from "../table.ts";

/** Kinds of charts. */
export const chartKinds = ["line", "bar", "pie", "scatter"] as const;

/** A drawing of a table: one column along, others up. */
export interface Chart {
  readonly kind: (typeof chartKinds)[number];
  readonly x: string;
  /** Of a pie only the first. */
  readonly y: readonly string[];
}

/** A chart that cannot be drawn of this table; the message says why, for whoever asked. */
export class ChartRefused extends Error {
  override readonly name = "ChartRefused";
}

const size = { width: 800, height: 400 };
/** Points of one drawing: more cannot be told apart. */
const mostPoints = 2000;

/** A chart as SVG, without a script and without anything from elsewhere. @throws {ChartRefused} the table has no such column. */
export function chartSvg(chart: Chart, table: Table): string {
  const option = chartOption(chart, table);
  const drawing = init(null, null, { renderer: "svg", ssr: true, ...size });
  try {
    drawing.setOption({ animation: false, ...option });
    return drawing.renderToSVGString();
  } finally {
    drawing.dispose();
  }
}

/** A chart as an option of ECharts: plain JSON, at most 2,000 points. @throws {ChartRefused} as {@link chartSvg}. */
export function chartOption(chart: Chart, { columns, rows }: Table): EChartsCoreOption {
  const at = (name: string): number => {
    const found = columns.findIndex((column) => column.name === name);
    if (found >= 0) return found;
    const there = columns.map((column) => column.name).join(", ");
    throw new ChartRefused(`A chart needs the column ${JSON.stringify(name)}; there are ${there.slice(0, 500)}`);
  };
  const shown = rows.slice(0, mostPoints);
  const along = shown.map((row) => row[at(chart.x)]);
  const up = chart.y.map((name) => ({ name, values: shown.map((row) => numberOf(row[at(name)])) }));
  return optionOf(chart, along, up);
}

interface Series {
  readonly name: string;
  readonly values: readonly (number | null)[];
}

function optionOf({ kind, x }: Chart, along: readonly unknown[], up: readonly Series[]): EChartsCoreOption {
  const legend = { show: up.length > 1 };
  switch (kind) {
    case "pie": {
      const values = up[0]?.values ?? [];
      const data = along.map((name, at) => ({ name: cellText(name), value: values[at] ?? 0 }));
      return { series: [{ type: "pie", radius: "70%", data }] };
    }
    case "scatter": {
      const series = up.map(({ name, values }) => ({
        type: "scatter",
        name,
        data: along.map((each, at) => [numberOf(each), values[at] ?? null]),
      }));
      return { legend, xAxis: { type: "value", name: x, scale: true }, yAxis: { type: "value", scale: true }, series };
    }
    case "line":
    case "bar": {
      const series = up.map(({ name, values }) => ({ type: kind, name, data: [...values] }));
      return {
        legend,
        xAxis: { type: "category", name: x, data: along.map(cellText) },
        yAxis: { type: "value" },
        series,
      };
    }
  }
}

function numberOf(cell: unknown): number | null {
  const number = typeof cell === "string" && cell.trim() !== "" ? Number(cell) : cell;
  return typeof number === "number" && Number.isFinite(number) ? number : null;
}
