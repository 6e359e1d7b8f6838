import { existsSync, readFileSync, readdirSync } from "node:fs";
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
  /** How the client that was started for it failed, if it did. */
  readonly complaint: string | undefined;
}

/** What the suite left of a scenario. */
interface Left {
  readonly checks: readonly JsonObject[];
  readonly complaint: string | undefined;
}

/** Reads what a run left in its folder: every scenario of its set, in the set's order. */
export function resultsOf({ subject, requirements }: Run, folder: string): ScenarioResult[] {
  const leg = subject.kind === "client" ? "client" : "server";
  const left = leftIn(folder, leg);
  return scenariosOf(requirements, leg).map((named) => resultOf(named, left.get(named.scenario)));
}

/** A folder of results is called as the scenario is, between the leg and the time. */
const folderName = /^(?:server-)?(.+)-\d{4}-\d\d-\d\dT[\d-]+Z$/;

function leftIn(folder: string, leg: "server" | "client"): Map<string, Left> {
  const found = new Map<string, Left>();
  for (const file of readdirSync(folder, { recursive: true, encoding: "utf8" })) {
    if (!file.endsWith("checks.json")) continue;
    const name = dirname(file).replaceAll("\\", "/");
    // Only servers' results have the leg in front: clients' scenarios may begin with the same word.
    const scenario = folderName.exec(leg === "server" ? name : `server-${name}`)?.[1];
    const read: unknown = JSON.parse(readFileSync(join(folder, file), "utf8"));
    if (scenario === undefined || !Array.isArray(read)) continue;
    found.set(scenario, { checks: read.filter(isJsonObject), complaint: complaintIn(join(folder, dirname(file))) });
  }
  return found;
}

/** The line that says what went wrong, of all that a client wrote before it ended. */
function complaintIn(folder: string): string | undefined {
  const file = join(folder, "stderr.txt");
  if (!existsSync(file)) return undefined;
  const lines = readFileSync(file, "utf8").split("\n");
  return lines.find((line) => /^\w*Error\b/.test(line)) ?? lines.find((line) => line !== "");
}

function resultOf(named: Named, left: Left | undefined): ScenarioResult {
  if (left === undefined) {
    return { ...named, outcome: "absent", passed: 0, total: 0, findings: [], complaint: undefined };
  }
  const { checks, complaint } = left;
  const passed = countOf(checks, "SUCCESS");
  const failed = countOf(checks, "FAILURE");
  const findings = checks.flatMap((check): Finding[] => {
    const severity = severities.get(check["status"]);
    if (severity === undefined) return [];
    const message = stringAt(check, "errorMessage") ?? stringAt(check, "description") ?? "";
    return [{ check: String(check["id"]), severity, message }];
  });
  const outcome = failed > 0 ? "failed" : passed > 0 ? "passed" : "skipped";
  return { ...named, outcome, passed, total: passed + failed, findings, complaint };
}

const severities: ReadonlyMap<unknown, Finding["severity"]> = new Map([
  ["FAILURE", "failure"],
  ["WARNING", "warning"],
] as const);

function countOf(checks: readonly JsonObject[], status: string): number {
  return checks.filter((check) => check["status"] === status).length;
}
