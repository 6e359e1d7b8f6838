import { Activations } from "./activations.ts";
import { BulkScan } from "./bulk-scan.ts";
import { ConsoleEvents } from "./console-events.ts";
import { Configuration } from "./configuration.ts";
import type { Estate } from "./estate.ts";
import { Rulebook } from "./rulebook.ts";
import { Scans } from "./scans.ts";
import { type EstateOptions, seedEstate } from "./seed-estate.ts";
import { seededRandom } from "./seeded-random.ts";
import { type SimulatedTagGroup, builtInTagGroups } from "./tag-groups.ts";

/** Who may use the simulated API. */
export interface SimulatedUser {
  readonly name: string;
  readonly secret: string;
  /** Permissions that it lacks, such as `wato.edit` or `action.acknowledge`. */
  readonly lacks?: readonly string[];
}

/** What a simulated site is. */
export interface SiteOptions extends EstateOptions {
  /** Default 2.4.0p3. */
  readonly version?: string;
  /** Default `cre`. */
  readonly edition?: string;
  /** Default: `automation` with the secret `automation-secret`. */
  readonly users?: readonly SimulatedUser[];
  /** How long an activation or a scan of a host takes, in ms. Default 300. */
  readonly workMs?: number;
  /** The time of day, in ms since 1970. */
  readonly nowMs: () => number;
}

export const siteDefaults = {
  version: "2.4.0p3",
  edition: "cre",
  users: [{ name: "automation", secret: "automation-secret" }],
  workMs: 300,
} as const satisfies Partial<SiteOptions>;

/** Everything that a simulated site knows. */
export interface Site {
  readonly name: string;
  readonly version: string;
  readonly edition: string;
  readonly users: readonly SimulatedUser[];
  readonly workMs: number;
  readonly nowMs: () => number;
  readonly estate: Estate;
  readonly configuration: Configuration;
  readonly activations: Activations;
  readonly scans: Scans;
  readonly bulkScan: BulkScan;
  readonly rulebook: Rulebook;
  readonly events: ConsoleEvents;
  readonly tagGroups: Map<string, SimulatedTagGroup>;
  /** Groups by name, with what they are called. */
  readonly groups: { readonly host: Map<string, string>; readonly service: Map<string, string> };
  /** Ids that are the same for the same seed. */
  readonly uuid: () => string;
}

/** Makes a site with an estate in it. */
export function makeSite(options: SiteOptions): Site {
  const { version, edition, users, workMs, nowMs } = { ...siteDefaults, ...options };
  const estate = seedEstate(options, nowMs);
  const uuid = uuids(seededRandom((options.seed ?? 1) + 1));
  const configuration = new Configuration(estate, uuid);
  return {
    name: estate.site,
    version,
    edition,
    users,
    workMs,
    nowMs,
    estate,
    configuration,
    activations: new Activations(configuration, { uuid, nowMs, workMs }),
    scans: new Scans(configuration, { nowMs, workMs }),
    bulkScan: new BulkScan(configuration, { nowMs, workMs }),
    rulebook: new Rulebook(),
    tagGroups: builtInTagGroups(),
    events: new ConsoleEvents(estate, options.seed ?? 1),
    groups: { host: new Map(hostGroups), service: new Map() },
    uuid,
  };
}

const hostGroups = [
  ["servers", "Servers"],
  ["network", "Network devices"],
] as const;

function uuids(random: () => number): () => string {
  const digits = (count: number): string =>
    Array.from({ length: count }, () => Math.floor(random() * 16).toString(16)).join("");
  return () => `${digits(8)}-${digits(4)}-4${digits(3)}-a${digits(3)}-${digits(12)}`;
}
