import { Button, Group, Stack, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import type { ReactNode } from "react";
import type { ShownSchedule } from "../answers.ts";
import { act, read } from "../api.ts";
import { momentText, plural } from "../text.ts";
import { ConfirmButton } from "./confirm.tsx";
import { GoTo } from "./go-to.tsx";
import { JsonView } from "./json-view.tsx";
import { Empty, Loaded } from "./loaded.tsx";
import { Panel } from "./page.tsx";
import { StateBadge } from "./state-badge.tsx";
import { tell } from "./told.ts";

/** What makes jobs at times: when next, what came of the last, and what can be done. */
export function Schedules({ isAll }: { readonly isAll: boolean }): ReactNode {
  const schedules = useQuery({
    queryKey: ["schedules", isAll],
    queryFn: async ({ signal }) =>
      (
        await read<{ readonly schedules: readonly ShownSchedule[] }>(
          `/api/schedules${isAll ? "?all=true" : ""}`,
          signal,
        )
      ).schedules,
  });
  return (
    <Panel title="Schedules">
      <Loaded query={schedules}>
        {(all) =>
          all.length === 0 ? (
            <Empty title="There is no schedule">
              `switchyard schedules create FILE --cron &quot;0 3 * * *&quot;` makes one: a job at these times. So does
              &ldquo;Submit a job&rdquo;.
            </Empty>
          ) : (
            <Stack gap="md">
              {all.map((schedule) => (
                <Row key={schedule.scheduleId} schedule={schedule} />
              ))}
            </Stack>
          )
        }
      </Loaded>
    </Panel>
  );
}

function Row({ schedule }: { readonly schedule: ShownSchedule }): ReactNode {
  const { scheduleId = "", name, status, cron, rrule, zone, operations = 0, each, nextAt, last, problem } = schedule;
  const what = each === undefined ? plural(operations, "operation") : `each row of ${each.tool}`;
  return (
    <Group justify="space-between" align="flex-start" gap="sm">
      <div style={{ minWidth: 0, flex: "1 1 280px" }}>
        <Group gap="xs">
          <Text size="sm" fw={600} style={{ overflowWrap: "anywhere" }}>
            {name ?? what}
          </Text>
          <StateBadge state={status} />
        </Group>
        <Text size="xs" c="dimmed" className="mono" style={{ overflowWrap: "anywhere" }}>
          {`${cron ?? rrule ?? ""} · ${zone}`}
        </Text>
        {each === undefined ? (
          <Text size="xs" c="dimmed">
            {what}
          </Text>
        ) : (
          <Stack component="details" gap={4}>
            <Text component="summary" size="xs" c="dimmed" style={{ cursor: "pointer", overflowWrap: "anywhere" }}>
              {what}
            </Text>
            <JsonView
              value={{ each: { ...each, template: undefined }, template: each.template }}
              label="What it does"
            />
          </Stack>
        )}
        <Text size="sm">{nextAt === undefined ? "No further time" : `Next ${momentText(nextAt.at)}`}</Text>
        {last !== undefined && (
          <GoTo to="/jobs/$id" params={{ id: last.jobId }} size="sm">
            {`Last ${momentText(last.dueAt)}`}
          </GoTo>
        )}
        {problem !== undefined && (
          <Text size="xs" style={{ color: "var(--status-down)" }}>
            {problem.message}
          </Text>
        )}
      </div>
      <Doing id={scheduleId} status={status} />
    </Group>
  );
}

function Doing({ id, status }: { readonly id: string; readonly status: ShownSchedule["status"] }): ReactNode {
  const path = `/api/schedules/${encodeURIComponent(id)}`;
  const does = (action: string, done: string): void => {
    void tell(() => act(`${path}/${action}`), done, ["schedules", "jobs"]);
  };
  const isPaused = status === "paused";
  return (
    <Group gap={6}>
      <Button
        size="xs"
        variant="default"
        onClick={() => {
          does("run", "Its job is made");
        }}
      >
        Run now
      </Button>
      {(isPaused || status === "active") && (
        <Button
          size="xs"
          variant="default"
          onClick={() => {
            if (isPaused) does("resume", "It goes on");
            else does("pause", "No job is made until it goes on");
          }}
        >
          {isPaused ? "Resume" : "Pause"}
        </Button>
      )}
      <ConfirmButton
        label="Forget"
        question="Forget this schedule?"
        says="No further job is made. Those that were made stay what they are."
        run={() => void tell(() => act(path, {}, "DELETE"), "It is forgotten", ["schedules"])}
      />
    </Group>
  );
}
