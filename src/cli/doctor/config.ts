import type { Config } from "../../config/config.ts";
import { type Problem, shownFile } from "../../config/problem.ts";
import { GatewayError } from "../../core/errors.ts";
import { isJsonObject } from "../../core/json.ts";
import { type CommonOptions, type Context, chooseConfig } from "../context.ts";
import type { Finding } from "./finding.ts";

/** What was found about the configuration, and as much of it as can be worked with. */
export interface CheckedConfig {
  readonly findings: readonly Finding[];
  /** Without the servers that need variables which are not set; absent where nothing can be made of it. */
  readonly config: Config | undefined;
}

const subject = "configuration";

/** Reads the configuration; where only variables are missing, the servers that do not need them can be looked at all the same. */
export async function checkConfig(context: Context, options: CommonOptions): Promise<CheckedConfig> {
  try {
    const { config, isDemo, missing } = await chooseConfig(context, options);
    if (isDemo) {
      const absent = missing.map((name) => `; not installed: ${name}`).join("");
      return { findings: [{ code: "config_missing", subject, message: `none in ${context.cwd}${absent}` }], config };
    }
    const count = config.upstreams.length;
    const message = `${configName(config, context)} is valid: ${count} server${count === 1 ? "" : "s"}`;
    return { findings: [{ code: "config_valid", subject, message }], config };
  } catch (thrown) {
    if (!(thrown instanceof GatewayError) || thrown.code !== "invalid_config") throw thrown;
    const problems = problemsOf(thrown);
    if (problems.length === 0)
      return { findings: [{ code: "config_invalid", subject, message: thrown.message }], config: undefined };
    const file = shownFile(String(thrown.data?.["file"]), context.cwd);
    const findings = problems.map((problem) => findingOn(problem, file));
    return { findings, config: await withoutUnset(problems, context, options) };
  }
}

function configName({ source }: Config, { cwd }: Context): string {
  return source.kind === "file" ? shownFile(source.path, cwd) : "it";
}

function findingOn({ line, column, message, variable }: Problem, file: string): Finding {
  const code = variable === undefined ? "config_invalid" : "variable_unset";
  return { code, subject, message: `${file}:${line}:${column}: ${message}` };
}

function problemsOf({ data }: GatewayError): readonly Problem[] {
  const problems = data?.["problems"];
  return Array.isArray(problems) ? problems.filter(isProblem) : [];
}

function isProblem(value: unknown): value is Problem {
  return isJsonObject(value) && typeof value["message"] === "string";
}

async function withoutUnset(
  problems: readonly Problem[],
  context: Context,
  options: CommonOptions,
): Promise<Config | undefined> {
  const unset = problems.flatMap(({ variable, server }) => {
    return variable === undefined || server === undefined ? [] : [{ variable, server }];
  });
  if (unset.length < problems.length) return undefined;
  const standIns = Object.fromEntries(unset.map(({ variable }) => [variable, "unset"]));
  try {
    const { config } = await chooseConfig({ ...context, env: { ...context.env, ...standIns } }, options);
    const affected = new Set(unset.map(({ server }) => server));
    return { ...config, upstreams: config.upstreams.filter(({ name }) => !affected.has(name)) };
  } catch (thrown) {
    // A stand-in does not fit everywhere, in a port for instance. What is wrong has been found.
    if (thrown instanceof GatewayError && thrown.code === "invalid_config") return undefined;
    throw thrown;
  }
}
