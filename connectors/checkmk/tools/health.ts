import { type Tool, type ToolAnnotations, tool } from "switchyard/connector";
import { z } from "zod";
import { categories } from "../analysis/category.ts";
import { type Dashboard, healthDashboard } from "../analysis/dashboard.ts";
import { hostHealth } from "../analysis/host-health.ts";
import { type Observatory, observeEstate, observeHost, readProblems } from "../analysis/observe.ts";
import { byUrgency } from "../analysis/problems.ts";
import { anyUse, estateUse, hostUse } from "../uses.ts";
import { hostHealthShape, shownHostHealth, hostHealthText } from "./host-health-shape.ts";
import {
  failuresShape,
  hostStatusShape,
  problemLine,
  problemShape,
  shownFailures,
  shownHostStatus,
  shownProblem,
} from "./problem-shape.ts";
import { someOf } from "./some-of.ts";

/**
 * The tools that say how an estate stands. Where changes are watched their answers may be kept; see `uses.ts` for what drops one.
 */
export function healthTools(observatory: Observatory, isWatched: boolean): readonly Tool[] {
  const annotations = { readOnlyHint: true, openWorldHint: !isWatched };
  return [healthDashboardTool, criticalProblemsTool, hostHealthTool].map((make) => make(observatory, annotations));
}

const stateCounts = z.record(z.string(), z.int());

const dashboardOutput = z.object({
  overall_health_percentage: z.number().describe("Mean of the share of hosts that are up and of services that are OK."),
  overall_health_grade: z.string().describe("A+ to F."),
  total_hosts: z.int(),
  total_services: z.int(),
  host_states: stateCounts,
  service_states: stateCounts,
  problem_summary: z.object({
    total: z.int(),
    critical: z.int(),
    warning: z.int(),
    unknown: z.int(),
    unacknowledged: z.int().describe("Neither acknowledged nor in a downtime."),
    urgent: z.int(),
    by_category: z.record(z.enum(categories), z.int()),
    by_host: z.array(z.object({ host: z.string(), count: z.int() })),
    new_last_hour: z.int().nullable().describe("null where the site has no log of it."),
    resolved_last_hour: z.int().nullable(),
  }),
  critical_problems: z.array(problemShape),
  urgent_problems: z.array(problemShape).describe("Those that nobody takes care of first."),
  worst_performing_hosts: z.array(hostStatusShape),
  alerts: z.array(z.string()),
  recommendations: z.array(z.string()),
  not_known: z.array(z.string()).describe("What could not be found out, and why."),
  failures: failuresShape.describe("Sites that do not answer."),
});

/** What `get_health_dashboard` answers. */
export type DashboardAnswer = z.output<typeof dashboardOutput>;

function healthDashboardTool(observatory: Observatory, annotations: ToolAnnotations): Tool {
  return tool({
    name: "get_health_dashboard",
    title: "Health dashboard",
    description:
      "How the whole estate stands now: health and grade, hosts and services by state, problems by category and urgency, the worst hosts, and what to do. Begin here.",
    annotations,
    input: z.object({}),
    output: dashboardOutput,
    run: async (_args, { signal }) => {
      const dashboard = healthDashboard(await observeEstate(observatory, signal));
      return { structured: shownDashboard(dashboard), content: dashboardText(dashboard), uses: [anyUse, estateUse] };
    },
  });
}

/** A dashboard, as tools and resources tell it. */
export function shownDashboard(dashboard: Dashboard): DashboardAnswer {
  const { hosts, services, problems } = dashboard;
  return {
    overall_health_percentage: dashboard.healthPercent,
    overall_health_grade: dashboard.grade,
    total_hosts: hosts.total,
    total_services: services.total,
    host_states: { up: hosts.up, down: hosts.down, unreachable: hosts.unreachable, pending: hosts.pending },
    service_states: {
      ok: services.ok,
      warning: services.warning,
      critical: services.critical,
      unknown: services.unknown,
      pending: services.pending,
    },
    problem_summary: {
      total: problems.total,
      critical: problems.critical,
      warning: problems.warning,
      unknown: problems.unknown,
      unacknowledged: problems.unhandled,
      urgent: problems.urgent,
      by_category: { ...problems.byCategory },
      by_host: problems.byHost.map((one) => ({ ...one })),
      new_last_hour: problems.newLastHour ?? null,
      resolved_last_hour: problems.resolvedLastHour ?? null,
    },
    critical_problems: dashboard.critical.map(shownProblem),
    urgent_problems: dashboard.urgent.map(shownProblem),
    worst_performing_hosts: dashboard.worstHosts.map(shownHostStatus),
    alerts: [...dashboard.alerts],
    recommendations: [...dashboard.recommendations],
    not_known: [...dashboard.unknown],
    failures: shownFailures(dashboard.failures),
  };
}

