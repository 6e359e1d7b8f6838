import { z } from "zod";
import type { RestClient } from "./client.ts";
import { objectOf } from "./objects.ts";
import { type Patience, waitForCompletion } from "./waiting.ts";

/** What a discovery does. All but `refresh` and `tabula_rasa` work with what the last scan has found. */
export const discoveryModes = [
  "new",
  "remove",
  "fix_all",
  "refresh",
  "only_host_labels",
  "only_service_labels",
  "tabula_rasa",
] as const;

export type DiscoveryMode = (typeof discoveryModes)[number];

/** A service as discovery knows it. */
export interface DiscoveredService {
  readonly description: string;
  /** The check plugin, such as `df`. */
  readonly plugin: string;
  /** Undefined where a host has one such service at the most. */
  readonly item: string | undefined;
  /** Such as `undecided`, `vanished`, `monitored`, `changed`, `ignored` or `manual`. */
  readonly phase: string;
}

const resultShape = objectOf(
  z.object({
    check_table: z.record(
      z.string(),
      z.object({
        extensions: z.object({
          check_plugin_name: z.string(),
          service_name: z.string(),
          service_item: z.string().nullish(),
          service_phase: z.string(),
        }),
      }),
    ),
  }),
);

/** Finding out which services a host has. What it changes waits for activation. */
export class Discovery {
  readonly #client: RestClient;

  constructor(client: RestClient) {
    this.#client = client;
  }

  /** What the last scan found, and what of it is monitored. @throws {CheckmkError} `not_found`, `invalid` — there was no scan, or it failed. */
  async result(host: string, signal: AbortSignal): Promise<readonly DiscoveredService[]> {
    const path = ["objects", "service_discovery", host];
    const { value } = await this.#client.read({ method: "GET", path }, resultShape, signal);
    return Object.values(value.extensions.check_table).map(({ extensions }) => ({
      description: extensions.service_name,
      plugin: extensions.check_plugin_name,
      item: extensions.service_item ?? undefined,
      phase: extensions.service_phase,
    }));
  }

  /**
   * Runs a discovery to its end.
   *
   * @throws {CheckmkError} as {@link Discovery.start} and {@link Discovery.finish}.
   */
  async run(host: string, mode: DiscoveryMode, patience: Patience): Promise<void> {
    if (await this.start(host, mode, patience.signal)) await this.finish(host, patience);
  }

  /** Begins a discovery, and says whether it goes on in the background. @throws {CheckmkError} `conflict` — one of this host is under way. */
  async start(host: string, mode: DiscoveryMode, signal: AbortSignal): Promise<boolean> {
    const path = ["domain-types", "service_discovery_run", "actions", "start", "invoke"];
    const body = { host_name: host, mode };
    const { status } = await this.#client.call({ method: "POST", path, body }, signal);
    // A redirect to where its end is waited for: the modes that scan the host go on in the background.
    return status >= 300;
  }

  /** Waits for the end of a discovery. @throws {CheckmkError} `timed_out` — it is still under way when the time is over. */
  async finish(host: string, patience: Patience): Promise<void> {
    await waitForCompletion(this.#client, ["objects", "service_discovery_run", host], patience);
  }
}
