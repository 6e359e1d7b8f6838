import { Badge } from "@mantine/core";
import type { ReactNode } from "react";
import { wordsOf } from "../text.ts";

const colors: Readonly<Record<string, "teal" | "red" | "orange" | "gray" | "blue">> = {
  ready: "teal",
  ok: "teal",
  published: "teal",
  draft: "blue",
  completed: "teal",
  succeeded: "teal",
  closed: "teal",
  hit: "blue",
  joined: "blue",
  stale: "blue",
  running: "blue",
  starting: "blue",
  queued: "blue",
  half_open: "orange",
  degraded: "orange",
  paused: "orange",
  awaiting_login: "orange",
  quarantined: "orange",
  tool_error: "orange",
  isolated: "orange",
  pending: "orange",
  warning: "orange",
  critical: "red",
  firing: "red",
  active: "teal",
  recovering: "red",
  failed: "red",
  error: "red",
  open: "red",
};

/** The color that goes with a state: the same on every page. */
export function colorOf(state: string): "teal" | "red" | "orange" | "gray" | "blue" {
  return colors[state] ?? "gray";
}

/** The color of a state for a drawing. */
export function strokeOf(state: string): string {
  const color = colorOf(state);
  if (color === "teal") return "var(--status-up)";
  if (color === "red") return "var(--status-down)";
  return color === "gray" ? "var(--status-off)" : "var(--status-warn)";
}

/** How something stands, in a word and a color. */
export function StateBadge({ state }: { readonly state: string }): ReactNode {
  return <Tag color={colorOf(state)}>{wordsOf(state)}</Tag>;
}

/** A word that stands out, in one of the colors that states have. */
export function Tag(given: { readonly color: ReturnType<typeof colorOf>; readonly children: string }): ReactNode {
  return (
    <Badge variant="light" color={given.color} radius="sm" className="tag" data-color={given.color}>
      {given.children}
    </Badge>
  );
}
