import type { Resource, Tool } from "switchyard/connector";
import { type CheckmkConfig, livestatusAddresses } from "./config.ts";
import { ChangeWatch } from "./livestatus/change-watch.ts";
import { livestatusMonitoring } from "./livestatus/monitoring.ts";
import { Site } from "./livestatus/site.ts";
import type { Monitoring } from "./monitoring.ts";
import { StreamDesk } from "./stream-desk.ts";
import { streamResources } from "./stream-resources.ts";
import { liveListTools } from "./tools/live-lists.ts";
import { liveStreamTools } from "./tools/live-streams.ts";
import { type TellChanges, watchChanges } from "./watching.ts";

/** What is monitored, as it is at each moment. */
export interface Live {
  readonly monitoring: Monitoring;
  /** Safe to call twice. */
  readonly close: () => void;
}

/**
 * What the Livestatus of the configured sites answers, and who is told of its changes; undefined where none is configured.
 *
 * @throws {ToolFailure} certificates cannot be read.
 */
export async function openLive(config: CheckmkConfig, folder: string, tell: TellChanges): Promise<Live | undefined> {
  const sites = (await livestatusAddresses(config, folder)).map(([name, address]) => {
    return new Site(name, address, { timeoutMs: config.timeoutMs });
  });
  if (sites.length === 0) return undefined;
  const watched = config.changesEveryMs === 0 ? [] : sites;
  const watching = watched.map((site) => watchChanges(new ChangeWatch(site), config.changesEveryMs, tell));
  return {
    monitoring: livestatusMonitoring(sites),
    close: () => {
      for (const each of watching) each.close();
      for (const site of sites) site.close();
    },
  };
}

/** Lists and streams of what is monitored, as tools and as resources. Their `close` is safe to call twice. */
export function liveOffer(monitoring: Monitoring): {
  readonly tools: readonly Tool[];
  readonly resources: readonly Resource[];
  readonly close: () => void;
} {
  const desk = new StreamDesk(monitoring);
  return {
    tools: [...liveListTools(monitoring), ...liveStreamTools(desk)],
    resources: streamResources(desk),
    close: () => {
      desk.close();
    },
  };
}
