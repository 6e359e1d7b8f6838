import { Alert, Grid, Group, SimpleGrid, Stack, Table, Text } from "@mantine/core";
import type { ReactNode } from "react";
import type { GatewayStatus, MetricReport } from "../answers.ts";
import { type LiveView, useLive } from "../live.ts";
import { LatencyChart, LatencyLegend, TrafficChart } from "../parts/charts.tsx";
import { EventLine } from "../parts/event-line.tsx";
import { Figure } from "../parts/figure.tsx";
import { Empty, Loaded } from "../parts/loaded.tsx";
import { Page, Panel } from "../parts/page.tsx";
import { Topology } from "../parts/topology.tsx";
import { useCache, useMetrics, useStatus } from "../queries.ts";
import { countText, durationText, plural, shareText } from "../text.ts";
import type { Slice } from "../traffic.ts";
import { GoTo } from "../parts/go-to.tsx";

/** What is healthy, slow, running and wrong, at one look. */
export function OverviewPage(): ReactNode {
  const status = useStatus();
  const live = useLive();
  const metrics = useMetrics();
  return (
    <Page title="Overview" says={<Summary status={status.data} />}>
      <Numbers slices={live.slices} metrics={metrics.data} />
      <Panel title="What is connected">
        <Loaded query={status}>
          {({ upstreams }) =>
            upstreams.length === 0 ? (
              <Empty title="There is no upstream yet">
                <GoTo to="/upstreams">Add one: paste what your client has in `mcpServers`.</GoTo>
              </Empty>
            ) : (
              <Topology
                upstreams={upstreams}
                callers={plural(gauge(metrics.data, "switchyard_sessions"), "session")}
                underWay={`${countText(gauge(metrics.data, "switchyard_calls_under_way"))} under way`}
                busy={busyIn(live)}
              />
            )
          }
        </Loaded>
      </Panel>
      <Grid>
        <Grid.Col span={{ base: 12, md: 6 }}>
          <Panel
            title="Calls"
            aside={
              <Text size="xs" c="dimmed">
                each 5 seconds
              </Text>
            }
          >
            <TrafficChart slices={live.slices} />
          </Panel>
        </Grid.Col>
        <Grid.Col span={{ base: 12, md: 6 }}>
          <Panel title="Duration" aside={<LatencyLegend />}>
            <LatencyChart slices={live.slices} />
          </Panel>
        </Grid.Col>
        <Grid.Col span={{ base: 12, md: 6 }}>
          <SlowTools metrics={metrics.data} />
        </Grid.Col>
        <Grid.Col span={{ base: 12, md: 6 }}>
          <Latest live={live} />
        </Grid.Col>
      </Grid>
    </Page>
  );
}

function Summary({ status }: { readonly status: GatewayStatus | undefined }): ReactNode {
  if (status === undefined) return "Asking the gateway …";
  const wrong = status.upstreams.filter(({ state }) => !["ready", "disabled", "stopped"].includes(state.kind));
  if (wrong.length === 0) return `All is well: ${plural(status.upstreams.length, "upstream")}, none down.`;
  return (
    <Group gap={6}>
      {`${wrong.length} of ${plural(status.upstreams.length, "upstream")} not up:`}
      {wrong.map(({ name }) => (
        <GoTo key={name} to="/upstreams/$name" params={{ name }} size="sm">
          {name}
        </GoTo>
      ))}
    </Group>
  );
}

function sumOf(slices: readonly Slice[], name: "calls" | "failed" | "hits"): number {
  return slices.reduce((sum, slice) => sum + slice[name], 0);
}

function Numbers({
  slices,
  metrics,
}: {
  readonly slices: readonly Slice[];
  readonly metrics: readonly MetricReport[] | undefined;
}): ReactNode {
  const cache = useCache();
  const calls = sumOf(slices, "calls");
  const failed = sumOf(slices, "failed");
  const ever = totalOf(metrics);
  const worst = slices.reduce((most, { p99 = 0 }) => Math.max(most, p99), 0);
  const { hits = 0, stale = 0, joined = 0, misses = 0, savedMs = 0 } = cache.data?.total ?? {};
  const served = hits + stale + joined;
  return (
    <SimpleGrid cols={{ base: 2, md: 4 }} spacing="sm">
      <Figure
        label="Calls in 5 minutes"
        value={countText(calls)}
        note={metrics === undefined ? "" : `${countText(Math.max(ever.calls, calls))} since the start`}
      />
      <Figure
        label="Failed"
        value={calls === 0 ? "0" : shareText(failed, calls)}
        note={
          metrics === undefined ? plural(failed, "call") : `${countText(Math.max(ever.failed, failed))} since the start`
        }
        {...(failed > 0 && { color: "var(--status-down)" })}
      />
      <Figure label="Slowest p99" value={worst === 0 ? "–" : durationText(worst)} note="of 5 s, in 5 minutes" />
      <Figure
        label="From the cache"
        value={shareText(served, served + misses)}
        note={cache.data === undefined ? "" : `${durationText(savedMs)} saved`}
      />
    </SimpleGrid>
  );
}

