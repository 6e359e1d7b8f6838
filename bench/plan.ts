import { pathToFileURL } from "node:url";
import { join } from "node:path";
import { parseArgs } from "node:util";
import type { Era } from "../src/protocol/revision.ts";

/** One kind of upstream, before which the systems are compared. */
export interface Row {
  readonly name: string;
  readonly upstream: "http" | "stdio";
  /** Of upstream and caller alike. */
  readonly era: Era;
}

const rows: readonly Row[] = [
  { name: "HTTP, 2026-07-28", upstream: "http", era: "modern" },
  { name: "HTTP, 2025-11-25", upstream: "http", era: "legacy" },
  { name: "stdio, 2026-07-28", upstream: "stdio", era: "modern" },
];

/** How a run goes. */
export interface Plan {
  readonly rows: readonly Row[];
  readonly concurrencies: readonly number[];
  /** How often every process is started anew: the same code is compiled a little better or worse each time. */
  readonly launches: number;
  /** Windows of each system in one launch. */
  readonly rounds: number;
  /** Length of a measured window, and of the unmeasured one right before it. */
  readonly windowMs: number;
  readonly settleMs: number;
  /** Each system is called this often before anything is measured, or for this long where it is slow. */
  readonly warmUpCalls: number;
  readonly warmUpMs: number;
  /** Gateways to measure, by name: `src/gateway.ts` of this checkout, and of another one where that is asked for. */
  readonly gateways: readonly { readonly name: string; readonly module: string }[];
  readonly jsonFile: string | undefined;
  readonly writesDocs: boolean;
  readonly profileDir: string | undefined;
  /** The arguments as they were given. */
  readonly args: readonly string[];
}

export const usage = `Measures what the gateway costs beside a minimal hop and beside no hop at all.

  --quick         a short run, for a first look
  --launches N    how often every process is started anew (3)
  --rounds N      rounds to measure in each launch (7)
  --only TEXT     only upstreams whose name contains this text: HTTP, stdio, 2025-11-25
  --at N          only this number of calls under way at once
  --before DIR    measures the gateway of another checkout as well
  --json FILE     writes every figure of every round
  --docs          writes docs/benchmarks.md
  --profile DIR   leaves a CPU profile of each process in DIR`;

/** The plan that the arguments ask for; undefined where they ask how to ask. */
export function planOf(args: readonly string[]): Plan | undefined {
  const { values } = parseArgs({
    args: [...args],
    options: {
      quick: { type: "boolean", default: false },
      launches: { type: "string" },
      rounds: { type: "string" },
      only: { type: "string", default: "" },
      at: { type: "string" },
      before: { type: "string" },
      json: { type: "string" },
      docs: { type: "boolean", default: false },
      profile: { type: "string" },
      help: { type: "boolean", default: false },
    },
  });
  if (values.help) return undefined;
  const wanted = rows.filter(({ name }) => name.includes(values.only));
  if (wanted.length === 0) throw new RangeError(`--only must be part of one of: ${rows.map(nameOf).join("; ")}`);
  const here = join(import.meta.dirname, "..");
  return {
    rows: wanted,
    concurrencies: values.at === undefined ? [1, 32, 128] : [whole("--at", values.at, 128)],
    ...(values.quick ? quick : full),
    ...(values.launches === undefined ? {} : { launches: whole("--launches", values.launches, 20) }),
    ...(values.rounds === undefined ? {} : { rounds: whole("--rounds", values.rounds, 100) }),
    gateways: [
      { name: "gateway", module: moduleIn(here) },
      ...(values.before === undefined ? [] : [{ name: "gateway before", module: moduleIn(values.before) }]),
    ],
    jsonFile: values.json,
    writesDocs: values.docs,
    profileDir: values.profile,
    args,
  };
}

const full = { launches: 3, rounds: 7, windowMs: 500, settleMs: 150, warmUpCalls: 20_000, warmUpMs: 10_000 };
const quick = { launches: 1, rounds: 3, windowMs: 300, settleMs: 100, warmUpCalls: 10_000, warmUpMs: 3000 };

function nameOf({ name }: Row): string {
  return name;
}

function moduleIn(checkout: string): string {
  return pathToFileURL(join(checkout, "src", "gateway.ts")).href;
}

function whole(option: string, text: string, most: number): number {
  const value = Number(text);
  if (Number.isInteger(value) && value >= 1 && value <= most) return value;
  throw new RangeError(`${option} must be a whole number in [1, ${most}], got ${text}`);
}
