import type { ConnectorContext, LaterOffer } from "switchyard/connector";
import type { Meter } from "./analysis/measured.ts";
import type { Monitoring } from "./monitoring.ts";
import { promptsOf } from "./prompts.ts";
import { resourcesOf } from "./resources.ts";
import { healthTools } from "./tools/health.ts";
import { type ChangeCounter, serverTools } from "./tools/server-metrics.ts";

/** What it is made with. */
export interface HealthContext extends Pick<ConnectorContext, "signal"> {
  /** Tells what changed. */
  readonly changes: ChangeCounter;
  /** Counts the questions to the monitoring, and times them. */
  readonly meter: Meter;
  /** Whether changes of what is monitored are told. */
  readonly isWatched: boolean;
  /** The time, in ms since 1970. */
  readonly now: () => number;
}

/** How things stand, by what is monitored: as tools, documents and prompts. */
export function healthOffer(
  monitoring: Monitoring,
  { signal, changes, meter, isWatched, now }: HealthContext,
): Required<LaterOffer> {
  const sources = { monitoring, now, meter, changes };
  return {
    tools: [...healthTools(sources, isWatched), ...serverTools(sources)],
    resources: resourcesOf(sources),
    prompts: promptsOf(sources, signal),
  };
}
