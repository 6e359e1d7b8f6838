import { once } from "node:events";
import { demoSystems } from "../../built-in-connectors.ts";
import { GatewayError } from "../../core/errors.ts";
import type { Context } from "../context.ts";
import { exitCodes } from "../exit-codes.ts";

/** How a simulated system is started. */
export interface DemoOptions {
  readonly port: number;
  readonly hosts: number;
  readonly services: number;
}

/** What the module of a simulated system gives. */
interface DemoModule {
  readonly startDemo: (options: {
    readonly hosts: number;
    readonly servicesPerHost: number;
    readonly port: number;
  }) => Promise<{ readonly config: Readonly<Record<string, unknown>>; readonly close: () => Promise<void> }>;
}

/**
 * Runs a simulated system, and prints what a configuration says to connect to it, until Ctrl-C.
 *
 * @throws {GatewayError} `usage` — there is none of this name.
 */
export async function demo(name: string, { port, hosts, services }: DemoOptions, context: Context): Promise<number> {
  const url = demoSystems.get(name);
  if (url === undefined) {
    const there = [...demoSystems.keys()].join(", ");
    throw new GatewayError(
      "usage",
      `There is no simulated system ${JSON.stringify(name.slice(0, 100))}; there are: ${there}`,
    );
  }
  const module: unknown = await import(url.href);
  if (!isDemoModule(module)) throw new TypeError(`${url.href} has no startDemo`);
  const running = await module.startDemo({ hosts, servicesPerHost: services, port });
  const { signal, terminal } = context;
  terminal.out(JSON.stringify({ mcpServers: { [name]: { connector: name, config: running.config } } }, undefined, 2));
  terminal.note(
    `A simulated ${name} runs until Ctrl-C. Put the above into a configuration file, and run switchyard serve.`,
  );
  if (!signal.aborted) await once(signal, "abort");
  await running.close();
  return exitCodes.ok;
}

function isDemoModule(module: unknown): module is DemoModule {
  return (
    typeof module === "object" && module !== null && "startDemo" in module && typeof module.startDemo === "function"
  );
}
