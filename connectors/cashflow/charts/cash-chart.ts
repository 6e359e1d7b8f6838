import type { ReportRow } from "../report-data.ts";
import { colours, frameFor } from "./frame.ts";
import { at, line } from "./svg.ts";

/** A forecast as an SVG: what came in and went out as bars, the cash as a line. Financing counts as what came in, purchases as what went out. */
export function cashChart(title: string, rows: readonly ReportRow[], currency: string): string {
  const flows = rows.map((row) => ({
    in: row.total_revenue + Math.max(0, row.financing),
    out: row.total_expenses + row.tax_paid + row.capital_expenditure - Math.min(0, row.financing),
    cash: row.cash_balance,
  }));
  const frame = frameFor(
    title,
    rows.map(({ period }) => period),
    flows.flatMap((flow) => [flow.in, flow.out, flow.cash]),
    currency,
  );
  const width = frame.step * 0.36;
  const bar = (index: number, offset: number, value: number, colour: string): string => {
    const [top, bottom] = [frame.y(Math.max(0, value)), frame.y(Math.min(0, value))];
    return `<rect x="${at(frame.x(index) + offset)}" y="${at(top)}" width="${at(width)}" height="${at(bottom - top)}" fill="${colour}"/>`;
  };
  const bars = flows.map(
    (flow, index) => bar(index, -width, flow.in, colours.in) + bar(index, 0, flow.out, colours.out),
  );
  const cash = line(flows.map((flow, index) => [frame.x(index), frame.y(flow.cash)] as const));
  return frame.around(`${bars.join("")}<path d="${cash}" fill="none" stroke="${colours.cash}" stroke-width="2"/>`, [
    { label: "money in", colour: colours.in },
    { label: "money out", colour: colours.out },
    { label: "cash at the end", colour: colours.cash },
  ]);
}
