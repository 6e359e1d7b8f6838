import { Alert, Grid, Group, Progress, SimpleGrid, Stack, Table, Text, UnstyledButton } from "@mantine/core";
import type { ReactNode } from "react";
import { Figure } from "../parts/figure.tsx";
import { Empty } from "../parts/loaded.tsx";
import { Panel } from "../parts/page.tsx";
import { Tag } from "../parts/state-badge.tsx";
import { countText, plural } from "../text.ts";
import type { DashboardAnswer } from "./answers.ts";
import { isBare, noneOpenText } from "./health-words.ts";
import { ProblemList } from "./problem-list.tsx";
import { StateTag, colorOfGrade } from "./state-tag.tsx";

/** How the whole estate stands. */
export function HealthView(given: {
  readonly site: string;
  readonly dashboard: DashboardAnswer;
  readonly open: (host: string) => void;
}): ReactNode {
  const { site, dashboard, open } = given;
  if (isBare(dashboard))
    return (
      <Panel>
        <Empty title="Nothing is monitored yet">
          Make a host with create_host, find its services with discover_services, and activate with activate_changes.
        </Empty>
      </Panel>
    );
  const urgent = dashboard.urgent_problems.filter((problem) => !problem.acknowledged && !problem.in_downtime);
  return (
    <>
      <Numbers dashboard={dashboard} />
      <Advice dashboard={dashboard} />
      <Grid>
        <Grid.Col span={{ base: 12, md: 7 }}>
          <Panel title="Most urgent">
            {urgent.length === 0 ? (
              <Text size="sm" c="dimmed">
                {noneOpenText(dashboard)}
              </Text>
            ) : (
              <ProblemList site={site} problems={urgent.slice(0, 8)} open={open} />
            )}
          </Panel>
        </Grid.Col>
        <Grid.Col span={{ base: 12, md: 5 }}>
          <Stack gap="lg">
            <WorstHosts hosts={dashboard.worst_performing_hosts} open={open} />
            <Categories counts={dashboard.problem_summary.by_category} />
          </Stack>
        </Grid.Col>
      </Grid>
    </>
  );
}

function Numbers({ dashboard }: { readonly dashboard: DashboardAnswer }): ReactNode {
  const { problem_summary: problems, host_states: hosts, service_states: services } = dashboard;
  const { new_last_hour: fresh, resolved_last_hour: solved } = problems;
  const hour = fresh === null || solved === null ? "" : `last hour ${fresh} new, ${solved} over`;
  return (
    <SimpleGrid cols={{ base: 2, sm: 4 }} spacing="md">
      <Figure
        label="Health"
        value={`${dashboard.overall_health_percentage} %`}
        note={`grade ${dashboard.overall_health_grade}`}
      />
      <Figure
        label="Hosts up"
        value={`${countText(hosts["up"] ?? 0)} of ${countText(dashboard.total_hosts)}`}
        note={awayText(hosts)}
      />
      <Figure
        label="Services OK"
        value={countText(services["ok"] ?? 0)}
        note={`of ${countText(dashboard.total_services)}`}
      />
      <Figure label="Not taken care of" value={countText(problems.unacknowledged)} note={hour} />
    </SimpleGrid>
  );
}

function awayText(hosts: Readonly<Record<string, number>>): string {
  const parts = ["down", "unreachable", "pending"].flatMap((state) => {
    const count = hosts[state] ?? 0;
    return count === 0 ? [] : [`${countText(count)} ${state}`];
  });
  return parts.join(", ");
}

function Advice({ dashboard }: { readonly dashboard: DashboardAnswer }): ReactNode {
  const { alerts, recommendations, not_known: unknown } = dashboard;
  if (alerts.length + recommendations.length + unknown.length === 0) return null;
  return (
    <Stack gap="xs">
      {alerts.map((text) => (
        <Alert key={text} color="red" variant="light" p="sm">
          {text}
        </Alert>
      ))}
      {recommendations.map((text) => (
        <Alert key={text} color="blue" variant="light" p="sm">
          {text}
        </Alert>
      ))}
      {unknown.map((text) => (
        <Text key={text} size="sm" c="dimmed">
          {text}
        </Text>
      ))}
    </Stack>
  );
}

function WorstHosts(given: {
  readonly hosts: DashboardAnswer["worst_performing_hosts"];
  readonly open: (host: string) => void;
}): ReactNode {
  const { hosts, open } = given;
  return (
    <Panel title="Worst hosts">
      {hosts.length === 0 ? (
        <Text size="sm" c="dimmed">
          Every host is well.
        </Text>
      ) : (
        <Table className="numbers">
          <Table.Thead>
            <Table.Tr>
              <Table.Th>Host</Table.Th>
              <Table.Th>State</Table.Th>
              <Table.Th ta="right">Health</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {hosts.map(({ site, name, state, health_percentage: health, health_grade: grade }) => (
              <Table.Tr key={`${site}/${name}`}>
                <Table.Td style={{ overflowWrap: "anywhere" }}>
                  <UnstyledButton
                    fz="sm"
                    c="var(--mantine-color-anchor)"
                    onClick={() => {
                      open(name);
                    }}
                  >
                    {name}
                  </UnstyledButton>
                </Table.Td>
                <Table.Td>
                  <StateTag state={state} />
                </Table.Td>
                <Table.Td ta="right">
                  <Group gap={6} justify="flex-end" wrap="nowrap">
                    {`${health} %`}
                    <Tag color={colorOfGrade(grade)}>{grade}</Tag>
                  </Group>
                </Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      )}
    </Panel>
  );
}

function Categories({ counts }: { readonly counts: Readonly<Record<string, number>> }): ReactNode {
  const found = Object.entries(counts)
    .filter(([, count]) => count > 0)
    .toSorted(([, one], [, other]) => other - one);
  const [, most = 1] = found[0] ?? [];
  return (
    <Panel title="What problems are about">
      {found.length === 0 && (
        <Text size="sm" c="dimmed">
          There are none.
        </Text>
      )}
      <Stack gap="xs">
        {found.map(([category, count]) => (
          <div key={category}>
            <Group justify="space-between" gap="xs">
              <Text size="sm">{category}</Text>
              <Text size="xs" c="dimmed" className="numbers">
                {countText(count)}
              </Text>
            </Group>
            <Progress value={(count / most) * 100} size="sm" aria-label={`${category}: ${plural(count, "problem")}`} />
          </div>
        ))}
      </Stack>
    </Panel>
  );
}
