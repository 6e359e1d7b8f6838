import { enabledUpstreams } from "../../config/config.ts";
import { configJsonSchema } from "../../config/schema.ts";
import { loadConfig } from "../../config/load.ts";
import { GatewayError } from "../../core/errors.ts";
import type { CommonOptions, Context } from "../context.ts";
import { exitCodes } from "../exit-codes.ts";

/**
 * Checks the configuration whole, the variables that it refers to included.
 *
 * @throws {GatewayError} `invalid_config` — with every problem, each with line and column.
 */
export async function validateConfig(
  path: string | undefined,
  context: Context,
  options: CommonOptions,
): Promise<number> {
  const config = await loadConfig(path ?? options.config, context.env, context.cwd);
  const { source, upstreams, unresolved } = config;
  if (unresolved !== undefined) throw unresolved;
  if (source.kind === "none") {
    throw new GatewayError("invalid_config", "There is no switchyard.jsonc, .json, .yaml or .yml here", {
      data: { suggestion: "Name a file, or begin one with `switchyard add`." },
    });
  }
  const { terminal } = context;
  if (options.json === true)
    terminal.out(JSON.stringify({ valid: true, file: source.path, upstreams: enabledUpstreams(config).length }));
  else {
    const enabled = enabledUpstreams(config).length;
    const disabled = enabled < upstreams.length ? `, ${upstreams.length - enabled} disabled` : "";
    terminal.out(`${source.path} is valid: ${enabled} servers${disabled}`);
  }
  return exitCodes.ok;
}

/** Prints the JSON Schema of the configuration file. */
export function printSchema({ terminal }: Context): number {
  terminal.out(JSON.stringify(configJsonSchema(), undefined, 2));
  return exitCodes.ok;
}
