import { statfs } from "node:fs/promises";
import { dirname } from "node:path";
import type { Look } from "./alerts/readings.ts";
import type { Clock } from "./core/clock.ts";
import type { Gateway } from "./gateway/gateway.ts";
import type { Meters } from "./meters.ts";
import { withinOf } from "./protocol/expected.ts";
import type { Definitions } from "./upstream/definitions.ts";
import { isConnector } from "./upstream/options.ts";
import type { UpstreamState } from "./upstream/state.ts";
import type { Upstream } from "./upstream/upstream.ts";
import { memoryPercent } from "./vitals/own-memory.ts";
import { recentDelay } from "./vitals/recent-delay.ts";

/** How old what is known of the disk may be when it is asked for again, in ms: asking may take as long as a sick disk likes. */
const diskMs = 60_000;

/** @returns what looks at a gateway for alerts; it begins to measure. `close` ends that, and may be called twice. */
export function lookAt(
  clock: Clock,
  gateway: Gateway,
  meters: Pick<Meters, "families">,
): { readonly look: () => Look; close(): void } {
  const delay = recentDelay();
  const disk = diskUse(clock);
  const within = expectedLengths();
  return {
    look() {
      const { file, dropped, audit } = gateway.keeping();
      return {
        families: meters.families,
        upstreams: gateway.upstreams.map(({ name, state }) => ({ name, down: whyDown(state) })),
        within: within(gateway.upstreams),
        eventLoopMs: delay.read(),
        memoryPercent: memoryPercent(),
        diskPercent: file === undefined ? undefined : disk(dirname(file)),
        dropped: dropped + (audit?.dropped ?? 0),
      };
    },
    close() {
      delay.close();
    },
  };
}

/** @returns how long calls of tools should take, in ms, by SERVER/TOOL; of other servers than connectors nobody asked what they say. */
function expectedLengths(): (upstreams: readonly Upstream[]) => ReadonlyMap<string, number> {
  const read = new WeakMap<Definitions, ReadonlyMap<string, number>>();
  return (upstreams) => {
    const all = new Map<string, number>();
    for (const { name, definitions, options } of upstreams) {
      if (!isConnector(options.target)) continue;
      const own = read.get(definitions) ?? withinOf(definitions.tools);
      read.set(definitions, own);
      for (const [tool, ms] of own) all.set(`${name}/${tool}`, ms);
    }
    return all;
  };
}

/** Why an upstream is not connected that should be; undefined for one that is, or that nobody wants to be. */
function whyDown(state: UpstreamState): string | undefined {
  switch (state.kind) {
    case "recovering":
    case "awaiting_login":
      return state.problem.message;
    case "starting":
    case "disabled":
      return state.problem?.message;
    case "ready":
    case "degraded":
    case "quarantined":
    case "stopped":
      return undefined;
  }
}

/** @returns how full a folder's disk was when it was last looked, in percent; begins to look again where that was long ago. */
function diskUse(clock: Clock): (folder: string) => number | undefined {
  let known: number | undefined;
  let askedAt: number | undefined;
  return (folder) => {
    const now = clock.monotonic();
    if (askedAt === undefined || now - askedAt >= diskMs) {
      askedAt = now;
      void statfs(folder).then(
        ({ blocks, bavail }) => {
          known = blocks === 0 ? undefined : (1 - bavail / blocks) * 100;
        },
        // The folder is gone, which the store says in its own words.
        () => {
          known = undefined;
        },
      );
    }
    return known;
  };
}
