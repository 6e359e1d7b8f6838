import type { HostState, ServiceState } from "../monitoring.ts";
import type { Category } from "./category.ts";

/** What makes a problem urgent. */
export interface Urgent {
  readonly state: HostState | ServiceState;
  readonly category: Category;
  /** How long it has lasted, in ms. */
  readonly durationMs: number;
  readonly isAcknowledged: boolean;
}

/** From this score on, somebody should look at once. */
export const urgentFrom = 70;

const hourMs = 3_600_000;

/**
 * How urgent a problem is, 10 to 100: CRITICAL or DOWN 50, WARNING or UNREACHABLE 30, else 10; of connectivity 20, of performance or disk 15,
 * else 5; longer than a day 15, than six hours 10; not acknowledged 10.
 */
export function urgencyOf({ state, category, durationMs, isAcknowledged }: Urgent): number {
  const severity = severityPoints[state] ?? 10;
  const about = category === "connectivity" ? 20 : category === "performance" || category === "disk" ? 15 : 5;
  const age = durationMs > 24 * hourMs ? 15 : durationMs > 6 * hourMs ? 10 : 0;
  return Math.min(100, severity + about + age + (isAcknowledged ? 0 : 10));
}

const severityPoints: Partial<Record<HostState | ServiceState, number>> = {
  CRITICAL: 50,
  DOWN: 50,
  WARNING: 30,
  UNREACHABLE: 30,
};

/** What a problem means for those who use what is monitored. */
export type Impact = "high" | "medium" | "low";

/** High from 70, medium from 50. Urgency is all that is known: no interface says what a service is worth. */
export function impactOf(urgency: number): Impact {
  if (urgency >= urgentFrom) return "high";
  return urgency >= 50 ? "medium" : "low";
}
