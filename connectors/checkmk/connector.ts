import { defineConnector } from "switchyard/connector";
import { Meter, measured } from "./analysis/measured.ts";
import { configSchema, restOptions } from "./config.ts";
import { healthOffer } from "./health.ts";
import { liveOffer, openLive } from "./live.ts";
import { RestClient } from "./rest/client.ts";
import { Hosts } from "./rest/hosts.ts";
import { siteTools } from "./site-tools.ts";
import { ChangeCounter } from "./tools/server-metrics.ts";

const now = (): number => Date.now();

/** A Checkmk site: what it monitors, and what is set up in it. */
export const connector = defineConnector({
  name: "checkmk",
  title: "Checkmk",
  version: "0.1.0",
  instructions:
    "A Checkmk monitoring site. What is set up (hosts, folders, rules) is monitored only once it is activated: each change says what waits, and activate_changes activates it. Every tool that changes something takes dry_run.",
  config: configSchema,
  setup: async (config, { folder, signal, changed }) => {
    const client = new RestClient(await restOptions(config, folder));
    const changes = new ChangeCounter(changed, now);
    const live = await openLive(client, config, { folder, tell: changes.changed, now });
    const meter = new Meter(now);
    const monitoring = measured(live.monitoring, meter);
    const isWatched = config.changesEveryMs !== 0;
    const ofLive = liveOffer(monitoring, new Hosts(client));
    const ofHealth = healthOffer(monitoring, { signal, changes, meter, isWatched, now });
    return {
      tools: [
        ...siteTools(client, config, { signal, now, changed: changes.changed }),
        ...ofLive.tools,
        ...ofHealth.tools,
      ],
      resources: [...ofLive.resources, ...ofHealth.resources],
      prompts: ofHealth.prompts,
      close: () => {
        ofLive.close();
        live.close();
        client.close();
      },
    };
  },
});