function totalOf(metrics: readonly MetricReport[] | undefined): { readonly calls: number; readonly failed: number } {
  let [calls, failed] = [0, 0];
  for (const each of seriesOf(metrics, "switchyard_calls_total")) {
    if (!("value" in each)) continue;
    calls += each.value;
    if (each.labels["outcome"] === "error" || each.labels["outcome"] === "tool_error") failed += each.value;
  }
  return { calls, failed };
}

function seriesOf(metrics: readonly MetricReport[] | undefined, name: string): MetricReport["series"] {
  return metrics?.find((metric) => metric.name === name)?.series ?? [];
}

function gauge(metrics: readonly MetricReport[] | undefined, name: string): number {
  const [first] = seriesOf(metrics, name);
  return first !== undefined && "value" in first ? first.value : 0;
}

/** Upstreams that were called in the last seconds. */
function busyIn({ messages }: LiveView): ReadonlySet<string> {
  const since = Date.now() - 6000;
  const recent = messages.filter(({ type, timestamp }) => type === "call_ended" && Date.parse(timestamp) > since);
  return new Set(
    recent.flatMap(({ data }) => ("upstream" in data && typeof data.upstream === "string" ? [data.upstream] : [])),
  );
}

function SlowTools({ metrics }: { readonly metrics: readonly MetricReport[] | undefined }): ReactNode {
  const tools = seriesOf(metrics, "switchyard_call_duration_seconds")
    .flatMap((each) => ("count" in each && each.count > 0 && each.labels["tool"] !== "" ? [each] : []))
    .toSorted((a, b) => (b.p95 ?? 0) - (a.p95 ?? 0))
    .slice(0, 6);
  return (
    <Panel
      title="Slowest tools"
      aside={
        <Text size="xs" c="dimmed">
          since the start
        </Text>
      }
    >
      {tools.length === 0 ? (
        <Empty title="No tool was called yet">
          <GoTo to="/tools">Call one from here</GoTo>
        </Empty>
      ) : (
        <Table className="numbers" layout="fixed">
          <Table.Thead>
            <Table.Tr>
              <Table.Th w="46%">Tool</Table.Th>
              <Table.Th ta="right">Calls</Table.Th>
              <Table.Th ta="right" visibleFrom="sm">
                p50
              </Table.Th>
              <Table.Th ta="right">p95</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {tools.map(({ labels, count, p50 = 0, p95 = 0 }) => (
              <Table.Tr key={`${labels["upstream"]}/${labels["tool"]}`}>
                <Table.Td className="ellipsis" title={`${labels["upstream"]}/${labels["tool"]}`}>
                  {labels["tool"]}
                  <Text size="xs" c="dimmed" className="ellipsis">
                    {labels["upstream"]}
                  </Text>
                </Table.Td>
                <Table.Td ta="right">{countText(count)}</Table.Td>
                <Table.Td ta="right" visibleFrom="sm">
                  {durationText(p50 * 1000)}
                </Table.Td>
                <Table.Td ta="right">{durationText(p95 * 1000)}</Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      )}
    </Panel>
  );
}

const notable: ReadonlySet<string> = new Set([
  "call_ended",
  "job_progress",
  "calculation_progress",
  "system_metrics",
  "status_update",
  "cache_update",
  "initial_status",
]);

function Latest({ live }: { readonly live: LiveView }): ReactNode {
  const latest = live.messages.filter(({ type }) => !notable.has(type)).slice(0, 6);
  const alert = live.messages.find(({ type }) => type === "mcp_auto_disabled");
  return (
    <Panel
      title="What happened"
      aside={
        <GoTo to="/events" size="sm">
          All events
        </GoTo>
      }
    >
      {alert !== undefined && "reason" in alert.data && (
        <Alert color="red" mb="sm" title="An upstream was disabled">
          {alert.data.reason}
        </Alert>
      )}
      {latest.length === 0 ? (
        <Empty title="Nothing but calls">
          Changes of upstreams, configuration and jobs appear here as they happen.
        </Empty>
      ) : (
        <Stack gap={8}>
          {latest.map((message, index) => (
            <EventLine key={message.id ?? `${message.timestamp} ${index}`} message={message} />
          ))}
        </Stack>
      )}
    </Panel>
  );
}
