/**
 * Runs the official conformance suite against the gateway. `--only NAME` (may be repeated) picks runs, `--write` renews
 * `docs/conformance.md`, `--json` prints the results for programs, `--keep FOLDER` keeps what the suite wrote. Fails where a required
 * scenario fails that `expected-failures.yml` does not name, or where one that it names does not.
 */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
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
    json: { type: "boolean", default: false },
    keep: { type: "string" },
  },
});

if (values.write && values.only !== undefined) throw new RangeError("--write is about all runs: leave out --only");

const expected = readExpected(new URL("expected-failures.yml", import.meta.url));
const folder = values.keep ?? mkdtempSync(join(tmpdir(), "switchyard-conformance-"));
if (values.keep === undefined) {
  process.on("exit", () => {
    rmSync(folder, { recursive: true, force: true });
  });
}
for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, () => process.exit(130));

const all: Done[] = [];
for (const run of chosen(values.only)) {
  const done = await once(run);
  all.push(done);
  if (!values.json) process.stdout.write(summaryOf(done));
}
if (values.json) process.stdout.write(`${JSON.stringify(all, undefined, 2)}\n`);
if (values.write) {
  const facts = {
    command: "npm run conformance -- --write",
    suite: suiteVersion(),
    switchyard: identity.version,
    node: process.versions.node,
  };
  writeFileSync(new URL("../../docs/conformance.md", import.meta.url), pageOf(all, facts));
}
const isGood = all.every(({ verdict }) => verdict.unexpected.length === 0 && verdict.stale.length === 0);
process.exitCode = isGood ? 0 : 1;

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
