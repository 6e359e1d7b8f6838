import { type Figures, type Sample, type Spread, ratioOf, summaryOf } from "./figures.ts";
import type { Plan, Row } from "./plan.ts";

/** Where the figures were made. */
export interface Machine {
  readonly node: string;
  readonly cpu: string;
  readonly cores: number;
  readonly platform: string;
  readonly date: string;
}

/** The gateway may take this many times the CPU time of the minimal hop to an HTTP upstream. */
const goal = 1.3;

/** The page that says what was measured, how, and what came out. */
export function reportOf(samples: readonly Sample[], plan: Plan, machine: Machine): string {
  return [
    "# Benchmarks",
    "What a tool call costs through Switchyard, beside the least that any hop in its place would cost, and beside no hop at all. This page is written by the benchmark; edit that.",
    howItWasMade(plan, machine),
    "## The hop's price",
    ratios(samples, plan),
    goalLine(samples, plan),
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

function ratios(samples: readonly Sample[], { rows, concurrencies, gateways }: Plan): string {
  const lines = rows.flatMap((row) =>
    concurrencies.flatMap((concurrency) =>
      gateways.map(({ name }) => {
        const through = of(samples, row, concurrency, name);
        const ratio = (figure: keyof Figures, other: string): string =>
          spread(ratioOf(figure, through, of(samples, row, concurrency, other)), 2);
        return [
          row.name,
          String(concurrency),
          ...(gateways.length > 1 ? [name] : []),
          `**${ratio("cpuUs", "minimal hop")}**`,
          ratio("callsPerSecond", "minimal hop"),
          ratio("p50Ms", "minimal hop"),
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
      ...(gateways.length > 1 ? ["System"] : []),
      "CPU: gateway ÷ hop",
      "calls/s: gateway ÷ hop",
      "p50: gateway ÷ hop",
      "calls/s: gateway ÷ direct",
      "p50: gateway ÷ direct",
    ],
    lines,
  );
}

function goalLine(samples: readonly Sample[], { rows, concurrencies }: Plan): string {
  const medians = rows
    .filter(({ upstream }) => upstream === "http")
    .flatMap((row) =>
      concurrencies.map((concurrency) => {
        const [gateway, hop] = [of(samples, row, concurrency, "gateway"), of(samples, row, concurrency, "minimal hop")];
        return ratioOf("cpuUs", gateway, hop).median;
      }),
    );
  const worst = Math.max(...medians);
  if (!Number.isFinite(worst)) return "No HTTP upstream was measured, for which alone there is a goal.";
  const verdict = worst <= goal ? "met" : "not met";
  return `Goal: over HTTP, at most ${goal} times the CPU time of the minimal hop. It is ${verdict}: the worst median is ${worst.toFixed(2)}.`;
}

function figures(samples: readonly Sample[], { concurrencies, gateways }: Plan, row: Row): string {
  const systems = ["direct", "minimal hop", ...gateways.map(({ name }) => name)];
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
    "- **gateway**: Switchyard as it is delivered, run from source, one upstream, tools under prefixed names at `/mcp`.",
  ].join("\n"),
  "A call is a `tools/call` of an echo tool with about 60 characters of text, each call with another text; every answer is parsed and compared, and one wrong answer fails the run. Each system runs in a process of its own and has been called thousands of times before the first window. CPU time is user and system time of the process under test alone, read before and after the window and divided by its calls.",
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
