import { Group, Text } from "@mantine/core";
import type { LiveMessage } from "switchyard/live";
import type { ReactNode } from "react";
import { timeText, wordsOf } from "../text.ts";
import { StateBadge } from "./state-badge.tsx";

/** A message in one line: when, about what, and what. */
export function EventLine({ message }: { readonly message: LiveMessage }): ReactNode {
  const { type, timestamp, data } = message;
  const fields = new Map<string, unknown>(Object.entries(data));
  const about = ["upstream", "job", "call", "by"]
    .map((name) => fields.get(name))
    .find((value) => typeof value === "string");
  const state = ["newStatus", "newState", "outcome", "status"]
    .map((name) => fields.get(name))
    .find((value) => typeof value === "string");
  const words = ["reason", "message", "operation", "change", "tool"]
    .map((name) => fields.get(name))
    .find((value) => typeof value === "string");
  return (
    <Group gap="xs" wrap="nowrap" style={{ minWidth: 0 }}>
      <Text size="xs" c="dimmed" className="numbers" style={{ flexShrink: 0 }}>
        {timeText(timestamp)}
      </Text>
      {state !== undefined && <StateBadge state={state} />}
      <Text size="sm" className="ellipsis" title={[wordsOf(type), about, words].join(" ")}>
        <b>{about ?? wordsOf(type)}</b>{" "}
        {[state === undefined && about !== undefined ? wordsOf(type) : "", words].filter(Boolean).join(" ")}
      </Text>
    </Group>
  );
}
