import { type Spread, spreadOf } from "./figures.ts";

/** What was measured in one window. */
export interface Window {
  readonly round: number;
  readonly hasBad: boolean;
  readonly calls: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  /** Of the whole machine. */
  readonly busyPercent: number;
  /** What the gateway told of its upstreams meanwhile: restarts, for the most part. */
  readonly events: number;
}

/** How and where it was measured. */
export interface Circumstances {
  readonly rate: number;
  readonly seconds: number;
  /** Load average before it began. */
  readonly loadBefore: number;
  readonly node: string;
  readonly machine: string;
  readonly date: string;
  readonly args: readonly string[];
}

/** The p99 of calls to the good upstreams may be this many times what it is without the bad ones. */
const goal = 1.2;

/** The page that says what was measured, how, and what came out. */
export function pageOf(windows: readonly Window[], circumstances: Circumstances): string {
  const { rate, seconds, loadBefore, node, machine, date, args } = circumstances;
  const command = ["node bench/neighbours.ts", ...args].join(" ");
  const [without, together] = [false, true].map((hasBad) => windows.filter((window) => window.hasBad === hasBad));
  const ratio = (figure: "p50Ms" | "p99Ms"): Spread =>
    spreadOf(
      (together ?? []).map(
        (window) => window[figure] / (without?.find(({ round }) => round === window.round)?.[figure] ?? 0),
      ),
    );
  const p99 = ratio("p99Ms");
  const row = (name: string, figures: readonly Window[] = []): string =>
    `| ${name} | ${spread(spreadOf(figures.map(({ p50Ms }) => p50Ms)))} | ${spread(spreadOf(figures.map(({ p99Ms }) => p99Ms)))} | ${spread(spreadOf(figures.map(({ busyPercent }) => busyPercent)), 0)} | ${spread(spreadOf(figures.map(({ events }) => events)), 0)} |`;
  return `# Neighbours

What callers of good servers notice of bad ones behind the same gateway. This page is written by the benchmark; edit that.

Made by \`${command}\` on ${date}, with Node ${node} on ${machine}; load average ${loadBefore.toFixed(1)} before it began.
${windows.length / 2} rounds; in each, one window of ${seconds} s without and one with the bad servers, in turns first. Two gateway processes, which run all the
time. ${rate} calls a second to 17 good servers in turn, 9 over HTTP and 8 over stdio, sent whether earlier ones were answered or not. The three bad
ones, each called five times a second as well: one answers no call, one crashes 50 ms after it was listed, one waits for a login.
Every figure is the median over the rounds, with the least and the greatest in brackets; ratios are taken round by round.

| 17 good servers | p50, ms | p99, ms | machine busy, % | events |
|---|---|---|---|---|
${row("alone", without)}
${row("with three bad ones", together)}
| ratio | ${spread(ratio("p50Ms"))} | **${spread(p99)}** | | |

Goal: the p99 stays within ${goal} times. It is ${p99.median <= goal ? "met" : "not met"}: the median is ${p99.median.toFixed(2)}.
`;
}

function spread({ median, min, max }: Spread, digits = 2): string {
  return `${median.toFixed(digits)} (${min.toFixed(digits)}–${max.toFixed(digits)})`;
}
