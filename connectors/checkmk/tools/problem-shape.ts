import { z } from "zod";
import { categories } from "../analysis/category.ts";
import type { HostStatus } from "../analysis/dashboard.ts";
import type { Problem } from "../analysis/problems.ts";
import type { SiteFailure } from "../monitoring.ts";

const moment = z.string().nullable().describe("ISO 8601; null where it was always so.");

/** A problem, as tools tell it. */
export const problemShape = z.object({
  site: z.string(),
  host_name: z.string(),
  service_name: z.string().nullable().describe("null where the host itself is the problem."),
  state: z.string(),
  state_type: z.enum(["soft", "hard"]),
  category: z.enum(categories),
  plugin_output: z.string(),
  since: moment,
  duration_seconds: z.int(),
  acknowledged: z.boolean(),
  in_downtime: z.boolean(),
  urgency_score: z.int().describe("10 to 100."),
  business_impact: z.enum(["high", "medium", "low"]),
});

/** A problem, as tools tell it. */
export type ShownProblem = z.output<typeof problemShape>;

export function shownProblem(problem: Problem): ShownProblem {
  return {
    site: problem.site,
    host_name: problem.host,
    service_name: problem.service ?? null,
    state: problem.state,
    state_type: problem.isSoft ? "soft" : "hard",
    category: problem.category,
    plugin_output: problem.output,
    since: isoTime(problem.since),
    duration_seconds: Math.round(problem.durationMs / 1000),
    acknowledged: problem.isAcknowledged,
    in_downtime: problem.isInDowntime,
    urgency_score: problem.urgency,
    business_impact: problem.impact,
  };
}

/** A moment as ISO 8601 has it. */
export function isoTime(at: number | undefined): string | null {
  if (at === undefined) return null;
  const known = written.get(at);
  if (known !== undefined) return known;
  if (written.size >= maxWritten) written.clear();
  const text = new Date(at).toISOString();
  written.set(at, text);
  return text;
}

/** Moments as they were written: of a hundred thousand services, most were checked within the same few minutes, which are so many seconds. */
const written = new Map<number, string>();
const maxWritten = 4096;

/** How a host stands, as tools tell it. */
export const hostStatusShape = z.object({
  site: z.string(),
  name: z.string(),
  state: z.string(),
  total_services: z.int(),
  ok_services: z.int(),
  warning_services: z.int(),
  critical_services: z.int(),
  unknown_services: z.int(),
  pending_services: z.int(),
  health_percentage: z.number(),
  health_grade: z.string(),
  urgent_problems: z.int(),
  acknowledged_problems: z.int(),
});

/** How a host stands, as tools tell it. */
export type ShownHostStatus = z.output<typeof hostStatusShape>;

export function shownHostStatus(status: HostStatus): ShownHostStatus {
  const { services } = status;
  return {
    site: status.site,
    name: status.name,
    state: status.state,
    total_services: services.total,
    ok_services: services.ok,
    warning_services: services.warning,
    critical_services: services.critical,
    unknown_services: services.unknown,
    pending_services: services.pending,
    health_percentage: status.healthPercent,
    health_grade: status.grade,
    urgent_problems: status.urgentProblems,
    acknowledged_problems: status.acknowledgedProblems,
  };
}

/** Sites that did not answer: what is told lacks what is there. */
export const failuresShape = z.array(z.object({ site: z.string(), reason: z.string() }));

export function shownFailures(failures: readonly SiteFailure[]): z.output<typeof failuresShape> {
  return failures.map(({ site, reason }) => ({ site, reason }));
}

/** One line for a model: `CRITICAL web01 "Filesystem /" for 2 h, urgency 80: 97 % used`. */
export function problemLine(problem: Problem): string {
  const { state, host, service, durationMs, urgency, output, isAcknowledged, isInDowntime, isSoft } = problem;
  const about = service === undefined ? host : `${host} "${service}"`;
  const marks = [isSoft && "soft", isAcknowledged && "acknowledged", isInDowntime && "in downtime"].filter(Boolean);
  return `${state} ${about} for ${durationText(durationMs)}, urgency ${urgency}${marks.length === 0 ? "" : ` (${marks.join(", ")})`}: ${output}`;
}

/** `45 s`, `12 min`, `3.5 h`, `4 d`. */
export function durationText(ms: number): string {
  const minutes = ms / 60_000;
  if (minutes < 1) return `${Math.round(ms / 1000)} s`;
  if (minutes < 90) return `${Math.round(minutes)} min`;
  const hours = minutes / 60;
  return hours < 48 ? `${Math.round(hours * 10) / 10} h` : `${Math.round(hours / 24)} d`;
}
