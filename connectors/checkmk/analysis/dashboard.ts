import type { HostRow, LogEntry, ServiceCounts, SiteFailure, Statistics } from "../monitoring.ts";
import type { Category } from "./category.ts";
import { type Grade, gradeOf, healthPercent } from "./grade.ts";
import { type Problem, byUrgency, isUnhandled } from "./problems.ts";
import { urgentFrom } from "./urgency.ts";

/** How a host stands, in one line. */
export interface HostStatus {
  readonly site: string;
  readonly name: string;
  readonly state: HostRow["state"];
  readonly services: ServiceCounts & { readonly total: number };
  readonly healthPercent: number;
  readonly grade: Grade;
  readonly urgentProblems: number;
  readonly acknowledgedProblems: number;
}

/** How an estate stands. */
export interface Dashboard {
  readonly healthPercent: number;
  readonly grade: Grade;
  readonly hosts: Statistics["hosts"];
  readonly services: Statistics["services"];
  readonly problems: ProblemSummary;
  /** Critical ones of services, and hosts that are down; the most urgent first. */
  readonly critical: readonly Problem[];
  /** Those from a score of 70: first what nobody takes care of, and of each the most urgent first. */
  readonly urgent: readonly Problem[];
  /** The hosts with the worst health, worst first. */
  readonly worstHosts: readonly HostStatus[];
  readonly alerts: readonly string[];
  readonly recommendations: readonly string[];
  /** What could not be found out, and why: a sentence each. */
  readonly unknown: readonly string[];
  readonly failures: readonly SiteFailure[];
}

/** Problems in numbers. */
export interface ProblemSummary {
  readonly total: number;
  readonly critical: number;
  readonly warning: number;
  readonly unknown: number;
  readonly unhandled: number;
  readonly urgent: number;
  readonly byCategory: Readonly<Record<Category, number>>;
  /** The hosts with most, most first. */
  readonly byHost: readonly { readonly host: string; readonly count: number }[];
  /** Alerts of the last hour that began a problem, and that ended one. Undefined where the log was not asked or cannot tell. */
  readonly newLastHour: number | undefined;
  readonly resolvedLastHour: number | undefined;
}

/** What a dashboard is made of. */
export interface Observed {
  readonly statistics: Statistics;
  /** All problems; where there are too many to read, the gravest of them. */
  readonly problems: readonly Problem[];
  /** The hosts that have some. */
  readonly hosts: readonly HostRow[];
  /** Alerts of the last hour. */
  readonly log: LogReading;
}

/** What a log says, or why nobody can tell. */
export type LogReading =
  | { readonly kind: "read"; readonly entries: readonly LogEntry[] }
  | { readonly kind: "unknown"; readonly why: string };

/** How many of a list are told. */
export const listedProblems = 20;
const listedHosts = 10;

/**
 * The health dashboard. The health of an estate is the mean of two shares in percent: of hosts that are up, and of services that are OK, each
 * among those that were checked; where there are no services it is that of the hosts alone.
 */
export function healthDashboard({ statistics, problems, hosts, log }: Observed): Dashboard {
  const health = estateHealth(statistics);
  const summary = summaryOf(statistics, problems, log);
  const sorted = byUrgency(problems);
  const urgent = sorted.filter(({ urgency }) => urgency >= urgentFrom);
  return {
    healthPercent: health,
    grade: gradeOf(health),
    hosts: statistics.hosts,
    services: statistics.services,
    problems: summary,
    critical: sorted.filter(isCritical).slice(0, listedProblems),
    urgent: [...urgent.filter(isUnhandled), ...urgent.filter((each) => !isUnhandled(each))].slice(0, listedProblems),
    worstHosts: worst(hosts, problems),
    alerts: alertsOf(summary, statistics),
    recommendations: recommendationsOf(summary, statistics),
    unknown: log.kind === "read" ? [] : [`What began and what ended within the last hour is not known: ${log.why}.`],
    failures: statistics.failures,
  };
}

/** See {@link healthDashboard}. */
export function estateHealth({ hosts, services }: Statistics): number {
  const hostShare = healthPercent(hosts.up, hosts.total - hosts.pending);
  const checked = services.total - services.pending;
  if (checked === 0) return hostShare;
  return Math.floor(((hostShare + healthPercent(services.ok, checked)) / 2) * 10) / 10;
}

/** A host that is down, or a service that is critical. */
export function isCritical({ state }: Problem): boolean {
  return state === "CRITICAL" || state === "DOWN";
}

