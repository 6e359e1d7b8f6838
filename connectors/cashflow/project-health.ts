import { CashflowError } from "./cashflow-error.ts";
import { parseDay } from "./calendar.ts";
import type { Entity } from "./entities.ts";
import { dayOf, periodOf } from "./engine/period.ts";

/** How a project stands, 0 to 100. */
export interface ProjectHealth {
  readonly entity: string;
  readonly score: number;
  /** Share of the period that is over, and so of the budget that is spent. */
  readonly committed: number;
  /** Share of the milestones that are due and were reached in time; 1 where none is due. */
  readonly onTime: number;
  /** As the project says; else the share of milestones reached. */
  readonly completion: number;
}

/**
 * 30 × (1 − committed) + 30 × on time + 40 × completion, on a day `YYYY-MM-DD`.
 *
 * @throws {CashflowError} `invalid_argument` where the day is none.
 */
export function projectHealth(project: Entity<"project">, on: string): ProjectHealth {
  const today = parseDay(on);
  if (today === undefined) throw new CashflowError("invalid_argument", `"${on}" is no day; write it as 2026-01-31.`);
  const { start, end } = periodOf(project);
  const length = end === undefined ? undefined : end - start + 1;
  const committed = length === undefined ? 0 : Math.min(1, Math.max(0, (today - start + 1) / length));
  const milestones = project.data.milestones ?? [];
  const due = milestones.filter(({ date }) => date !== undefined && dayOf(date) <= today);
  const inTime = due.filter(
    ({ date, completed_date: reached }) => date !== undefined && reached !== undefined && reached <= date,
  );
  const reached = milestones.filter(({ completed_date: day }) => day !== undefined && dayOf(day) <= today);
  const onTime = due.length === 0 ? 1 : inTime.length / due.length;
  const byMilestones = milestones.length === 0 ? 0 : reached.length / milestones.length;
  const completion = project.data.completion ?? (project.data.status === "completed" ? 1 : byMilestones);
  return {
    entity: project.id,
    score: 30 * (1 - committed) + 30 * onTime + 40 * completion,
    committed,
    onTime,
    completion,
  };
}
