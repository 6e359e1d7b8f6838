import { after } from "node:test";
import { type OpenConnector, openConnector } from "switchyard/connector";
import { connector } from "../../connectors/checkmk/connector.ts";
import { type Simulator, type SimulatorOptions, startSimulator } from "../../connectors/checkmk/simulator/simulator.ts";

/** The Checkmk connector on a simulated site of its own. */
export interface OpenCheckmk {
  readonly simulator: Simulator;
  readonly open: OpenConnector;
  /** What a tool answers, to be looked into. */
  readonly call: (name: string, args: Readonly<Record<string, unknown>>) => Promise<ReturnType<ObjectConstructor>>;
}

/** How a connector is configured to come to a simulated site by the REST API alone. */
export function loginTo({ url, site }: Simulator): Readonly<Record<string, unknown>> {
  return { url, site: site.name, user: "automation", secret: "automation-secret" };
}

/** Opens one for all tests of the file that calls it. It does not look for changes unless its configuration says so. */
export async function openCheckmk(
  options: Partial<SimulatorOptions> = {},
  config: Readonly<Record<string, unknown>> = {},
): Promise<OpenCheckmk> {
  const simulator = await startSimulator({ hosts: 5, problems: 0, nowMs: () => Date.now(), workMs: 50, ...options });
  const open = await openConnector(connector, { ...loginTo(simulator), changesEveryMs: 0, ...config });
  after(async () => {
    await open[Symbol.asyncDispose]();
    await simulator.close();
  });
  return { simulator, open, call: async (name, args) => Object((await open.call(name, args))["structuredContent"]) };
}
