import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parse } from "yaml";
import { type JsonObject, isJsonObject, stringAt } from "../../../src/core/json.ts";
import { startSwitchyard } from "../../../src/gateway.ts";
import { upstreamDefaults } from "../../../src/upstream/options.ts";
import { startFixture } from "../fixture-upstream.ts";
import type { RequirementSet, Run } from "./runs.ts";
import { openTurnstile } from "./turnstile.ts";

/** Longest time for a whole run, and for a server's scenario, in ms. Clients take theirs from when it is their turn. */
const runLimitMs = 600_000;
const scenarioLimitMs = 30_000;

const root = fileURLToPath(new URL("../../../", import.meta.url));
const suite = join(root, "node_modules/@modelcontextprotocol/conformance");

/** The suite's version. */
export function suiteVersion(): string {
  const read: unknown = JSON.parse(readFileSync(join(suite, "package.json"), "utf8"));
  return (isJsonObject(read) && stringAt(read, "version")) || "unknown";
}

/** A scenario that a set of requirements names. */
export interface Named {
  readonly scenario: string;
  /** Why it does not count; undefined where it does. */
  readonly unscored: string | undefined;
}

/** The scenarios of a set, the ones that count first. */
export function scenariosOf(requirements: RequirementSet, leg: "server" | "client"): readonly Named[] {
  const read: unknown = parse(readFileSync(join(suite, "requirements", `${requirements}.yaml`), "utf8"));
  const set = isJsonObject(read) ? read : {};
  const scored = listIn(set, leg).map((scenario) => ({ scenario: String(scenario), unscored: undefined }));
  const unscored = listIn(set, "not_scored").flatMap((entry) =>
    isJsonObject(entry) && entry["leg"] === leg
      ? [{ scenario: String(entry["scenario"]), unscored: String(entry["reason"]) }]
      : [],
  );
  return [...scored, ...unscored];
}

function listIn(object: JsonObject, key: string): readonly unknown[] {
  const list = object[key];
  return Array.isArray(list) ? list : [];
}

/** How the suite itself saw a run. */
export interface SuiteExit {
  /** Its exit status; undefined where it had to be ended. */
  readonly status: number | undefined;
  /** The last lines that it wrote. */
  readonly lastLines: readonly string[];
}

/** Runs the suite; its results are in `folder` afterwards, and nothing that was started is left. */
export async function play({ subject, requirements }: Run, folder: string): Promise<SuiteExit> {
  const common = ["--requirements", requirements, "-o", folder];
  if (subject.kind === "client") {
    const harness = fileURLToPath(new URL("../client-harness.ts", import.meta.url));
    await using turnstile = await openTurnstile(Math.max(2, availableParallelism()));
    const args = ["client", "--command", `"${process.execPath}" "${harness}"`, "--timeout", String(runLimitMs)];
    const env = { SWITCHYARD_CONFORMANCE_TURNSTILE: String(turnstile.port) };
    return await conformance([...args, ...common], env);
  }
  await using fixture = await startFixture(subject.upstream);
  const args = ["server", ...common, "--timeout", String(scenarioLimitMs), "--url"];
  if (subject.kind === "fixture") return await conformance([...args, fixture.url]);
  await using gateway = startSwitchyard({
    upstreams: [{ name: "fixture", target: { kind: "http", url: fixture.url, headers: {} }, ...upstreamDefaults }],
  });
  await gateway.tried;
  const { origin } = await gateway.listen({ host: "127.0.0.1", port: 0, allowedHosts: [], allowedOrigins: [] });
  return await conformance([...args, `${origin}/mcp/u/fixture`]);
}

async function conformance(args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<SuiteExit> {
  // A group of its own, so that the clients that it starts end with it.
  const child = spawn(process.execPath, [join(suite, "dist/index.js"), ...args], {
    cwd: root,
    detached: true,
    stdio: ["ignore", "pipe", "pipe"],
    env: { ...process.env, ...env },
  });
  const endGroup = (): void => {
    if (child.pid === undefined) return;
    try {
      process.kill(-child.pid, "SIGKILL");
    } catch {
      // Nothing of it is left.
    }
  };
  process.on("exit", endGroup);
  let output = "";
  const gather = (chunk: Buffer): void => {
    output = (output + chunk.toString("utf8")).slice(-outputKept);
  };
  child.stdout.on("data", gather);
  child.stderr.on("data", gather);
  let isLate = false;
  const timer = setTimeout(() => {
    isLate = true;
    endGroup();
  }, runLimitMs);
  const status = await new Promise<number | null>((resolve, reject) => {
    child.on("error", reject);
    child.on("close", resolve);
  });
  clearTimeout(timer);
  endGroup();
  process.off("exit", endGroup);
  return { status: isLate || status === null ? undefined : status, lastLines: output.trim().split("\n").slice(-10) };
}

/** How much of what the suite writes is kept, in characters. */
const outputKept = 20_000;
