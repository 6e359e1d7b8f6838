import { spawn } from "node:child_process";
import { Workers } from "../../connectors/data/workers.ts";
import { Apart } from "../../connectors/frappe/apart/apart.ts";
import type { Wish } from "../../connectors/shared/analysis/wish.ts";
import { kill } from "../../connectors/shared/kill.ts";
import { startChild } from "../../src/transport/child-stdio.ts";
import { Guardian } from "../../src/transport/guardian.ts";
import { killQuietly } from "../../src/transport/strays.ts";

/*
 * What becomes of a process in which no other can be started, where each of those is ended at once: to be run in a group of its own, as a signal that
 * went astray would reach all of that. Prints what each attempt says.
 */

process.execPath = "/no/such/program";
const { signal } = new AbortController();
const table = { columns: [{ name: "a", type: undefined }], rows: [[1]], truncated: undefined } as const;
const wish: Wish = { kind: "profile", every: "month", measures: [], bins: 10, top: 20 };
const said: string[] = [];

async function attempt(what: string, run: () => unknown): Promise<void> {
  try {
    await run();
    said.push(`${what}: nothing`);
  } catch (thrown) {
    said.push(`${what}: ${thrown instanceof Error ? thrown.message : String(thrown)}`);
  }
}

await attempt("kill", () => {
  const child = spawn("/no/such/program");
  child.on("error", () => undefined);
  kill(child);
});
await attempt("killQuietly", () => {
  for (const none of [0, -0, Number.NaN]) killQuietly(none);
});
await attempt("startChild", () => startChild({ command: "/no/such/program", args: [], env: {} }, new Guardian()));

const workers = new Workers({});
await attempt("workers", () => workers.analyze(undefined, { rows: { table }, wish }, signal));
void workers.analyze(undefined, { rows: { table }, wish }, signal).catch(() => undefined);
workers.close();

const apart = new Apart();
await attempt("apart", () => apart.run({ kind: "analyze", table, wish }, signal));
void apart.run({ kind: "analyze", table, wish }, signal).catch(() => undefined);
apart.close();

process.stdout.write(`${said.join("\n")}\n`);
