import { Alert, Group, Progress, Stack, Text } from "@mantine/core";
import type { ReactNode } from "react";
import { Loaded } from "../parts/loaded.tsx";
import { Panel } from "../parts/page.tsx";
import { Tag } from "../parts/state-badge.tsx";
import type { HealthAnswer } from "./answers.ts";
import { useAnswer } from "./ask.ts";
import { titleOf } from "./figures.ts";
import { type Question, aheadOf } from "./question.ts";

const bandColors = { critical: "red", weak: "orange", fair: "blue", good: "teal" } as const;
const alertColors = { critical: "red", warning: "orange", info: "blue" } as const;

/** How well the company stands and why, and what is beyond a threshold. */
export function HealthPanel({ question }: { readonly question: Question }): ReactNode {
  const answer = useAnswer<HealthAnswer>(question.model, "health_score", aheadOf(question));
  return (
    <Panel title="Health">
      <Loaded query={answer}>
        {({ score, band, parts, alerts }) => (
          <Stack gap="sm">
            <Group gap="sm" align="baseline">
              <Text className="numbers" fz="2rem" fw={650} lh={1}>
                {score}
              </Text>
              <Text size="sm" c="dimmed">
                of 100
              </Text>
              <Tag color={bandColors[band]}>{band}</Tag>
            </Group>
            {parts.map(({ name, points, most, reason }) => (
              <div key={name}>
                <Group justify="space-between" gap="xs">
                  <Text size="sm">{titleOf(name)}</Text>
                  <Text size="xs" c="dimmed" className="numbers">{`${points} of ${most}`}</Text>
                </Group>
                <Progress
                  value={(points / most) * 100}
                  size="sm"
                  aria-label={`${titleOf(name)}: ${points} of ${most}`}
                />
                <Text size="xs" c="dimmed" mt={2}>
                  {reason}
                </Text>
              </div>
            ))}
            {alerts.length === 0 && (
              <Text size="sm" c="dimmed">
                No figure is beyond its threshold.
              </Text>
            )}
            {alerts.map(({ level, metric, message, recommendation }) => (
              <Alert key={metric} color={alertColors[level]} variant="light" title={message} p="sm">
                {recommendation}
              </Alert>
            ))}
          </Stack>
        )}
      </Loaded>
    </Panel>
  );
}
