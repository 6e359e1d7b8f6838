import { mkdir, writeFile } from "node:fs/promises";
import { join, relative } from "node:path";
import { builtInConnectors } from "../../built-in-connectors.ts";
import type { Connector } from "../../connector/connector.ts";
import { loadConnector } from "../../connector/load-connector.ts";
import { configFromArguments } from "../../connector/options.ts";
import { serveConnector } from "../../connector/serve-connector.ts";
import { GatewayError } from "../../core/errors.ts";
import { startSwitchyard } from "../../gateway.ts";
import { ownStdio } from "../../transport/own-stdio.ts";
import { upstreamDefaults } from "../../upstream/options.ts";
import type { Context } from "../context.ts";
import { exitCodes } from "../exit-codes.ts";
import { connectorFiles } from "../new-connector.ts";

/**
 * Serves one connector on standard input and output, to any client of any revision, until the input ends or Ctrl-C.
 *
 * @throws {GatewayError} `invalid_config` — there is no such connector; `usage` — an option is not one of its configuration.
 */
export async function serveOneConnector(reference: string, args: readonly string[], context: Context): Promise<number> {
  const connector = await loadConnector(reference, context.cwd, builtInConnectors);
  const config = configFromArguments(args, connector.configSchema);
  await serveAlone(connector, config, context);
  return exitCodes.ok;
}

async function serveAlone(connector: Connector, config: unknown, { cwd, signal, terminal }: Context): Promise<void> {
  const { name } = connector;
  const target = { kind: "channel", open: () => serveConnector(connector, config, cwd) } as const;
  await using switchyard = startSwitchyard({
    upstreams: [{ ...upstreamDefaults, name, target }],
    onStateChange: ({ state }) => {
      if (state.kind === "recovering") terminal.note(`${name}: ${state.problem.message}`);
    },
  });
  const channel = ownStdio({ input: process.stdin, output: process.stdout });
  const stop = (): void => void channel.close();
  signal.addEventListener("abort", stop);
  await switchyard.serve(channel, { kind: "upstream", name }, "stdio");
  signal.removeEventListener("abort", stop);
  process.stdin.pause();
}

/**
 * Begins a connector: a folder with the connector, a test that passes, and what npm needs.
 *
 * @throws {GatewayError} `usage` — the name is none, or there is such a folder already.
 */
export async function newConnector(name: string, { cwd, terminal }: Context): Promise<number> {
  if (!/^[a-z][a-z0-9-]{0,63}$/.test(name)) {
    throw new GatewayError(
      "usage",
      `A connector is named with a-z, 0-9 and -, got ${JSON.stringify(name.slice(0, 100))}`,
    );
  }
  const folder = join(cwd, name);
  try {
    await mkdir(folder);
  } catch (thrown) {
    throw new GatewayError("usage", `The folder ${relative(cwd, folder)} cannot be made: there may be one already`, {
      cause: thrown,
    });
  }
  for (const [file, text] of Object.entries(connectorFiles(name))) await writeFile(join(folder, file), text);
  terminal.out(
    [
      `${name}/ holds the connector, ${name}.ts, and its test.`,
      "",
      `  cd ${name} && npm install && npm test`,
      `  npx switchyard connector ./${name}.ts --greeting Hello`,
    ].join("\n"),
  );
  return exitCodes.ok;
}
