import { ToolFailure } from "switchyard/connector";
import type { HostFilter, HostRow, LogFilter, Monitoring, Reading, SiteFailure, Span } from "../monitoring.ts";
import type { LogReading, Observed } from "./dashboard.ts";
import type { HostObserved } from "./host-health.ts";
import { type PeerComparison, comparePeers, mostPeers } from "./peers.ts";
import {
  type Problem,
  type ProblemState,
  hostProblem,
  hostProblemStates,
  serviceProblem,
  serviceProblemStates,
} from "./problems.ts";
import { trendOf } from "./trend.ts";

/** What analyses are made with. */
export interface Observatory {
  readonly monitoring: Monitoring;
  /** The time, in ms since 1970. */
  readonly now: () => number;
}

/** Problems that are read at most: an estate with more needs no list, but its counts, which are always whole. */
export const mostProblems = 5000;

const mostHosts = 200;
const mostLogLines = 5000;
const hourMs = 3_600_000;

/** Which problems. What is absent restricts nothing. */
export interface ProblemFilter {
  readonly isAcknowledged?: boolean;
  readonly isInDowntime?: boolean;
  readonly hosts?: readonly string[];
  readonly states?: readonly ProblemState[];
}

/** Problems that were read. */
export interface ProblemReading {
  readonly problems: readonly Problem[];
  /** Those that there are, whatever was read. */
  readonly total: number;
  readonly failures: readonly SiteFailure[];
}

/** All problems of hosts and services that fit, up to `most` of each: where there are more, critical ones and hosts that are down before others. */
export async function readProblems(
  { monitoring, now }: Observatory,
  { hosts: names, states: wanted, ...filter }: ProblemFilter,
  signal: AbortSignal,
  most: number = mostProblems,
): Promise<ProblemReading> {
  const isWanted = (state: ProblemState): boolean => wanted === undefined || wanted.includes(state);
  const [services, hosts] = await Promise.all([
    gravestFirst(serviceProblemStates.filter(isWanted), most, async (states, span) =>
      monitoring.services({ ...filter, states, ...(names && { hosts: names }) }, span, signal),
    ),
    gravestFirst(hostProblemStates.filter(isWanted), most, async (states, span) =>
      monitoring.hosts({ ...filter, states, ...(names && { names }) }, span, signal),
    ),
  ]);
  const at = now();
  return {
    problems: [
      ...hosts.rows.map((row) => hostProblem(row, at)),
      ...services.rows.map((row) => serviceProblem(row, at)),
    ],
    total: hosts.total + services.total,
    failures: failuresOf([hosts, services]),
  };
}

/** Rows in these states. Sites give them by the hosts' names, so where there are too many the gravest are read by themselves, and others fill up. */
async function gravestFirst<State extends ProblemState, Row extends { readonly state: string }>(
  states: readonly State[],
  most: number,
  read: (states: readonly State[], span: Span) => Promise<Reading<Row>>,
): Promise<Reading<Row>> {
  if (states.length === 0) return { rows: [], total: 0, failures: [] };
  const all = await read(states, { limit: most });
  const grave = states.filter((state) => state === "CRITICAL" || state === "DOWN");
  if (all.rows.length >= all.total || grave.length === 0 || grave.length === states.length) return all;
  const gravest = await read(grave, { limit: most });
  const others = all.rows.filter(({ state }) => !grave.some((each) => each === state));
  return { ...all, rows: [...gravest.rows, ...others].slice(0, most) };
}

/** Everything that a dashboard is made of, read at once. */
export async function observeEstate(observatory: Observatory, signal: AbortSignal): Promise<Observed> {
  const { monitoring, now } = observatory;
  const [statistics, { problems }, log] = await Promise.all([
    monitoring.statistics({}, signal),
    readProblems(observatory, {}, signal),
    alertsOf(monitoring, { since: now() - hourMs }, signal),
  ]);
  const names = mostAffected(problems);
  const { rows: hosts } =
    names.length === 0 ? { rows: [] } : await monitoring.hosts({ names }, { limit: mostHosts }, signal);
  return { statistics, problems, hosts, log };
}

