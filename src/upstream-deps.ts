import { builtInConnectors } from "./built-in-connectors.ts";
import { type Clock, systemClock } from "./core/clock.ts";
import { Gate } from "./core/gate.ts";
import { identity } from "./identity.ts";
import { codecsFor } from "./protocol/codecs.ts";
import { Guardian } from "./transport/guardian.ts";
import type { UpstreamDeps } from "./upstream/connection.ts";
import { processReader } from "./vitals/processes.ts";
import { Sampler } from "./vitals/sampler.ts";

/** Children that may be starting at once: each keeps a processor busy for half a second or more. */
const startingAtOnce = 4;

/** What upstreams, and clients of our own, are made with. */
export function upstreamDeps(
  clock: Clock = systemClock,
  random: () => number = Math.random,
  startAfter: Promise<void> = Promise.resolve(),
): UpstreamDeps {
  return {
    clock,
    random,
    codecs: codecsFor(identity),
    identity,
    guardian: new Guardian(),
    starting: new Gate(startingAtOnce),
    startAfter,
    watcher: new Sampler(clock, processReader()),
    connectors: async (target) => {
      // Loaded by the first upstream that is one: most gateways have none.
      const { openConnectorChannel } = await import("./connector/open-channel.ts");
      return openConnectorChannel(target, builtInConnectors);
    },
  };
}
