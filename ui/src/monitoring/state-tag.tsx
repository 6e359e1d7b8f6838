import type { ReactNode } from "react";
import { Tag } from "../parts/state-badge.tsx";

const colors = {
  UP: "teal",
  OK: "teal",
  WARNING: "orange",
  UNREACHABLE: "orange",
  UNKNOWN: "blue",
  CRITICAL: "red",
  DOWN: "red",
} as const;

/** The state of a host or service, in a word and a color. */
export function StateTag({ state }: { readonly state: string }): ReactNode {
  const color = Object.entries(colors).find(([name]) => name === state)?.[1] ?? "gray";
  return <Tag color={color}>{state.charAt(0) + state.slice(1).toLowerCase()}</Tag>;
}

/** The color of a grade. */
export function colorOfGrade(grade: string): "teal" | "blue" | "orange" | "red" {
  if (grade.startsWith("A")) return "teal";
  if (grade.startsWith("B")) return "blue";
  return grade.startsWith("C") ? "orange" : "red";
}
