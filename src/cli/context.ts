import type { Config } from "../config/config.ts";
import type { Terminal } from "./terminal.ts";

/** What every command is given. */
export interface Context {
  readonly terminal: Terminal;
  readonly env: NodeJS.ProcessEnv;
  readonly cwd: string;
  /** Fires on Ctrl-C and SIGTERM. */
  readonly signal: AbortSignal;
}

/** Options that every command has. */
export interface CommonOptions {
  readonly config?: string;
  readonly json?: boolean;
}

/** How a gateway of this configuration keeps logins. */
export function loginOptions(
  { dataDir }: Config,
  { env }: Context,
): { readonly dataDir: string; readonly secret: string | undefined } {
  return { dataDir, secret: env["SWITCHYARD_SECRET"] };
}

/** A configuration, and whether it is the built-in one for trying things out. */
export interface Chosen {
  readonly config: Config;
  readonly isDemo: boolean;
  /** Packages that the built-in configuration would need and that are not installed. */
  readonly missing: readonly string[];
}

/**
 * The configuration to work with: the named file, else the one in the working directory, else the built-in one.
 *
 * @throws {GatewayError} `invalid_config`.
 */
export async function chooseConfig({ env, cwd }: Context, { config: path }: CommonOptions): Promise<Chosen> {
  // Here, since a command that is told with --url where the gateway is needs no configuration: what checks one takes long to load.
  const { loadConfig } = await import("../config/load.ts");
  const config = await loadConfig(path, env, cwd);
  if (config.source.kind === "file") return { config, isDemo: false, missing: [] };
  const [{ emptyConfig }, { demoConfig }] = await Promise.all([
    import("../config/config.ts"),
    import("../config/demo.ts"),
  ]);
  const demo = demoConfig(cwd);
  return { config: { ...emptyConfig(cwd), ...demo.config }, isDemo: true, missing: demo.missing };
}