function summaryOf({ hosts, services }: Statistics, problems: readonly Problem[], log: LogReading): ProblemSummary {
  const counts = new Map<string, number>();
  for (const { host } of problems) counts.set(host, (counts.get(host) ?? 0) + 1);
  const countOf = (category: Category): number => problems.filter((problem) => problem.category === category).length;
  const alerts =
    log.kind === "read"
      ? log.entries.filter(({ kind, stateType }) => kind === "alert" && stateType === "hard")
      : undefined;
  return {
    total: services.warning + services.critical + services.unknown + hosts.down + hosts.unreachable,
    critical: services.critical + hosts.down,
    warning: services.warning,
    unknown: services.unknown + hosts.unreachable,
    unhandled: services.unhandled + hosts.unhandled,
    urgent: problems.filter(({ urgency }) => urgency >= urgentFrom).length,
    byCategory: {
      performance: countOf("performance"),
      memory: countOf("memory"),
      disk: countOf("disk"),
      network: countOf("network"),
      connectivity: countOf("connectivity"),
      monitoring: countOf("monitoring"),
      other: countOf("other"),
    },
    byHost: [...counts]
      .map(([host, count]) => ({ host, count }))
      .toSorted((one, other) => other.count - one.count || one.host.localeCompare(other.host))
      .slice(0, listedHosts),
    newLastHour: alerts?.filter(({ state }) => state !== undefined && !isFine(state)).length,
    resolvedLastHour: alerts?.filter(({ state }) => state !== undefined && isFine(state)).length,
  };
}

function isFine(state: string): boolean {
  return state === "OK" || state === "UP";
}

/**
 * How a host stands: the share of its services that are OK among those that were checked, a WARNING counting half; 0 where it is down or
 * unreachable.
 */
export function hostStatus(host: HostRow, problems: readonly Problem[]): HostStatus {
  const { ok, warning, critical, unknown, pending } = host.services;
  const isAway = host.state === "DOWN" || host.state === "UNREACHABLE";
  const health = isAway ? 0 : healthPercent(ok + warning / 2, ok + warning + critical + unknown);
  const own = problems.filter((problem) => problem.host === host.name && problem.site === host.site);
  return {
    site: host.site,
    name: host.name,
    state: host.state,
    services: { ...host.services, total: ok + warning + critical + unknown + pending },
    healthPercent: health,
    grade: gradeOf(health),
    urgentProblems: own.filter(({ urgency }) => urgency >= urgentFrom).length,
    acknowledgedProblems: own.filter(({ isAcknowledged }) => isAcknowledged).length,
  };
}

function worst(hosts: readonly HostRow[], problems: readonly Problem[]): readonly HostStatus[] {
  return hosts
    .map((host) => hostStatus(host, problems))
    .filter(({ healthPercent: health }) => health < 100)
    .toSorted(
      (one, other) =>
        one.healthPercent - other.healthPercent ||
        other.services.critical - one.services.critical ||
        one.name.localeCompare(other.name),
    )
    .slice(0, listedHosts);
}

function alertsOf(summary: ProblemSummary, { hosts, failures }: Statistics): readonly string[] {
  return [
    ...failures.map(
      ({ site, reason }) => `Site ${site} does not answer, so that its hosts are missing here: ${reason}`,
    ),
    ...(hosts.down > 0 ? [`${hosts.down} ${hosts.down === 1 ? "host is" : "hosts are"} down.`] : []),
    ...(summary.critical > 10 ? [`${summary.critical} problems are critical, more than 10.`] : []),
    ...(summary.urgent > 20 ? [`${summary.urgent} problems are urgent, more than 20.`] : []),
  ];
}

function recommendationsOf(summary: ProblemSummary, { hosts }: Statistics): readonly string[] {
  const { byCategory, byHost, unhandled } = summary;
  const [first] = byHost;
  return [
    ...(unhandled > 5
      ? [`Take care of ${unhandled} problems that nobody has acknowledged: acknowledge them, or plan a downtime.`]
      : []),
    ...(byCategory.disk > 3
      ? [`${byCategory.disk} problems are about disks: look for what grows, and whether levels fit.`]
      : []),
    ...(byCategory.performance > 3
      ? [`${byCategory.performance} problems are about CPU and load: look for what they have in common.`]
      : []),
    ...(byCategory.monitoring > 3
      ? [`${byCategory.monitoring} problems are of the monitoring itself: agents that do not answer hide others.`]
      : []),
    ...(first !== undefined && first.count > 5
      ? [`${first.host} alone has ${first.count} problems: analyze_host_health says what stands behind them.`]
      : []),
    ...(hosts.pending > 0 ? [`${hosts.pending} hosts were never checked.`] : []),
  ];
}
