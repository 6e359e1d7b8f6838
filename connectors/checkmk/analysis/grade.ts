/** Grades by the least health in percent that they need; below all of them it is F. */
const steps = [
  [98, "A+"],
  [95, "A"],
  [90, "A-"],
  [85, "B+"],
  [80, "B"],
  [75, "B-"],
  [70, "C+"],
  [65, "C"],
  [60, "C-"],
  [55, "D+"],
  [50, "D"],
  [45, "D-"],
] as const;

/** How good a health is, A+ to F. */
export type Grade = (typeof steps)[number][1] | "F";

/** The grade of a health, 0 to 100 percent. */
export function gradeOf(percent: number): Grade {
  return steps.find(([least]) => percent >= least)?.[1] ?? "F";
}

/** Percent of what is fine, to a tenth; 100 where there is nothing. Never 100 while something is not fine. */
export function healthPercent(fine: number, all: number): number {
  if (all === 0) return 100;
  return Math.floor((fine / all) * 1000) / 10;
}
