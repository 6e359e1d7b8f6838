import { Button, Group, SimpleGrid, Stack, Table, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import type { ReactNode } from "react";
import type { AlertReport, ObjectiveUse, ShownAlert, ShownRule } from "../answers.ts";
import { act, read } from "../api.ts";
import { Figure } from "../parts/figure.tsx";
import { Empty, Loaded } from "../parts/loaded.tsx";
import { Page, Panel } from "../parts/page.tsx";
import { useSome } from "../parts/some.tsx";
import { StateBadge } from "../parts/state-badge.tsx";
import { tell } from "../parts/told.ts";
import { useAlerts } from "../queries.ts";
import { countText, durationText, momentText, plural, wordsOf } from "../text.ts";

/** What somebody should look at, what is expected of tools, and by which rules that is known. */
export function AlertsPage(): ReactNode {
  const alerts = useAlerts();
  return (
    <Page
      title="Alerts & SLO"
      says="Looked at four times a minute. Limits and objectives are changed under `alerts` and `slo` in the configuration, without a restart."
    >
      <Loaded query={alerts}>
        {(report) => (
          <>
            <Numbers report={report} />
            <Panel title="Now">
              {report.alerts.length === 0 ? (
                <Empty title="All is well">{`${plural(report.rules.length, "rule")} watch. What fires is told here, on the topic alerts and to webhooks.`}</Empty>
              ) : (
                <Stack gap="md">
                  {report.alerts.map((alert) => (
                    <Alerting key={alert.id} alert={alert} />
                  ))}
                </Stack>
              )}
            </Panel>
            <Objectives />
            <Rules rules={report.rules} />
            {report.resolved.length > 0 && <Over alerts={report.resolved} />}
          </>
        )}
      </Loaded>
    </Page>
  );
}

function Numbers({ report: { alerts, resolved, rules } }: { readonly report: AlertReport }): ReactNode {
  const firing = alerts.filter(({ state }) => state === "firing");
  const open = firing.filter(({ acknowledged }) => acknowledged === undefined).length;
  return (
    <SimpleGrid cols={{ base: 2, md: 4 }} spacing="sm">
      <Figure
        label="Firing"
        value={countText(firing.length)}
        note={firing.length === 0 ? "nothing to do" : `${open} that nobody has acknowledged`}
        {...(open > 0 && { color: "var(--status-down)" })}
      />
      <Figure label="May soon" value={countText(alerts.length - firing.length)} note="too much, not for long yet" />
      <Figure label="Over" value={countText(resolved.length)} note="of the latest hundred" />
      <Figure label="Rules" value={countText(rules.length)} note="that watch" />
    </SimpleGrid>
  );
}

function Alerting({ alert }: { readonly alert: ShownAlert }): ReactNode {
  const { id, level, state, message, suggestion, since, acknowledged } = alert;
  const acknowledge = (): void => {
    void tell(() => act(`/api/alerts/${encodeURIComponent(id)}/acknowledge`), "Everybody sees that you see to it", [
      "alerts",
    ]);
  };
  return (
    <Group justify="space-between" align="flex-start" gap="sm">
      <Stack gap={2} style={{ minWidth: 0, flex: "1 1 320px" }}>
        <Group gap="xs">
          <StateBadge state={state === "firing" ? level : state} />
          <Text size="xs" c="dimmed" className="mono" style={{ overflowWrap: "anywhere" }}>
            {id}
          </Text>
        </Group>
        <Text size="sm" fw={600} style={{ overflowWrap: "anywhere" }}>
          {message}
        </Text>
        <Text size="sm" c="dimmed">
          {suggestion}
        </Text>
        <Text size="xs" c="dimmed">
          {`since ${momentText(since)}`}
          {acknowledged !== undefined && ` · ${acknowledged.by} sees to it since ${momentText(acknowledged.at)}`}
        </Text>
      </Stack>
      {state === "firing" && acknowledged === undefined && (
        <Button size="xs" variant="default" onClick={acknowledge}>
          Acknowledge
        </Button>
      )}
    </Group>
  );
}

function Objectives(): ReactNode {
  const objectives = useQuery({
    queryKey: ["slo"],
    queryFn: async ({ signal }) =>
      (await read<{ readonly objectives: readonly ObjectiveUse[] }>("/api/slo", signal)).objectives,
    refetchInterval: 15_000,
  });
  return (
    <Panel
      title="Objectives of tools"
      aside={
        <Text size="xs" c="dimmed">
          Burn 1 uses a budget up exactly.
        </Text>
      }
    >
      <Loaded query={objectives}>
        {(uses) =>
          uses.length === 0 ? (
            <Empty title="No tool was called in the last six hours">
              Of each that is, 99 of 100 calls should succeed, unless the configuration says otherwise.
            </Empty>
          ) : (
            <ByTool uses={uses} />
          )
        }
      </Loaded>
    </Panel>
  );
}

function ByTool({ uses }: { readonly uses: readonly ObjectiveUse[] }): ReactNode {
  const [shown, more] = useSome(
    uses.toSorted((one, other) => one.budgetLeft - other.budgetLeft),
    "slo",
    50,
  );
  return (
    <>
      <Table className="numbers" layout="fixed">
        <Table.Thead>
          <Table.Tr>
            <Table.Th>Tool</Table.Th>
            <Table.Th w={150} visibleFrom="sm">
              Objective
            </Table.Th>
            <Table.Th w={80} ta="right" visibleFrom="md">
              Calls
            </Table.Th>
            <Table.Th w={80} ta="right" visibleFrom="md">
              Missed
            </Table.Th>
            <Table.Th w={92} ta="right">
              Burn 1 h
            </Table.Th>
            <Table.Th w={84} ta="right" visibleFrom="sm">
              6 h
            </Table.Th>
            <Table.Th w={96} ta="right">
              Budget
            </Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {shown.map((use) => (
            <ObjectiveRow key={`${use.upstream}/${use.tool} ${use.kind}`} use={use} />
          ))}
        </Table.Tbody>
      </Table>
      {more}
    </>
  );
}

function ObjectiveRow({ use }: { readonly use: ObjectiveUse }): ReactNode {
  const { upstream, tool, kind, target, withinMs = 0, from, windows, budgetLeft } = use;
  const isSpent = budgetLeft <= 0;
  const what = kind === "success" ? `${target} % succeed` : `${target} % in ${durationText(withinMs)}`;
  return (
    <Table.Tr>
      <Table.Td className="ellipsis" title={`${upstream}/${tool}: ${what}, ${sources[from]}`}>
        {tool}
        <Text size="xs" c="dimmed" className="ellipsis">
          {upstream}
        </Text>
      </Table.Td>
      <Table.Td visibleFrom="sm">
        {what}
        <Text size="xs" c="dimmed" className="ellipsis">
          {sources[from]}
        </Text>
      </Table.Td>
      <Table.Td ta="right" visibleFrom="md">
        {countText(windows["6h"].calls)}
      </Table.Td>
      <Table.Td ta="right" visibleFrom="md">
        {countText(windows["6h"].bad)}
      </Table.Td>
      <Table.Td ta="right">{burnText(windows["1h"].burn)}</Table.Td>
      <Table.Td ta="right" visibleFrom="sm">
        {burnText(windows["6h"].burn)}
      </Table.Td>
      <Table.Td ta="right" style={isSpent ? { color: "var(--status-down)", fontWeight: 600 } : {}}>
        {isSpent ? "spent" : `${Math.round(budgetLeft * 100)} % left`}
      </Table.Td>
    </Table.Tr>
  );
}

/** Who expects it. */
const sources = {
  configuration: "by the configuration",
  connector: "by the connector; no alert",
  default: "by default",
} as const satisfies Readonly<Record<ObjectiveUse["from"], string>>;

function burnText(burn: number): string {
  return burn === 0 ? "0" : burn < 10 ? burn.toFixed(1) : String(Math.round(burn));
}

function Rules({ rules }: { readonly rules: readonly ShownRule[] }): ReactNode {
  return (
    <Panel title="Rules">
      <Table layout="fixed">
        <Table.Thead>
          <Table.Tr>
            <Table.Th w="38%">Rule</Table.Th>
            <Table.Th visibleFrom="md">Watches</Table.Th>
            <Table.Th w={110} ta="right">
              Fires above
            </Table.Th>
            <Table.Th w={90} ta="right" visibleFrom="sm">
              For
            </Table.Th>
            <Table.Th w={100}>Level</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {rules.map(({ name, of, says, above, unit, forMs, level }) => (
            <Table.Tr key={name}>
              <Table.Td className="ellipsis">
                {wordsOf(name)}
                {of.length > 0 && (
                  <Text size="xs" c="dimmed" className="ellipsis">
                    {of.join(", ")}
                  </Text>
                )}
              </Table.Td>
              <Table.Td visibleFrom="md">
                <Text size="sm" c="dimmed">
                  {says}
                </Text>
              </Table.Td>
              <Table.Td ta="right" className="numbers">
                {`${countText(above) === String(above) ? above : above.toLocaleString("en")} ${unit}`}
              </Table.Td>
              <Table.Td ta="right" visibleFrom="sm" className="numbers">
                {forMs === 0 ? "at once" : durationText(forMs)}
              </Table.Td>
              <Table.Td>{level}</Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Panel>
  );
}

function Over({ alerts }: { readonly alerts: readonly ShownAlert[] }): ReactNode {
  const [shown, more] = useSome(alerts, "over", 10);
  return (
    <Panel title="Over">
      <Stack gap="sm">
        {shown.map(({ id, message, since, resolvedAt = since }) => (
          <div key={`${id} ${resolvedAt}`}>
            <Text size="sm" style={{ overflowWrap: "anywhere" }}>
              {message}
            </Text>
            <Text size="xs" c="dimmed">{`${momentText(since)}, for ${durationText(resolvedAt - since)} · ${id}`}</Text>
          </div>
        ))}
      </Stack>
      {more}
    </Panel>
  );
}
