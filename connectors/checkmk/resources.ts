import type { Resource } from "switchyard/connector";
import { healthDashboard, hostStatus } from "./analysis/dashboard.ts";
import type { Meter } from "./analysis/measured.ts";
import { type Observatory, mostProblems, observeEstate, readProblems } from "./analysis/observe.ts";
import { nearness, perfValues } from "./analysis/perf-data.ts";
import { byUrgency } from "./analysis/problems.ts";
import type { ServiceRow } from "./monitoring.ts";
import { shownDashboard } from "./tools/health.ts";
import { shownFailures, shownHostStatus, shownProblem } from "./tools/problem-shape.ts";
import { type ChangeCounter, serverMetrics } from "./tools/server-metrics.ts";

/** What resources are made with. */
export interface ResourceSources extends Observatory {
  readonly meter: Meter;
  readonly changes: ChangeCounter;
}

const mimeType = "application/json";
const mostHosts = 1000;

/** What can be read as a document: each is as it is at that moment. */
export function resourcesOf(sources: ResourceSources): readonly Resource[] {
  return [...estateDocuments(sources), ...serverDocuments(sources)];
}

function documentOf(
  path: string,
  about: Pick<Resource, "name" | "title" | "description">,
  read: (signal: AbortSignal) => unknown,
): Resource {
  return {
    ...about,
    uri: `checkmk://${path}`,
    mimeType,
    read: async (_uri, signal) => ({ text: JSON.stringify(await read(signal)) }),
  };
}

function estateDocuments(sources: ResourceSources): readonly Resource[] {
  return [
    documentOf(
      "dashboard/health",
      { name: "health", title: "Health dashboard", description: "As get_health_dashboard answers it." },
      async (signal) => shownDashboard(healthDashboard(await observeEstate(sources, signal))),
    ),
    documentOf(
      "dashboard/problems",
      { name: "problems", title: "All problems", description: "Hosts and services, the most urgent first." },
      (signal) => problemsDocument(sources, signal, () => true),
    ),
    documentOf(
      "services/problems",
      { name: "service-problems", title: "Problems of services", description: "The most urgent first." },
      (signal) => problemsDocument(sources, signal, ({ service }) => service !== undefined),
    ),
    documentOf(
      "hosts/status",
      {
        name: "host-status",
        title: "Hosts",
        description: `State and health of hosts, the first ${mostHosts}; checkmk://stream/hosts has all.`,
      },
      (signal) => hostsDocument(sources, signal),
    ),
    documentOf(
      "metrics/performance",
      {
        name: "performance",
        title: "What is nearest to its limits",
        description: "Measured values of CPU, memory and disks that are nearest to their critical levels.",
      },
      (signal) => nearestToLimits(sources, signal),
    ),
  ];
}

function serverDocuments(sources: ResourceSources): readonly Resource[] {
  return [
    documentOf(
      "metrics/server",
      {
        name: "server-metrics",
        title: "What asking the sites costs",
        description: "As get_server_metrics answers it.",
      },
      (signal) => serverMetrics(sources, signal),
    ),
    documentOf(
      "cache/stats",
      {
        name: "cache-stats",
        title: "What makes kept answers go",
        description:
          "How often the connector told the gateway that something changed. The gateway keeps the answers; its own statistics of them are at /api/cache.",
      },
      () => sources.changes.told,
    ),
  ];
}

async function hostsDocument({ monitoring }: Observatory, signal: AbortSignal): Promise<unknown> {
  const { rows, total, failures } = await monitoring.hosts({}, { limit: mostHosts }, signal);
  return {
    total,
    hosts: rows.map((row) => shownHostStatus(hostStatus(row, []))),
    failures: shownFailures(failures),
  };
}

async function problemsDocument(
  sources: Observatory,
  signal: AbortSignal,
  fits: (problem: Parameters<typeof shownProblem>[0]) => boolean,
): Promise<unknown> {
  const { problems, total, failures } = await readProblems(sources, {}, signal);
  return {
    total,
    read_at_most: mostProblems,
    problems: byUrgency(problems.filter(fits)).map(shownProblem),
    failures: shownFailures(failures),
  };
}

/** Words of the services whose figures are looked at, and how many of each. */
const looked = ["cpu", "memory", "filesystem", "disk"] as const;
const mostLooked = 1000;
const listedValues = 50;

async function nearestToLimits({ monitoring }: Observatory, signal: AbortSignal): Promise<unknown> {
  const readings = await Promise.all(
    looked.map((search) => monitoring.services({ search }, { limit: mostLooked }, signal)),
  );
  const rows = new Map(
    readings.flatMap((reading) =>
      reading.rows.map((row) => [`${row.site}/${row.host}/${row.description}`, row] as const),
    ),
  );
  const values = [...rows.values()].flatMap(valuesOf);
  return {
    looked_at: rows.size,
    values: values.toSorted((one, other) => other.share_of_critical - one.share_of_critical).slice(0, listedValues),
  };
}

function valuesOf(row: ServiceRow) {
  return perfValues(row.perfData).flatMap((value) => {
    const share = nearness(value);
    if (share === undefined) return [];
    return [
      {
        host_name: row.host,
        service_name: row.description,
        state: row.state,
        metric: value.name,
        value: value.value,
        unit: value.unit,
        critical: value.critical,
        share_of_critical: Math.round(share * 1000) / 1000,
      },
    ];
  });
}
