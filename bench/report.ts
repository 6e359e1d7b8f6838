import { type Figures, type Sample, type Spread, ratioOf, summaryOf } from "./figures.ts";
import type { Plan, Row } from "./plan.ts";
import { keyAndRecord } from "./systems.ts";

/** What a gateway's record of calls came to in one launch. */
export interface Recorded {
  readonly calls: number;
  readonly dropped: number;
  readonly bare: number;
}

/** Everything that a run measured. */
export interface Measured {
  readonly samples: readonly Sample[];
  readonly records: readonly Recorded[];
}

/** Where the figures were made. */
export interface Machine {
  readonly node: string;
  readonly cpu: string;
  readonly cores: number;
  readonly platform: string;
  readonly date: string;
}

/** How much CPU time a call to an HTTP upstream may take, in times of what another system takes. */
const goals = [
  { system: "gateway", of: "minimal hop", most: 1.3 },
  { system: "gateway, every stage", of: "minimal hop", most: 1.6 },
  { system: "gateway, cache hit", of: "direct", most: 1.3 },
] as const;

/** The page that says what was measured, how, and what came out. */
export function reportOf({ samples, records }: Measured, plan: Plan, machine: Machine): string {
  return [
    "# Benchmarks",
    "What a tool call costs through Switchyard, beside the least that any hop in its place would cost, and beside no hop at all. This page is written by the benchmark; edit that.",
    howItWasMade(plan, machine),
    "## The hop's price",
    ratios(samples, plan),
    goalLines(samples, plan),
    recordLine(records),
    "## Figures",
    ...plan.rows.map((row) => `### ${row.name} upstream\n\n${whatRowIs(row)}\n\n${figures(samples, plan, row)}`),
    whatIsWhat,
    whatIsNotShown,
  ]
    .join("\n\n")
    .concat("\n");
}

function howItWasMade({ args, launches, rounds, windowMs, concurrencies }: Plan, machine: Machine): string {
  const command = ["npm run bench", ...(args.length === 0 ? [] : ["--", ...args])].join(" ");
  return [
    `Made by \`${command}\` on ${machine.date}, with Node ${machine.node} on ${machine.platform}, ${machine.cores} × ${machine.cpu}.`,
    `Every process was started ${launches} times, for ${rounds} rounds each; in each round every system has one window of ${windowMs} ms at each number of calls at once (${concurrencies.join(", ")}).`,
    "Every figure is the median over the rounds, with the least and the greatest in brackets.",
  ].join(" ");
}

function of(samples: readonly Sample[], row: Row, concurrency: number, system: string): Sample[] {
  return samples.filter(
    (sample) => sample.row === row.name && sample.concurrency === concurrency && sample.system === system,
  );
}

function ratios(samples: readonly Sample[], plan: Plan): string {
  const { rows, concurrencies } = plan;
  const lines = rows.flatMap((row) =>
    concurrencies.flatMap((concurrency) =>
      systemsOf(plan, row)
        .slice(2)
        .map((name) => {
          const through = of(samples, row, concurrency, name);
          const ratio = (figure: keyof Figures, other: string): string =>
            spread(ratioOf(figure, through, of(samples, row, concurrency, other)), 2);
          return [
            row.name,
            String(concurrency),
            name,
            `**${ratio("cpuUs", "minimal hop")}**`,
            ratio("callsPerSecond", "minimal hop"),
            ratio("p50Ms", "minimal hop"),
            ratio("cpuUs", "direct"),
            ratio("callsPerSecond", "direct"),
            ratio("p50Ms", "direct"),
          ];
        }),
    ),
  );
  return table(
    [
      "Upstream",
      "At once",
      "System",
      "CPU ÷ hop",
      "calls/s ÷ hop",
      "p50 ÷ hop",
      "CPU ÷ direct",
      "calls/s ÷ direct",
      "p50 ÷ direct",
    ],
    lines,
  );
}

function goalLines(samples: readonly Sample[], { rows, concurrencies }: Plan): string {
  const http = rows.filter(({ upstream }) => upstream === "http");
  if (http.length === 0) return "No HTTP upstream was measured, for which alone there are goals.";
  const lines = goals.map(({ system, of: other, most }) => {
    const medians = http.flatMap((row) =>
      concurrencies.map(
        (concurrency) =>
          ratioOf("cpuUs", of(samples, row, concurrency, system), of(samples, row, concurrency, other)).median,
      ),
    );
    const worst = Math.max(...medians);
    const verdict = worst <= most ? "met" : "not met";
    return `- **${system}**: at most ${most} times the CPU time of ${other}. It is ${verdict}: the worst median is ${worst.toFixed(2)}, the best ${Math.min(...medians).toFixed(2)}.`;
  });
  return ["Goals, over HTTP:", "", ...lines].join("\n");
}

