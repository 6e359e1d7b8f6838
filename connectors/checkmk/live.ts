import type { Resource, Tool } from "switchyard/connector";
import { type CheckmkConfig, changesEveryMs, livestatusAddresses } from "./config.ts";
import { ChangeWatch, type WatchedSite } from "./change-watch.ts";
import { livestatusMonitoring } from "./livestatus/monitoring.ts";
import { Site } from "./livestatus/site.ts";
import { watchedSite } from "./livestatus/watched-site.ts";
import type { Monitoring } from "./monitoring.ts";
import type { RestClient } from "./rest/client.ts";
import type { Hosts } from "./rest/hosts.ts";
import { restMonitoring } from "./rest/monitoring.ts";
import { watchedSite as watchedByRest } from "./rest/watched-site.ts";
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

/** Who is told of changes, and when it is. */
interface LiveContext {
  /** From where relative paths are meant. */
  readonly folder: string;
  readonly tell: TellChanges;
  /** In ms since 1970. */
  readonly now: () => number;
}

/**
 * What the sites say of what they monitor: by Livestatus where that is configured, otherwise by the REST API; and who is told of its changes.
 *
 * @throws {ToolFailure} certificates cannot be read.
 */
export async function openLive(
  client: RestClient,
  config: CheckmkConfig,
  { folder, tell, now }: LiveContext,
): Promise<Live> {
  const addresses = await livestatusAddresses(config, folder);
  if (addresses.length === 0) {
    const everyMs = config.changesEveryMs ?? changesEveryMs.rest;
    return { monitoring: restMonitoring(client), close: watchAll([watchedByRest(client, now)], everyMs, tell, now) };
  }
  const sites = addresses.map(([name, address]) => new Site(name, address, { timeoutMs: config.timeoutMs }));
  const close = watchAll(sites.map(watchedSite), config.changesEveryMs ?? changesEveryMs.livestatus, tell, now);
  return {
    monitoring: livestatusMonitoring(sites),
    close: () => {
      close();
      for (const site of sites) site.close();
    },
  };
}

/** Looks for changes of sites until what it gives is called, which is safe twice; every 0 ms: never. */
function watchAll(sites: readonly WatchedSite[], everyMs: number, tell: TellChanges, now: () => number): () => void {
  const watching = everyMs === 0 ? [] : sites.map((site) => watchChanges(new ChangeWatch(site, now), everyMs, tell));
  return () => {
    for (const each of watching) each.close();
  };
}

/** Lists and streams of what is monitored, as tools and as resources; settings of hosts are read by `hosts`. Their `close` is safe to call twice. */
export function liveOffer(
  monitoring: Monitoring,
  hosts: Hosts,
): {
  readonly tools: readonly Tool[];
  readonly resources: readonly Resource[];
  readonly close: () => void;
} {
  const desk = new StreamDesk(monitoring);
  return {
    tools: [...liveListTools(monitoring, hosts), ...liveStreamTools(desk)],
    resources: streamResources(desk),
    close: () => {
      desk.close();
    },
  };
}
