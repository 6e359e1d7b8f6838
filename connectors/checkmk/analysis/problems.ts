import type { Checked, HostRow, HostState, ServiceRow, ServiceState } from "../monitoring.ts";
import { type Category, categoryOf } from "./category.ts";
import { type Impact, impactOf, urgencyOf } from "./urgency.ts";

/** A host or service that is not as it should be. */
export interface Problem {
  readonly site: string;
  readonly host: string;
  /** Undefined where the host itself is the problem. */
  readonly service: string | undefined;
  readonly state: HostState | ServiceState;
  readonly category: Category;
  readonly output: string;
  /** In ms since 1970; undefined where it was always so. */
  readonly since: number | undefined;
  /** How long it has lasted, in ms. */
  readonly durationMs: number;
  /** Soft while further checks are to confirm it. */
  readonly isSoft: boolean;
  readonly isAcknowledged: boolean;
  readonly isInDowntime: boolean;
  /** 10 to 100; see `urgencyOf`. */
  readonly urgency: number;
  readonly impact: Impact;
}

/** States of services that are problems. */
export const serviceProblemStates = ["WARNING", "CRITICAL", "UNKNOWN"] as const satisfies readonly ServiceState[];

/** States of hosts that are problems. */
export const hostProblemStates = ["DOWN", "UNREACHABLE"] as const satisfies readonly HostState[];

/** A state that is a problem. */
export type ProblemState = (typeof serviceProblemStates)[number] | (typeof hostProblemStates)[number];

/** A service that is a problem, as one. `now` in ms since 1970. */
export function serviceProblem(row: ServiceRow, now: number): Problem {
  return problemOf(
    row,
    { host: row.host, service: row.description, state: row.state, category: categoryOf(row.description) },
    now,
  );
}

/** A host that is a problem, as one. */
export function hostProblem(row: HostRow, now: number): Problem {
  return problemOf(row, { host: row.name, service: undefined, state: row.state, category: "connectivity" }, now);
}

function problemOf(
  row: Checked,
  about: Pick<Problem, "host" | "service" | "state" | "category">,
  now: number,
): Problem {
  const since = row.lastStateChangeAt;
  const durationMs = since === undefined ? 0 : Math.max(0, now - since);
  const urgency = urgencyOf({ ...about, durationMs, isAcknowledged: row.isAcknowledged });
  return {
    ...about,
    site: row.site,
    output: row.output,
    since,
    durationMs,
    isSoft: row.stateType === "soft",
    isAcknowledged: row.isAcknowledged,
    isInDowntime: row.isInDowntime,
    urgency,
    impact: impactOf(urgency),
  };
}

/** The most urgent first; of equal ones the one that has lasted longer, then by name, so that the order is always the same. */
export function byUrgency(problems: readonly Problem[]): readonly Problem[] {
  return problems.toSorted(
    (one, other) =>
      other.urgency - one.urgency ||
      other.durationMs - one.durationMs ||
      one.host.localeCompare(other.host) ||
      (one.service ?? "").localeCompare(other.service ?? ""),
  );
}

/** Whether nobody has taken care of it yet: neither acknowledged nor in a downtime. */
export function isUnhandled({ isAcknowledged, isInDowntime }: Problem): boolean {
  return !isAcknowledged && !isInDowntime;
}
