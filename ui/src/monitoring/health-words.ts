import type { DashboardAnswer } from "./answers.ts";

/** Whether there is nothing to show: a site that does not answer may have what is not counted. */
export function isBare({ total_hosts: hosts, failures }: Pick<DashboardAnswer, "total_hosts" | "failures">): boolean {
  return hosts === 0 && failures.length === 0;
}

/** What is to be said where no urgent problem is listed that nobody takes care of. The list may be cut. */
export function noneOpenText({
  urgent_problems: { length: listed },
  problem_summary: { urgent },
}: {
  readonly urgent_problems: readonly unknown[];
  readonly problem_summary: Pick<DashboardAnswer["problem_summary"], "urgent">;
}): string {
  if (urgent === 0) return "No problem is urgent.";
  if (urgent <= listed) return "Somebody takes care of each urgent problem.";
  return `Somebody takes care of the first ${listed} of ${urgent} urgent problems.`;
}
