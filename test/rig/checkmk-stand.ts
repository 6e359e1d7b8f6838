import { type Simulator, type SimulatorOptions, startSimulator } from "../../connectors/checkmk/simulator/simulator.ts";
import { type UpstreamOptions, upstreamDefaults } from "../../src/upstream/options.ts";
import type { Front, Rig } from "./rig.ts";

/** The Checkmk connector, as a configuration names it, on a simulated site. */
export function checkmkUpstream(
  { url, site }: Simulator,
  config: Readonly<Record<string, unknown>> = {},
): UpstreamOptions {
  const login = { url, site: site.name, user: "automation", secret: "automation-secret" };
  const target = {
    kind: "connector",
    connector: "checkmk",
    folder: process.cwd(),
    config: { ...login, ...config },
  } as const;
  return { ...upstreamDefaults, name: "checkmk", target };
}

/** A gateway in front of the Checkmk connector on a simulated site of its own, which keeps the time of the machine. */
export async function checkmkStand(
  rig: Rig,
  options: Partial<SimulatorOptions> = {},
  config: Readonly<Record<string, unknown>> = {},
): Promise<Front & { readonly simulator: Simulator }> {
  const simulator = rig.use(await startSimulator({ hosts: 20, workMs: 50, nowMs: () => Date.now(), ...options }));
  return { ...(await rig.gateway([checkmkUpstream(simulator, config)])), simulator };
}
