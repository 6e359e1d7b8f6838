import { type MetricName, metricTable } from "./definitions.ts";
import { type Counter, type Family, labelText } from "./family.ts";
import { Histogram, shownBounds } from "./histogram.ts";

/** A value as it is at this moment, read when somebody asks. */
export interface Sample {
  readonly name: MetricName;
  readonly value: number;
  readonly labels?: Readonly<Record<string, string>>;
}

/** Everything that a report is made of. */
export interface Reported {
  readonly families: readonly Family<Counter | Histogram>[];
  readonly samples: readonly Sample[];
}

/** What the Prometheus text format calls itself. */
export const textContentType = "text/plain; version=0.0.4; charset=utf-8";

/** Lines that are written before others get a turn: about a millisecond. */
const linesAtOnce = 1000;

/**
 * Everything in Prometheus' text format, in pieces, between which whoever writes them may let others have a turn.
 *
 * @see Prometheus, Exposition formats, text format 0.0.4.
 */
export function* textOf({ families, samples }: Reported): Generator<string> {
  let piece = "";
  let lines = 0;
  for (const family of families) {
    const all = family.series();
    if (all.length > 0) piece += headOf(family.name, family.definition);
    for (const { text, holds } of all) {
      piece +=
        holds instanceof Histogram ? histogramText(family.name, text, holds) : line(family.name, text, holds.value);
      lines += holds instanceof Histogram ? shownBounds.length + 3 : 1;
      if (lines < linesAtOnce) continue;
      yield piece;
      [piece, lines] = ["", 0];
    }
  }
  yield piece + samplesText(samples);
}

function headOf(name: string, { help, type }: { readonly help: string; readonly type: string }): string {
  return `# HELP ${name} ${help.replaceAll("\\", "\\\\").replaceAll("\n", String.raw`\n`)}\n# TYPE ${name} ${type}\n`;
}

function line(name: string, labels: string, value: number): string {
  return labels === "" ? `${name} ${numberText(value)}\n` : `${name}{${labels}} ${numberText(value)}\n`;
}

function numberText(value: number): string {
  if (Number.isFinite(value)) return String(value);
  return Number.isNaN(value) ? "NaN" : value > 0 ? "+Inf" : "-Inf";
}

const boundTexts = shownBounds.map((bound) => `le="${bound}"`);

function histogramText(name: string, labels: string, histogram: Histogram): string {
  const before = labels === "" ? `${name}_bucket{` : `${name}_bucket{${labels},`;
  let text = "";
  const counts = histogram.cumulative();
  for (let at = 0; at < counts.length; at += 1) text += `${before}${boundTexts[at]}} ${counts[at]}\n`;
  const { count, sumMs } = histogram;
  return `${text}${before}le="+Inf"} ${count}\n${line(`${name}_sum`, labels, sumMs / 1000)}${line(`${name}_count`, labels, count)}`;
}

/** All samples of one metric stand together, as the format wants it. */
function samplesText(samples: readonly Sample[]): string {
  const byName = Map.groupBy(samples, ({ name }) => name);
  return [...byName]
    .map(([name, found]) => {
      return (
        headOf(name, metricTable[name]) +
        found.map(({ labels, value }) => line(name, labelText(labels ?? {}), value)).join("")
      );
    })
    .join("");
}

/** One metric with all of its series, for programs. Lengths of time are in seconds. */
export interface MetricReport {
  readonly name: string;
  readonly type: string;
  readonly help: string;
  readonly series: readonly SeriesReport[];
}

/** One series: a value, or what a histogram says. */
export type SeriesReport =
  | { readonly labels: Readonly<Record<string, string>>; readonly value: number }
  | {
      readonly labels: Readonly<Record<string, string>>;
      readonly count: number;
      readonly sum: number;
      readonly p50: number | undefined;
      readonly p95: number | undefined;
      readonly p99: number | undefined;
    };

/** The same for programs, with quantiles instead of buckets. */
export function reportOf({ families, samples }: Reported): MetricReport[] {
  const reports = families.map((family): MetricReport => {
    const { type, help } = family.definition;
    const series = family.series().map(({ labels, holds }) => seriesReport(labels, holds));
    return { name: family.name, type, help, series };
  });
  for (const [name, found] of Map.groupBy(samples, (sample) => sample.name)) {
    const { type, help } = metricTable[name];
    reports.push({ name, type, help, series: found.map(({ labels = {}, value }) => ({ labels, value })) });
  }
  return reports;
}

function seriesReport(labels: Readonly<Record<string, string>>, holds: Counter | Histogram): SeriesReport {
  if (!(holds instanceof Histogram)) return { labels, value: holds.value };
  const quantile = (share: number): number | undefined => {
    const ms = holds.quantile(share);
    return ms === undefined ? undefined : ms / 1000;
  };
  return {
    labels,
    count: holds.count,
    sum: holds.sumMs / 1000,
    p50: quantile(0.5),
    p95: quantile(0.95),
    p99: quantile(0.99),
  };
}