function recordLine(records: readonly Recorded[]): string {
  if (records.length === 0) return "No gateway put calls on record.";
  const total = (figure: keyof Recorded): number => records.reduce((sum, record) => sum + record[figure], 0);
  return `Of ${total("calls")} calls on record at full speed, ${total("dropped")} rows were lost and ${total("bare")} lack their arguments and results because too many waited; the status and the metrics say so while it happens.`;
}

function systemsOf({ gateways }: Plan, { upstream }: Row): string[] {
  const parts = upstream === "http" ? ["", ", every stage", ", cache hit"] : [""];
  const least = upstream === "http" ? [keyAndRecord] : [];
  return ["direct", "minimal hop", ...least, ...gateways.flatMap(({ name }) => parts.map((part) => name + part))];
}

function figures(samples: readonly Sample[], plan: Plan, row: Row): string {
  const { concurrencies } = plan;
  const systems = systemsOf(plan, row);
  const lines = concurrencies.flatMap((concurrency) =>
    systems.map((system) => {
      const { callsPerSecond, p50Ms, p99Ms, cpuUs } = summaryOf(of(samples, row, concurrency, system));
      return [
        String(concurrency),
        system,
        spread(callsPerSecond, 0),
        spread(p50Ms, 2),
        spread(p99Ms, 2),
        spread(cpuUs, 1),
      ];
    }),
  );
  return table(["At once", "System", "calls/s", "p50, ms", "p99, ms", "CPU, µs a call"], lines);
}

function spread({ median, min, max }: Spread, digits: number): string {
  return `${median.toFixed(digits)} (${min.toFixed(digits)}–${max.toFixed(digits)})`;
}

function table(head: readonly string[], lines: readonly (readonly string[])[]): string {
  const rule = head.map((title, column) => (column === 0 && title !== "At once" ? "---" : "---:"));
  return [head, rule, ...lines].map((cells) => `| ${cells.join(" | ")} |`).join("\n");
}

function whatRowIs({ upstream, era }: Row): string {
  if (upstream === "stdio") {
    return "The upstream is a child process that answers line by line, and each hop takes HTTP and starts its own child. Direct means that the load generator starts the child and speaks to it over its stdio.";
  }
  return era === "modern"
    ? "Upstream and caller speak 2026-07-28 over HTTP: every call stands alone and carries its version, its client and its method in headers and body. The gateway checks these against each other, looks the tool up and writes the call anew under the tool's own name."
    : "Upstream and caller speak 2025-11-25 over HTTP: `initialize` begins a session with the gateway, and every call belongs to it. The gateway holds a session of its own with the upstream.";
}

const whatIsWhat = [
  "## What is what",
  [
    "- **direct**: the load generator calls the upstream. Its CPU time is the upstream's, which does one `JSON.parse` and one `JSON.stringify`.",
    "- **minimal hop**: a process of `node:http` that collects the body, parses it once to see method and tool, passes it on with undici's `Pool` (or as a line under an id of its own), and relays the answer. It checks nothing, times nothing out, cancels nothing and cannot translate.",
    "- **key and record alone**: what *direct* is, read by the gateway's own reader of ordinary requests, when it does two things more with the gateway's own parts: it checks a key, and puts the call with arguments and result on record. It looks up no tool, limits nobody, checks no arguments, keeps nothing and counts nothing: less than it no gateway costs that does both.",
    "- **gateway**: Switchyard without a data folder, which asks nobody who they are and keeps no record, run from source, one upstream, tools under prefixed names at `/mcp`. Every call passes every stage all the same; the tool's results may not be kept.",
    "- **gateway, every stage**: one that asks for a key, limits its caller, session and tool, checks the arguments, looks for a kept result, finds none, keeps what comes, measures, and puts the call with arguments and result on record in SQLite.",
    "- **gateway, cache hit**: the same one, when every call is the same: answered from what is kept, after all that decides whether it may, and on record too. To be compared with *direct*, a bare `node:http` server that parses a call and writes its answer.",
  ].join("\n"),
  "A call is a `tools/call` of an echo tool with about 60 characters of text, each call with another text; every answer is parsed and compared, and one wrong answer fails the run. Each system runs in a process of its own, but for the cache hits, and has been called thousands of times before the first window. CPU time is user and system time of the process under test alone, read before and after the window and divided by its calls.",
].join("\n\n");

const whatIsNotShown = [
  "## What the figures do not show",
  [
    "- **Speed of an idle machine.** Load generator, hop and upstream share the machine's cores, so calls/s and latency say little by themselves; ratios and CPU time travel better to other machines.",
    "- **Latency at a fixed rate.** The load is closed: a caller sends its next call when the last one is answered, so with many calls at once the latency is mostly time spent in queues, and a pause of the process under test delays few calls.",
    "- **Real servers and payloads.** The upstream answers at once and with some 200 bytes. A real tool takes milliseconds, beside which the hop's price vanishes; large results cost more everywhere.",
    "- **Everything else that the gateway does**: lists, event streams, progress, cancelling, many upstreams, calls from one era to the other, reconnecting, memory.",
  ].join("\n"),
].join("\n\n");
