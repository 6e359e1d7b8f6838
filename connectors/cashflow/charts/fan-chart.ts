import type { FanMonth } from "../monte-carlo/results.ts";
import { type LegendEntry, colours, frameFor } from "./frame.ts";
import { at, line } from "./svg.ts";

function valueAt({ percentiles }: FanMonth, percent: number): number {
  return percentiles[`p${percent}`] ?? 0;
}

/** A simulation's cash as an SVG: a band between each pair of percentiles that lie equally far from the middle, and the mean. */
export function fanChart(title: string, fan: readonly FanMonth[], currency: string): string {
  const percents = Object.keys(fan[0]?.percentiles ?? {})
    .map((name) => Number(name.slice(1)))
    .toSorted((a, b) => a - b);
  const bands = percents.filter((low) => low < 50 && percents.includes(100 - low));
  const drawn = bands.length > 0 ? bands : percents.slice(0, 1);
  const values = fan.flatMap((month) => [
    month.mean,
    ...drawn.flatMap((low) => [valueAt(month, low), valueAt(month, 100 - low)]),
  ]);
  const frame = frameFor(
    title,
    fan.map(({ month }) => month),
    values,
    currency,
  );
  const points = (value: (month: FanMonth) => number): (readonly [number, number])[] =>
    fan.map((month, index) => [frame.x(index), frame.y(value(month))] as const);
  const shades = [colours.widest, colours.band];
  const legend: LegendEntry[] = [];
  const areas = bands.map((low, index) => {
    const colour = shades[Math.min(index, shades.length - 1)] ?? colours.band;
    legend.push({ label: `${100 - 2 * low} % of cases`, colour });
    const edge = [
      ...points((month) => valueAt(month, 100 - low)),
      ...points((month) => valueAt(month, low)).toReversed(),
    ];
    return `<path d="${line(edge)}Z" fill="${colour}"/>`;
  });
  legend.push({ label: "mean", colour: colours.cash });
  const zero = at(frame.y(0));
  const middle = `<path d="${line(points(({ mean }) => mean))}" fill="none" stroke="${colours.cash}" stroke-width="2"/>`;
  const edge = `<line x1="${at(frame.x(-0.5))}" x2="${at(frame.x(fan.length - 0.5))}" y1="${zero}" y2="${zero}" stroke="#444"/>`;
  return frame.around(`${areas.join("")}${edge}${middle}`, legend);
}
