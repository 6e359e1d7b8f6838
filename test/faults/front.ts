import { fileURLToPath } from "node:url";
import { ManualClock } from "../../src/core/manual-clock.ts";
import { type Switchyard, type SwitchyardOptions, startSwitchyard } from "../../src/gateway.ts";
import type { UpstreamStatus } from "../../src/gateway/status.ts";
import type { JournalEntry } from "../../src/upstream/journal.ts";
import type { UpstreamOptions } from "../../src/upstream/options.ts";
import { type Rig, scriptUpstream } from "../rig/rig.ts";
import { until } from "../rig/until.ts";

/** A gateway that listens, with upstreams that may be in any state. */
export interface Front {
  readonly switchyard: Switchyard;
  /** Where everything is offered, under prefixed names. */
  readonly url: string;
  status(name: string): UpstreamStatus;
  /** What happened to the upstream. */
  log(name: string): readonly JournalEntry[];
  /** Resolves with the status when the upstream is in this state. */
  reaches(name: string, kind: UpstreamStatus["state"]["kind"]): Promise<UpstreamStatus>;
}

/** Starts a gateway in front of these upstreams, listening on a free port; waits for none of them. */
export async function openFront(
  rig: Rig,
  upstreams: readonly UpstreamOptions[],
  options: Omit<SwitchyardOptions, "upstreams"> = {},
): Promise<Front> {
  const switchyard = rig.use(startSwitchyard({ ...options, upstreams }));
  if (options.clock instanceof ManualClock) rig.watchClock(options.clock);
  const { origin } = await switchyard.listen({ host: "127.0.0.1", port: 0, allowedHosts: [], allowedOrigins: [] });
  const status = (name: string): UpstreamStatus => {
    const found = switchyard.status().upstreams.find((each) => each.name === name);
    if (found === undefined) throw new Error(`there is no upstream ${name}`);
    return found;
  };
  const log = (name: string): readonly JournalEntry[] => {
    const found = switchyard.log(name);
    if (found === undefined) throw new Error(`there is no upstream ${name}`);
    return found.entries;
  };
  return {
    switchyard,
    log,
    url: `${origin}/mcp`,
    status,
    async reaches(name, kind) {
      await until(() => status(name).state.kind === kind, `${name} is ${kind}`);
      return status(name);
    },
  };
}

/** An upstream run from one of the scripts in `fixtures`. */
export function fixture(
  name: string,
  script: string,
  options: Partial<UpstreamOptions> = {},
  ...args: string[]
): UpstreamOptions {
  const path = fileURLToPath(new URL(`fixtures/${script}.mjs`, import.meta.url));
  return { ...scriptUpstream(name, path, ...args), ...options };
}

/** The upstream with nothing wrong, which must not notice what happens to the others. */
export const healthy = fixture("healthy", "healthy");
