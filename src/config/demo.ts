import { readFileSync } from "node:fs";
import { findPackageJSON } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { upstreamDefaults, type UpstreamOptions } from "../upstream/options.ts";
import { type Config, emptyConfig } from "./config.ts";
import { isRecord } from "./content.ts";

/** A configuration to try Switchyard with, and the packages it would need but that are not installed. */
export interface Demo {
  readonly config: Config;
  readonly missing: readonly string[];
}

/** Finds the package.json of a package; `undefined` if it is not installed. */
export type FindPackage = (name: string) => string | undefined;

const examples = fileURLToPath(new URL("../../examples/", import.meta.url));

const servers = [
  { name: "everything", package: "@modelcontextprotocol/server-everything", args: ["stdio"] },
  {
    name: "files",
    package: "@modelcontextprotocol/server-filesystem",
    args: [examples],
  },
] as const;

/**
 * Defaults, and upstreams that need no set-up: from npm one that shows every feature of MCP and one that reads the `examples/` of this
 * package, and of our own the cash flow of a sample company. Those from npm are optional dependencies; one that is not installed is left out
 * and named.
 */
export function demoConfig(cwd: string, findPackage: FindPackage = findInstalled): Demo {
  const found = servers.map((server) => ({ server, script: scriptOf(findPackage(server.package)) }));
  const upstreams = found.flatMap(({ server, script }) => (script === undefined ? [] : [upstreamOf(server, script)]));
  const missing = found.filter(({ script }) => script === undefined).map(({ server }) => server.package);
  return { config: { ...emptyConfig(cwd), upstreams: [...upstreams, cashflow] }, missing };
}

const cashflow: UpstreamOptions = {
  ...upstreamDefaults,
  name: "cashflow",
  target: { kind: "connector", connector: "cashflow", folder: examples, config: { dir: "cashflow" } },
};

function upstreamOf(server: (typeof servers)[number], script: string): UpstreamOptions {
  return {
    name: server.name,
    target: { kind: "stdio", command: process.execPath, args: [script, ...server.args], env: {} },
    ...upstreamDefaults,
  };
}

function findInstalled(name: string): string | undefined {
  try {
    return findPackageJSON(name, import.meta.url);
  } catch (thrown) {
    if (thrown instanceof Error && "code" in thrown && thrown.code === "ERR_MODULE_NOT_FOUND") return undefined;
    throw thrown;
  }
}

/** The script behind a package's (first) command. */
function scriptOf(packageJson: string | undefined): string | undefined {
  if (packageJson === undefined) return undefined;
  const content: unknown = JSON.parse(readFileSync(packageJson, "utf8"));
  const bin = isRecord(content) ? content["bin"] : undefined;
  const script = isRecord(bin) ? Object.values(bin)[0] : bin;
  return typeof script === "string" ? join(dirname(packageJson), script) : undefined;
}
