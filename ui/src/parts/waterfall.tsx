import { Group, Stack, Text } from "@mantine/core";
import type { ReactNode } from "react";
import { durationText, wordsOf } from "../text.ts";

/** One stage: when a call came to it and when to the next, in ms since the first. */
export interface StageTime {
  readonly name: string;
  readonly fromMs: number;
  readonly toMs: number;
}

/** The stages of a call from the record's text, `observe 0 deadline 12`: each with the µs since the first; the last lasts to the end. */
export function stagesIn(text: string, durationMs: number): readonly StageTime[] {
  const words = text.split(" ");
  const names = words.filter((_, index) => index % 2 === 0);
  const starts = words.filter((_, index) => index % 2 === 1).map((word) => Number(word) / 1000);
  return names.map((name, index) => {
    const fromMs = starts[index] ?? 0;
    return { name, fromMs, toMs: Math.max(fromMs, starts[index + 1] ?? durationMs) };
  });
}

/** Where the time of a call went. */
export function Waterfall({
  stages,
  totalMs,
}: {
  readonly stages: readonly StageTime[];
  readonly totalMs: number;
}): ReactNode {
  const whole = Math.max(totalMs, 0.001);
  return (
    <Stack gap={4} component="ol" p={0} m={0} style={{ listStyle: "none" }}>
      {stages.map(({ name, fromMs, toMs }, index) => (
        <Group key={`${name} ${index}`} component="li" gap="sm" wrap="nowrap">
          <Text size="sm" w={92} style={{ flexShrink: 0 }}>
            {wordsOf(name)}
          </Text>
          <div aria-hidden="true" style={{ position: "relative", flex: 1, height: 14 }}>
            <div
              style={{
                position: "absolute",
                left: `${(fromMs / whole) * 100}%`,
                width: `max(2px, ${((toMs - fromMs) / whole) * 100}%)`,
                height: "100%",
                borderRadius: 3,
                background: index === stages.length - 1 ? "var(--mantine-color-cyan-7)" : "var(--status-off)",
              }}
            />
          </div>
          <Text size="xs" c="dimmed" className="numbers" w={64} ta="right" style={{ flexShrink: 0 }}>
            {durationText(toMs - fromMs)}
          </Text>
        </Group>
      ))}
    </Stack>
  );
}