/** The same for models that read only texts. */
export function dashboardText(dashboard: Dashboard): string {
  const { hosts, services, problems } = dashboard;
  return [
    `Health ${dashboard.healthPercent} % (${dashboard.grade}): ${hosts.up} of ${hosts.total} hosts up, ${services.ok} of ${services.total} services OK.`,
    `${problems.total} problems, ${problems.unhandled} of them not taken care of: ${problems.critical} critical, ${problems.warning} warning, ${problems.unknown} unknown.`,
    ...dashboard.alerts,
    ...dashboard.critical.map(problemLine),
    ...dashboard.recommendations,
    ...dashboard.unknown,
  ].join("\n");
}

const severities = ["CRITICAL", "DOWN", "UNREACHABLE", "WARNING", "UNKNOWN"] as const;

const problemsOutput = z.object({
  total: z.int().describe("How many fit, of those that were read."),
  problems: z.array(problemShape),
  not_read: z
    .int()
    .describe("Problems of these states beyond those that are read at once: 5,000 of hosts and of services each."),
  failures: failuresShape,
});

/** What `get_critical_problems` answers. */
export type ProblemsAnswer = z.output<typeof problemsOutput>;

function criticalProblemsTool(observatory: Observatory, annotations: ToolAnnotations): Tool {
  return tool({
    name: "get_critical_problems",
    title: "Problems",
    description:
      "Hosts and services that are not as they should be, the most urgent first. Without filters: what is critical or down and nobody has acknowledged.",
    annotations,
    input: z.object({
      severity_filter: someOf(severities).default(["CRITICAL", "DOWN", "UNREACHABLE"]),
      category_filter: z.array(z.enum(categories)).min(1).optional().describe("Default: every category."),
      include_acknowledged: z.boolean().default(false),
      include_in_downtime: z.boolean().default(true),
      limit: z.int().min(1).max(500).default(50),
      offset: z.int().min(0).default(0),
    }),
    output: problemsOutput,
    run: async (args, { signal }) => {
      const { severity_filter: states, category_filter: wanted, limit, offset } = args;
      const filter = {
        states,
        ...(!args.include_acknowledged && { isAcknowledged: false }),
        ...(!args.include_in_downtime && { isInDowntime: false }),
      };
      const { problems, total, failures } = await readProblems(observatory, filter, signal);
      const found = byUrgency(problems.filter(({ category }) => wanted === undefined || wanted.includes(category)));
      const listed = found.slice(offset, offset + limit);
      const rest = found.length - offset - listed.length;
      return {
        structured: {
          total: found.length,
          problems: listed.map(shownProblem),
          not_read: Math.max(0, total - problems.length),
          failures: shownFailures(failures),
        },
        content: [
          found.length === 0 ? "No problem fits." : `${found.length} problems fit.`,
          ...listed.map(problemLine),
          ...(rest > 0 ? [`${rest} more: ask again with offset ${offset + limit}.`] : []),
          ...failures.map(({ site, reason }) => `Site ${site} does not answer: ${reason}`),
        ].join("\n"),
        uses: [anyUse, estateUse],
      };
    },
  });
}

function hostHealthTool(observatory: Observatory, annotations: ToolAnnotations): Tool {
  return tool({
    name: "analyze_host_health",
    title: "Health of a host",
    description:
      "How one host stands: grade, problems by urgency, what to do, how it compares to hosts of its folder or group, and whether it becomes worse.",
    annotations,
    input: z.object({
      host_name: z.string().min(1),
      include_grade: z.boolean().default(true),
      include_recommendations: z.boolean().default(true),
      compare_to_peers: z.boolean().default(true),
      trend_hours: z
        .int()
        .min(0)
        .max(24 * 31)
        .default(24)
        .describe("How far to look back for the trend; 0 for none."),
    }),
    output: hostHealthShape,
    run: async (args, { signal }) => {
      const question = { host: args.host_name, withPeers: args.compare_to_peers, trendHours: args.trend_hours };
      const health = hostHealth(await observeHost(observatory, question, signal));
      const structured = shownHostHealth(health);
      const { health_grade: _grade, ...ungraded } = structured;
      return {
        structured: {
          ...(args.include_grade ? structured : ungraded),
          recommendations: args.include_recommendations ? structured.recommendations : [],
        },
        content: hostHealthText(health, args),
        uses: args.compare_to_peers ? [anyUse, estateUse] : [anyUse, hostUse(args.host_name)],
      };
    },
  });
}
