import { readFileSync, readdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { type JsonObject, isJsonObject, stringAt } from "../../../src/core/json.ts";
import { type Named, scenariosOf } from "./suite.ts";
import type { Run } from "./runs.ts";

/** A check that did not succeed. */
export interface Finding {
  readonly check: string;
  readonly severity: "failure" | "warning";
  readonly message: string;
}

/** How a scenario went. */
export interface ScenarioResult extends Named {
  /** `absent`: the suite left no result. */
  readonly outcome: "passed" | "failed" | "skipped" | "absent";
  readonly passed: number;
  /** Checks that could pass or fail. */
  readonly total: number;
  readonly findings: readonly Finding[];
}

/** Reads what a run left in its folder: every scenario of its set, in the set's order. */
export function resultsOf({ subject, requirements }: Run, folder: string): ScenarioResult[] {
  const leg = subject.kind === "client" ? "client" : "server";
  const checks = checksIn(folder, leg);
  return scenariosOf(requirements, leg).map((named) => resultOf(named, checks.get(named.scenario)));
}

/** A folder of results is called as the scenario is, between the leg and the time. */
const folderName = /^(?:server-)?(.+)-\d{4}-\d\d-\d\dT[\d-]+Z$/;

function checksIn(folder: string, leg: "server" | "client"): Map<string, readonly JsonObject[]> {
  const found = new Map<string, readonly JsonObject[]>();
  for (const file of readdirSync(folder, { recursive: true, encoding: "utf8" })) {
    if (!file.endsWith("checks.json")) continue;
    const name = dirname(file).replaceAll("\\", "/");
    // Only servers' results have the leg in front: clients' scenarios may begin with the same word.
    const scenario = folderName.exec(leg === "server" ? name : `server-${name}`)?.[1];
    const read: unknown = JSON.parse(readFileSync(join(folder, file), "utf8"));
    if (scenario !== undefined && Array.isArray(read)) found.set(scenario, read.filter(isJsonObject));
  }
  return found;
}

function resultOf(named: Named, checks: readonly JsonObject[] | undefined): ScenarioResult {
  if (checks === undefined) return { ...named, outcome: "absent", passed: 0, total: 0, findings: [] };
  const passed = countOf(checks, "SUCCESS");
  const failed = countOf(checks, "FAILURE");
  const findings = checks.flatMap((check): Finding[] => {
    const severity = severities.get(check["status"]);
    if (severity === undefined) return [];
    const message = stringAt(check, "errorMessage") ?? stringAt(check, "description") ?? "";
    return [{ check: String(check["id"]), severity, message }];
  });
  const outcome = failed > 0 ? "failed" : passed > 0 ? "passed" : "skipped";
  return { ...named, outcome, passed, total: passed + failed, findings };
}

const severities: ReadonlyMap<unknown, Finding["severity"]> = new Map([
  ["FAILURE", "failure"],
  ["WARNING", "warning"],
] as const);

function countOf(checks: readonly JsonObject[], status: string): number {
  return checks.filter((check) => check["status"] === status).length;
}
