import { type Spread, quantile, spreadOf } from "./figures.ts";

/** What one round found; throughput in calls and operations a second. */
export interface Round {
  readonly ceiling: number;
  readonly direct: number;
  readonly job: number;
  /** How long taking the operations of one job took, in ms. */
  readonly takenMs: number;
  readonly watched: readonly Watched[];
}

/** A job that was asked about while it ran. */
export interface Watched {
  /** Operations under way at once. */
  readonly atOnce: number;
  readonly perSecond: number;
  /** How long it took to say how it stands, in ms, sorted. */
  readonly times: readonly number[];
}

/** Resident memory of the gateway about one large job. */
export interface Memory {
  readonly beforeMiB: number;
  readonly mostMiB: number;
  readonly afterMiB: number;
  readonly takenMs: number;
  readonly tookMs: number;
}

/** How and where it was measured. */
export interface Circumstances {
  readonly operations: number;
  readonly many: number;
  readonly parallel: number;
  /** Load average before it began. */
  readonly loadBefore: number;
  readonly node: string;
  readonly machine: string;
  readonly date: string;
  readonly args: readonly string[];
}

const goals = { perSecond: 2000, ofDirect: 0.7, statusP99Ms: 5, growthMiB: 100 } as const;

/** The page that says what was measured, how, and what came out. */
export function pageOf(
  { rounds, memory }: { readonly rounds: readonly Round[]; readonly memory: Memory },
  { operations, many, parallel, loadBefore, node, machine, date, args }: Circumstances,
): string {
  const over = (figure: (round: Round) => number): Spread => spreadOf(rounds.map(figure));
  const job = over((round) => round.job);
  const ofDirect = over((round) => round.job / round.direct);
  const watched = (rounds[0]?.watched ?? []).map(({ atOnce }) => {
    const all = rounds.flatMap((round) => round.watched.filter((one) => one.atOnce === atOnce));
    const times = all.flatMap((one) => one.times).toSorted((a, b) => a - b);
    return {
      atOnce,
      perSecond: spreadOf(all.map((one) => one.perSecond)),
      p50: quantile(times, 0.5),
      p99: quantile(times, 0.99),
      count: times.length,
    };
  });
  const growth = memory.mostMiB - memory.beforeMiB;
  return `# Jobs, measured

What a job of many operations takes. This page is written by the benchmark; edit that.

Made by \`${["node bench/jobs.ts", ...args].join(" ")}\` on ${date}, with Node ${node} on ${machine}; load average ${loadBefore.toFixed(1)} before it began.
${rounds.length} rounds in one gateway process with a data folder, keys, limits and the record of calls. In each: calls straight to the upstream, an echo over HTTP; calls
of its tool through the gateway; a job of ${operations} such operations; all of them ${parallel} at once. Then more such jobs, with fewer and fewer at once, about which is asked
every 20 ms while they run. The load, the upstream and the gateway share the machine. Every figure is the median over the rounds, with the least and the greatest in brackets; ratios are taken
round by round, and times of how a job stands over all rounds together.

| | a second |
|---|---|
| calls to the upstream itself | ${spread(over((round) => round.ceiling))} |
| calls through the gateway | ${spread(over((round) => round.direct))} |
| operations of a job | **${spread(job)}** |
| ratio to calls through the gateway | **${spread(ofDirect, 2)}** |

| | ms |
|---|---|
| taking the ${operations} operations of a job | ${spread(over((round) => round.takenMs))} |

| a job that is asked about, at once | operations a second | how it stands, in ms |
|---|---|---|
${watched.map(({ atOnce, perSecond, p50, p99, count }) => `| ${atOnce} | ${spread(perSecond)} | p50 ${p50.toFixed(1)}, p99 **${p99.toFixed(1)}** of ${count} |`).join("\n")}

A job of ${many} operations: taken in ${memory.takenMs.toFixed(0)} ms, carried out in ${(memory.tookMs / 1000).toFixed(1)} s. Resident memory was ${memory.beforeMiB.toFixed(0)} MiB before, ${memory.mostMiB.toFixed(0)} at the most, ${memory.afterMiB.toFixed(0)} afterwards.

| Goal | |
|---|---|
| ${goals.perSecond} operations a second | ${met(job.median >= goals.perSecond)} |
| ${goals.ofDirect} of calls through the gateway | ${met(ofDirect.median >= goals.ofDirect)} |
| p99 of how a running job stands under ${goals.statusP99Ms} ms | ${watched.map(({ atOnce, p99 }) => `${atOnce} at once: ${met(p99 < goals.statusP99Ms)}`).join("; ")} |
| ${many} operations within ${goals.growthMiB} MiB more | ${met(growth < goals.growthMiB)}: ${growth.toFixed(0)} MiB |
`;
}

function met(isMet: boolean): string {
  return isMet ? "met" : "not met";
}

function spread({ median, min, max }: Spread, digits = 0): string {
  return `${median.toFixed(digits)} (${min.toFixed(digits)}–${max.toFixed(digits)})`;
}
