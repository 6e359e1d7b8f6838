import { everyRight } from "../access/rights.ts";
import type { ToolGroup } from "../upstream/catalog.ts";
import type { DefinitionFact } from "../upstream/definition-facts.ts";
import { type QuarantineStatus, quarantineOf } from "./approval.ts";
import type { KeepingStatus } from "./keeping.ts";
import type { ProfileOptions, SearchMode } from "./catalog-options.ts";
import type { Gateway } from "./gateway.ts";
import type { ListKind } from "./presentation.ts";
import { type ProfileOddity, profileOddities } from "./profile-oddities.ts";
import type { UpstreamTarget } from "../upstream/options.ts";
import type { ProcessUsage } from "../upstream/child-watch.ts";
import type { JournalEntry } from "../upstream/journal.ts";
import type { Oddity } from "../upstream/record.ts";
import type { Upstream } from "../upstream/upstream.ts";
import type { UpstreamState } from "../upstream/state.ts";

/** One upstream as `switchyard status` shows it. Times are wall time in ms. Holds no secret. */
export interface UpstreamStatus {
  readonly name: string;
  /** As spoken, where it is connected; as configured, where not. */
  readonly transport: UpstreamTarget["kind"];
  readonly state: UpstreamState;
  /** Where its changed configuration stands, which takes its place once it is up; undefined where none waits for that. */
  readonly successor: UpstreamState | undefined;
  /** Tools that nobody is shown: names and patterns. */
  readonly disabledTools: readonly string[];
  /** Groups of its tools that are switched together; none where it has none. */
  readonly groups: readonly ToolGroup[];
  /** Where a person should log in: to connect it (`awaiting_login`), or so that it takes calls which it refuses now. */
  readonly authorizationUrl: string | undefined;
  /** The revision spoken with it, where it is connected. */
  readonly revision: string | undefined;
  /** What it calls itself. */
  readonly server: string | undefined;
  readonly pid: number | undefined;
  /** What is held back until `switchyard approve`: at most 50 of them, and how many there are. */
  readonly quarantined: readonly QuarantineStatus[];
  readonly quarantinedCount: number;
  /** What happened to its definitions last, oldest first. */
  readonly definitionFacts: readonly DefinitionFact[];
  readonly counts: Counts;
  /** What its processes use together; undefined where it has none, or where that cannot be found out. */
  readonly usage: ProcessUsage | undefined;
  readonly oddities: readonly (Oddity & { readonly suggestion: string })[];
  /** The last lines of its stderr, where something is wrong. */
  readonly stderr: readonly string[];
}

/** How many of each there are. */
export interface Counts {
  readonly tools: number;
  readonly prompts: number;
  readonly resources: number;
  readonly templates: number;
}

/** One profile as `switchyard status` shows it. */
export interface ProfileStatus {
  readonly name: string;
  /** Names of the upstreams that it shows, of those that there are. */
  readonly upstreams: readonly string[];
  readonly counts: Counts;
  readonly search: SearchMode;
  readonly oddities: readonly (ProfileOddity & { readonly suggestion: string })[];
}

/** The gateway as `switchyard status` shows it. */
export interface GatewayStatus {
  readonly version: string;
  readonly pid: number;
  /** What survives a restart, and whether it does at present. */
  readonly store: KeepingStatus;
  readonly upstreams: readonly UpstreamStatus[];
  readonly profiles: readonly ProfileStatus[];
}

const suggestions = {
  noise:
    "A stdio server must write nothing but MCP messages to stdout. Send its log to stderr; if a wrapper prints it, silence the wrapper.",
  omission: "Correct the definitions that the server lists.",
  over_limit: "See what it does, or raise the soft limit of `limits` in its configuration.",
  growing:
    "It may be leaking: what it holds kept growing. Set a hard limit in `limits` to have it started anew in time, and tell its authors.",
} as const satisfies Record<Oddity["kind"], string>;

const profileSuggestions = {
  collision: "Give one of them another name in the profile's overrides, or set its prefix to true.",
  no_upstream: "Enable the server, or take it out of the profile.",
  no_match: "`switchyard inspect SERVER` lists the names; correct the pattern or take it out.",
  no_parameter: "`switchyard inspect SERVER/TOOL` shows the parameters; correct the name or take it out.",
  not_read_only: "Take it out of the profile, or set the profile's readOnly to false.",
  no_search: "Give the tool another name in the profile's overrides, or set the profile's search to off.",
} as const satisfies Record<ProfileOddity["kind"], string>;

/** Lines of stderr that a status shows. */
const stderrShown = 10;

/** Definitions held back that a status shows of one upstream. */
const quarantinedShown = 50;

/** How everything stands, from what is known anyway: asks nobody. */
export function statusOf(gateway: Gateway): GatewayStatus {
  return {
    version: gateway.deps.identity.version,
    pid: process.pid,
    store: gateway.keeping(),
    upstreams: gateway.upstreams.map((upstream) => upstreamStatus(upstream, gateway.roster.successorOf(upstream))),
    profiles: gateway.profiles.map((profile) => profileStatus(profile, gateway)),
  };
}

function profileStatus(profile: ProfileOptions, gateway: Gateway): ProfileStatus {
  const view = gateway.view({ kind: "profile", name: profile.name }, everyRight);
  const oddities = profileOddities(profile, gateway.upstreams, view);
  return {
    name: profile.name,
    upstreams: view.upstreams.map(({ name }) => name),
    counts: countsOf((kind) => view.entries(kind)),
    search: view.search === undefined ? "off" : profile.search.mode,
    oddities: oddities.map(({ kind, message }) => ({ kind, message, suggestion: profileSuggestions[kind] })),
  };
}

function countsOf(list: (kind: ListKind) => readonly unknown[]): Counts {
  return {
    tools: list("tools").length,
    prompts: list("prompts").length,
    resources: list("resources").length,
    templates: list("templates").length,
  };
}

function upstreamStatus(upstream: Upstream, successor: Upstream | undefined): UpstreamStatus {
  const { definitions, handshake, state, catalog } = upstream;
  const quarantined = quarantineOf(upstream);
  const { name, version } = handshake?.serverInfo ?? {};
  return {
    name: upstream.name,
    transport: upstream.transport,
    state,
    successor: successor?.state,
    disabledTools: catalog.disabledTools,
    groups: catalog.groups,
    authorizationUrl: upstream.authorizationUrl,
    revision: handshake?.codec.revision,
    server: typeof name === "string" ? `${name} ${typeof version === "string" ? version : ""}`.trim() : undefined,
    pid: upstream.pid,
    quarantined: quarantined.slice(0, quarantinedShown),
    quarantinedCount: quarantined.length,
    definitionFacts: catalog.recent,
    counts: countsOf((kind) => definitions[kind]),
    usage: upstream.record.usage,
    oddities: upstream.record.oddities.map((oddity) => ({ ...oddity, suggestion: suggestions[oddity.kind] })),
    stderr: state.kind === "ready" ? [] : upstream.stderr().slice(-stderrShown),
  };
}

/** What happened to one upstream, as `switchyard logs` shows it. */
export interface UpstreamLog {
  readonly name: string;
  /** Oldest first. What they say comes from the upstream: it may hold control characters. */
  readonly entries: readonly JournalEntry[];
  /** The number of the newest entry: what to ask for what comes after. */
  readonly last: number;
}

/** What an upstream's journal has after a number, of these the last `count`. */
export function logOf({ name, record: { journal } }: Upstream, after: number, count?: number): UpstreamLog {
  return { name, entries: journal.after(after, count), last: journal.last };
}
