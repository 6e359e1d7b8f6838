import { Paper, Text } from "@mantine/core";
import type { ReactNode } from "react";

/** One number that says how it goes, and what it is. */
export function Figure(given: {
  readonly label: string;
  readonly value: string;
  readonly note?: string;
  readonly color?: string;
}): ReactNode {
  const { label, value, note, color } = given;
  return (
    <Paper withBorder p="md" className="panel">
      <Text size="sm" c="dimmed">
        {label}
      </Text>
      <Text
        className="numbers"
        fz="clamp(1.2rem, 5vw, 1.6rem)"
        fw={650}
        lh={1.3}
        {...(color !== undefined && { style: { color } })}
      >
        {value}
      </Text>
      <Text size="xs" c="dimmed" mih="1.2em">
        {note}
      </Text>
    </Paper>
  );
}
