import { type Config, enabledUpstreams } from "../../config/config.ts";
import { type Problem, shownFile } from "../../config/problem.ts";
import { GatewayError } from "../../core/errors.ts";
import { isJsonObject } from "../../core/json.ts";
import { type CommonOptions, type Context, chooseConfig } from "../context.ts";
import type { Finding } from "./finding.ts";

/** What was found about the configuration, and as much of it as can be worked with. */
export interface CheckedConfig {
  readonly findings: readonly Finding[];
  /** Absent where nothing can be made of it. */
  readonly config: Config | undefined;
}

const subject = "configuration";

/** Reads the configuration; where only variables are missing, the servers can be looked at that do not need them. */
export async function checkConfig(context: Context, options: CommonOptions): Promise<CheckedConfig> {
  try {
    const { config, isDemo, missing } = await chooseConfig(context, options);
    if (isDemo) {
      const absent = missing.map((name) => `; not installed: ${name}`).join("");
      return { findings: [{ code: "config_missing", subject, message: `none in ${context.cwd}${absent}` }], config };
    }
    if (config.unresolved !== undefined) return { findings: findingsOn(config.unresolved, context), config };
    const count = enabledUpstreams(config).length;
    const message = `${configName(config, context)} is valid: ${count} server${count === 1 ? "" : "s"}`;
    return { findings: [{ code: "config_valid", subject, message }], config };
  } catch (thrown) {
    if (!(thrown instanceof GatewayError) || thrown.code !== "invalid_config") throw thrown;
    return { findings: findingsOn(thrown, context), config: undefined };
  }
}

function findingsOn(error: GatewayError, { cwd }: Context): readonly Finding[] {
  const problems = problemsOf(error);
  if (problems.length === 0) return [{ code: "config_invalid", subject, message: error.message }];
  const file = shownFile(String(error.data?.["file"]), cwd);
  return problems.map((problem) => findingOn(problem, file));
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
