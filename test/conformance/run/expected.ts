import { readFileSync } from "node:fs";
import { parse } from "yaml";
import { isJsonObject } from "../../../src/core/json.ts";
import type { ScenarioResult } from "./results.ts";

/** By run, the scenarios that are known to fail, and why. */
export type ExpectedFailures = ReadonlyMap<string, ReadonlyMap<string, string>>;

/**
 * Reads the list of known failures.
 *
 * @throws {TypeError} an entry has no reason.
 */
export function readExpected(file: URL): ExpectedFailures {
  const read: unknown = parse(readFileSync(file, "utf8"));
  const byRun = Object.entries(isJsonObject(read) ? read : {}).map(([run, entries]) => {
    const reasons = Object.entries(isJsonObject(entries) ? entries : {}).map(([scenario, reason]) => {
      if (typeof reason !== "string" || reason === "") throw new TypeError(`${run}: ${scenario} has no reason`);
      return [scenario, reason] as const;
    });
    return [run, new Map(reasons)] as const;
  });
  return new Map(byRun);
}

/** What a run's results mean beside what was expected of them. */
export interface Verdict {
  /** Required scenarios that failed and should not have. */
  readonly unexpected: readonly ScenarioResult[];
  /** Required scenarios that failed as was known. */
  readonly known: readonly ScenarioResult[];
  /** Entries of the list for which nothing failed: they must go. */
  readonly stale: readonly string[];
}

/** Holds results against what was expected. Scenarios that do not count are not looked at. */
export function verdictOf(
  results: readonly ScenarioResult[],
  expected: ReadonlyMap<string, string> = new Map(),
): Verdict {
  const failed = results.filter(({ unscored, outcome }) => unscored === undefined && outcome !== "passed");
  return {
    unexpected: failed.filter(({ scenario }) => !expected.has(scenario)),
    known: failed.filter(({ scenario }) => expected.has(scenario)),
    stale: [...expected.keys()].filter((name) => !failed.some(({ scenario }) => scenario === name)),
  };
}
