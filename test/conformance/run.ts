/**
 * Runs the official conformance suite against the gateway. `--only NAME` (may be repeated) picks runs, `--write` renews
 * `docs/conformance.md`, `--check` fails where that page does not say what came out, `--json` prints the results for programs,
 * `--keep FOLDER` keeps what the suite wrote. Fails where a required scenario fails that `expected-failures.yml` does not name, or where one
 * that it names does not.
 */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { identity } from "../../src/identity.ts";
import { readExpected, verdictOf } from "./run/expected.ts";
import { type Done, pageOf, summaryOf } from "./run/report.ts";
import { resultsOf } from "./run/results.ts";
import { type Run, proofs, runs } from "./run/runs.ts";
import { play, suiteVersion } from "./run/suite.ts";

const { values } = parseArgs({
  options: {
    only: { type: "string", multiple: true },
    write: { type: "boolean", default: false },
    check: { type: "boolean", default: false },
    json: { type: "boolean", default: false },
    keep: { type: "string" },
  },
});

if ((values.write || values.check) && values.only !== undefined) {
  throw new RangeError("--write and --check are about all runs: leave out --only");
}

const expected = readExpected(new URL("expected-failures.yml", import.meta.url));
const folder = values.keep ?? mkdtempSync(join(tmpdir(), "switchyard-conformance-"));
if (values.keep === undefined) {
  process.on("exit", () => {
    rmSync(folder, { recursive: true, force: true });
  });
}
for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, () => process.exit(130));

const all = await inTwoLanes(chosen(values.only));
if (values.json) process.stdout.write(`${JSON.stringify(all, undefined, 2)}\n`);
const isGood = all.every(({ verdict }) => verdict.unexpected.length === 0 && verdict.stale.length === 0);
process.exitCode = isGood && isPageGood() ? 0 : 1;

/** Runs with the suite as client beside those with it as server: the first wait most of the time, the others compute. In the order given. */
async function inTwoLanes(given: readonly Run[]): Promise<readonly Done[]> {
  const done = new Map<Run, Done>();
  const lanes = [true, false].map(async (isClient) => {
    for (const run of given.filter(({ subject }) => (subject.kind === "client") === isClient)) {
      const outcome = await once(run);
      done.set(run, outcome);
      if (!values.json) process.stdout.write(summaryOf(outcome));
    }
  });
  await Promise.all(lanes);
  return given.flatMap((run) => done.get(run) ?? []);
}

/** Writes the page, or holds it against what came out, as far as that is wanted. */
function isPageGood(): boolean {
  if (!values.write && !values.check) return true;
  const file = new URL("../../docs/conformance.md", import.meta.url);
  const command = "npm run conformance -- --write";
  const facts = { command, suite: suiteVersion(), switchyard: identity.version, node: process.versions.node };
  const page = pageOf(all, facts);
  if (values.write) writeFileSync(file, page);
  const differing = differingLines(readFileSync(file, "utf8"), page);
  if (differing.length === 0) return true;
  process.stderr.write(
    `docs/conformance.md differs from what came out; \`${command}\` renews it:\n${differing.join("\n")}\n`,
  );
  return false;
}

/** What only one of two texts has, line by line. */
function differingLines(before: string, after: string): readonly string[] {
  const [old, fresh] = [before.split("\n"), after.split("\n")];
  return [
    ...old.filter((line) => !fresh.includes(line)).map((line) => `- ${line}`),
    ...fresh.filter((line) => !old.includes(line)).map((line) => `+ ${line}`),
  ];
}

function chosen(only: readonly string[] | undefined): readonly Run[] {
  if (only === undefined) return runs;
  const known = [...runs, ...proofs];
  return only.map((name) => {
    const run = known.find((each) => each.name === name);
    if (run === undefined) throw new RangeError(`--only must be one of ${known.map((each) => each.name).join(", ")}`);
    return run;
  });
}

async function once(run: Run): Promise<Done> {
  const into = join(folder, run.name);
  rmSync(into, { recursive: true, force: true });
  mkdirSync(into, { recursive: true });
  const startedAt = performance.now();
  const exit = await play(run, into);
  const results = resultsOf(run, into);
  const verdict = verdictOf(results, expected.get(run.name));
  return { run, results, verdict, exit, elapsedMs: performance.now() - startedAt };
}