function mostAffected(problems: readonly Problem[]): readonly string[] {
  const counts = new Map<string, number>();
  for (const { host, service } of problems)
    counts.set(host, (counts.get(host) ?? 0) + (service === undefined ? 1000 : 1));
  return [...counts]
    .toSorted(([, one], [, other]) => other - one)
    .slice(0, mostHosts)
    .map(([name]) => name);
}

/** What of a host's health is to be looked at besides its services. */
export interface HostQuestion {
  readonly host: string;
  readonly withPeers: boolean;
  /** Hours of the log to look back for the trend; 0 for none. */
  readonly trendHours: number;
}

/**
 * Everything that the health of a host is judged by.
 *
 * @throws {ToolFailure} no site knows the host.
 */
export async function observeHost(
  { monitoring, now }: Observatory,
  { host: name, withPeers, trendHours }: HostQuestion,
  signal: AbortSignal,
): Promise<HostObserved> {
  const until = now();
  const since = until - trendHours * hourMs;
  const [hosts, services, log] = await Promise.all([
    monitoring.hosts({ names: [name] }, {}, signal),
    monitoring.services({ hosts: [name] }, {}, signal),
    trendHours === 0 ? undefined : alertsOf(monitoring, { host: name, since, until }, signal),
  ]);
  const [host] = hosts.rows;
  if (host === undefined) throw new ToolFailure(notMonitored(name, hosts));
  const peers = withPeers ? await peersOf(monitoring, host, signal) : undefined;
  const trend = log?.kind === "read" ? trendOf(log.entries, since, until) : undefined;
  const noLog = log?.kind === "unknown" ? log.why : undefined;
  return { host, services: services.rows, peers, trend, noLog, now: until };
}

function notMonitored(name: string, { failures }: Reading<HostRow>): string {
  const away = failures.map(({ site }) => site).join(", ");
  const elsewhere = away === "" ? "" : ` It may be at ${away}, which does not answer.`;
  return `No host "${name}" is monitored. list_hosts with search finds names; a host that was just made is monitored once it is activated.${elsewhere}`;
}

/** Hosts of the same folder, else of the same group, else none: what else makes hosts alike, nobody says. */
async function peersOf(
  monitoring: Monitoring,
  host: HostRow,
  signal: AbortSignal,
): Promise<PeerComparison | undefined> {
  const [group] = host.groups;
  const likeness: readonly (readonly [basis: string, filter: HostFilter])[] = [
    ...(host.folder === undefined || host.folder === "/"
      ? []
      : [[`folder ${host.folder}`, { folder: host.folder }] as const]),
    ...(group === undefined ? [] : [[`group ${group}`, { group }] as const]),
  ];
  for (const [basis, filter] of likeness) {
    const { rows } = await monitoring.hosts(filter, { limit: mostPeers + 1 }, signal);
    const compared = comparePeers(host, rows, basis);
    if (compared !== undefined) return compared;
  }
  return undefined;
}

/** Alerts of the log, which some sites do not have: without them the rest is still worth telling. */
async function alertsOf(
  monitoring: Monitoring,
  filter: Omit<LogFilter, "kinds">,
  signal: AbortSignal,
): Promise<LogReading> {
  try {
    const { rows } = await monitoring.log({ ...filter, kinds: ["alert"] }, mostLogLines, signal);
    return { kind: "read", entries: rows };
  } catch (thrown) {
    if (signal.aborted || !(thrown instanceof ToolFailure)) throw thrown;
    return { kind: "unknown", why: thrown.message.replace(/\.$/, "") };
  }
}

function failuresOf(readings: readonly Reading<unknown>[]): readonly SiteFailure[] {
  const bySite = new Map(
    readings.flatMap(({ failures }) => failures.map((failure) => [failure.site, failure] as const)),
  );
  return [...bySite.values()];
}
