import { shortAmount, ticksBetween } from "./scale.ts";
import { at, escaped } from "./svg.ts";

/** What a chart in months is drawn on. */
export interface Frame {
  /** The middle of a month, by its place from 0. */
  readonly x: (index: number) => number;
  readonly y: (value: number) => number;
  /** The width of a month. */
  readonly step: number;
  /** The whole picture around what is drawn. */
  readonly around: (inside: string, legend: readonly LegendEntry[]) => string;
}

export interface LegendEntry {
  readonly label: string;
  readonly colour: string;
}

/** Colours that differ in lightness too, for those who see no hue and for printers without ink of it. */
export const colours = { cash: "#1f5f99", band: "#8db9dd", widest: "#cfe2f2", in: "#2e8b57", out: "#c0562f" } as const;

const size = { width: 760, height: 340, left: 64, right: 16, top: 56, bottom: 34 } as const;
const inner = { width: size.width - size.left - size.right, height: size.height - size.top - size.bottom } as const;

/** Month names beneath the axis at most. */
const mostLabels = 12;

/** Axes for amounts of months: from the least to the largest value, 0 always among them. */
export function frameFor(title: string, months: readonly string[], values: readonly number[], unit: string): Frame {
  const least = values.reduce((low, value) => Math.min(low, value), 0);
  const largest = values.reduce((high, value) => Math.max(high, value), 0);
  const ticks = ticksBetween(least, largest);
  const [low, high] = [ticks[0] ?? 0, ticks.at(-1) ?? 1];
  const step = inner.width / Math.max(1, months.length);
  const x = (index: number): number => size.left + (index + 0.5) * step;
  const y = (value: number): number => size.top + inner.height * (1 - (value - low) / (high - low));
  const grid = ticks.map((value) => {
    const stroke = value === 0 ? "#444" : "#ddd";
    return `<line x1="${size.left}" x2="${size.width - size.right}" y1="${at(y(value))}" y2="${at(y(value))}" stroke="${stroke}"/><text x="${size.left - 6}" y="${at(y(value) + 4)}" text-anchor="end">${shortAmount(value)}</text>`;
  });
  const every = Math.ceil(months.length / mostLabels);
  const labels = months.map((month, index) =>
    index % every === 0
      ? `<text x="${at(x(index))}" y="${size.height - 12}" text-anchor="middle">${escaped(month)}</text>`
      : "",
  );
  return {
    x,
    y,
    step,
    around: (inside, legend) =>
      `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${size.width} ${size.height}" width="${size.width}" height="${size.height}" role="img" aria-label="${escaped(title)}" font-family="system-ui, sans-serif" font-size="11" fill="#333"><rect width="${size.width}" height="${size.height}" fill="#fff"/><text x="${size.left}" y="20" font-size="14" font-weight="600">${escaped(title)}</text><text x="${size.width - size.right}" y="20" text-anchor="end">${escaped(unit)}</text>${legendOf(legend)}${grid.join("")}${labels.join("")}${inside}</svg>`,
  };
}

/** Room for one letter of a legend, more than any needs. */
const letterWidth = 6.5;

function legendOf(entries: readonly LegendEntry[]): string {
  let x: number = size.left;
  return entries
    .map(({ label, colour }) => {
      const from = x;
      x += 28 + label.length * letterWidth;
      return `<rect x="${at(from)}" y="32" width="12" height="10" fill="${colour}"/><text x="${at(from + 17)}" y="41">${escaped(label)}</text>`;
    })
    .join("");
}
