import { Alert, Button, Grid, Group, Stack, Text } from "@mantine/core";
import { FactTable } from "../parts/fact-table.tsx";
import { useQuery } from "@tanstack/react-query";
import { useNavigate, useParams } from "@tanstack/react-router";
import type { ReactNode } from "react";
import type { UpstreamLog, UpstreamStatus } from "../answers.ts";
import { act, read } from "../api.ts";
import { ConfirmButton } from "../parts/confirm.tsx";
import { Empty, Loaded } from "../parts/loaded.tsx";
import { Page, Panel } from "../parts/page.tsx";
import { StateBadge } from "../parts/state-badge.tsx";
import { tell } from "../parts/told.ts";
import { UntilText } from "../parts/until-text.tsx";
import { useMetrics, useStatus } from "../queries.ts";
import { bytesText, countText, momentText, plural, timeText, wordsOf } from "../text.ts";
import { GoTo } from "../parts/go-to.tsx";

/** One upstream: how it stands and why, what it wrote, and what can be done. */
export function UpstreamPage(): ReactNode {
  const { name } = useParams({ from: "/upstreams/$name" });
  const status = useStatus();
  const found = status.data?.upstreams.find((upstream) => upstream.name === name);
  return (
    <Page
      title={name}
      back={{ to: "/upstreams", label: "Upstreams" }}
      says={found?.server}
      {...(found !== undefined && { actions: <Actions upstream={found} /> })}
    >
      <Loaded query={status}>
        {() =>
          found === undefined ? (
            <Empty title="There is no such upstream">It was removed, or your key does not reach it.</Empty>
          ) : (
            <Grid>
              <Grid.Col span={{ base: 12, md: 5 }}>
                <Standing upstream={found} />
              </Grid.Col>
              <Grid.Col span={{ base: 12, md: 7 }}>
                <Log name={name} />
              </Grid.Col>
            </Grid>
          )
        }
      </Loaded>
    </Page>
  );
}

function Actions({ upstream: { name, state } }: { readonly upstream: UpstreamStatus }): ReactNode {
  const navigate = useNavigate();
  const path = `/api/upstreams/${encodeURIComponent(name)}`;
  const button = (operation: string, label: string, done: string): ReactNode => (
    <Button
      key={operation}
      size="xs"
      variant="default"
      onClick={() => void tell(() => act(`${path}/${operation}`), done, ["status"])}
    >
      {label}
    </Button>
  );
  const isOff = state.kind === "disabled";
  return (
    <>
      {(state.kind === "recovering" || state.kind === "stopped") && button("try", "Try now", "Tried")}
      {!isOff && button("restart", "Restart", "Restarted")}
      {state.kind === "quarantined"
        ? button("release", "Release", "Released")
        : !isOff && button("isolate", "Isolate", "Isolated: no call goes through")}
      {isOff ? button("enable", "Enable", "Enabled") : button("disable", "Disable", "Disabled")}
      <ConfirmButton
        label="Remove"
        question={`Remove ${name}?`}
        says="It is taken out of the configuration, and its tools off every list. Calls under way finish."
        run={() =>
          void tell(() => act(path, {}, "DELETE"), `${name} is removed`, ["status", "tools"]).then((isDone) =>
            isDone ? navigate({ to: "/upstreams" }) : undefined,
          )
        }
      />
    </>
  );
}

function Standing({ upstream }: { readonly upstream: UpstreamStatus }): ReactNode {
  const { state, oddities, authorizationUrl } = upstream;
  const problem = "problem" in state ? state.problem : undefined;
  return (
    <Stack>
      {problem !== undefined && (
        <Alert
          color={state.kind === "degraded" ? "orange" : "red"}
          variant="light"
          title={problem.message}
          styles={{ title: { overflowWrap: "anywhere" } }}
        >
          <Text size="sm">{problem.suggestion}</Text>
          <Text size="xs" c="dimmed" mt={4}>
            {problem.code}, at {problem.stage}
          </Text>
        </Alert>
      )}
      {authorizationUrl !== undefined && (
        <Button component="a" href={authorizationUrl} target="_blank" rel="noreferrer">
          Log in
        </Button>
      )}
      {oddities.map(({ kind, count, latest, suggestion }) => (
        <Alert
          key={kind}
          color="orange"
          variant="light"
          title={`${wordsOf(kind)}, ${plural(count, "time")}: ${latest.slice(0, 200)}`}
        >
          {suggestion}
        </Alert>
      ))}
      <Facts upstream={upstream} />
    </Stack>
  );
}

function Facts({ upstream }: { readonly upstream: UpstreamStatus }): ReactNode {
  const { name, state, counts, usage, transport, revision, pid, quarantinedCount } = upstream;
  const facts: readonly (readonly [string, ReactNode])[] = [
    ["State", <StateBadge key="state" state={state.kind} />],
    ["Since", momentText(state.since)],
    ...(state.kind === "recovering" ? [["Next attempt", <UntilText key="next" at={state.nextTryAt} />] as const] : []),
    ...("attempts" in state && state.attempts > 0 ? [["Failures in a row", countText(state.attempts)] as const] : []),
    ["Breaker", <Breaker key="breaker" name={name} />],
    ["Offers", `${counts.tools} tools, ${counts.prompts} prompts, ${counts.resources} resources`],
    ["Transport", pid === undefined ? transport : `${transport}, process ${pid}`],
    ...(revision === undefined ? [] : [["Speaks", `MCP ${revision}`] as const]),
    ...(usage === undefined
      ? []
      : [["Uses", `${bytesText(usage.residentBytes)}, ${usage.cpuPercent} % of a processor`] as const]),
  ];
  return (
    <Panel title="How it stands">
      <FactTable facts={facts} />
      <Group mt="sm" gap="md">
        <GoTo to="/tools" search={{ q: `${name}__` }} size="sm">
          Its tools
        </GoTo>
        <GoTo to="/calls" search={{ upstream: name }} size="sm">
          Its calls
        </GoTo>
        {quarantinedCount > 0 && <Text size="sm">{`${quarantinedCount} held back: switchyard approve ${name}`}</Text>}
      </Group>
    </Panel>
  );
}

function Breaker({ name }: { readonly name: string }): ReactNode {
  const { data } = useMetrics();
  const series = data?.find((metric) => metric.name === "switchyard_breaker_state")?.series ?? [];
  const here = series.find((each) => each.labels["upstream"] === name && "value" in each && each.value === 1);
  return here === undefined ? "–" : <StateBadge state={here.labels["state"] ?? ""} />;
}

/** How many lines of a log are shown. */
const lines = 200;

function Log({ name }: { readonly name: string }): ReactNode {
  const log = useQuery({
    queryKey: ["log", name],
    queryFn: ({ signal }) =>
      read<UpstreamLog>(`/api/upstreams/${encodeURIComponent(name)}/logs?lines=${lines}`, signal),
    refetchInterval: 2000,
  });
  return (
    <Panel title="Log" aside={<Text size="xs" c="dimmed">{`the last ${lines} lines, newest first`}</Text>}>
      <Loaded query={log}>
        {({ entries }) =>
          entries.length === 0 ? (
            <Empty title="Nothing yet">What it writes to stderr, and how it fares, appears here.</Empty>
          ) : (
            <Stack gap={3} mah={520} style={{ overflow: "auto" }} tabIndex={0} role="log" aria-label={`Log of ${name}`}>
              {entries.toReversed().map(({ seq, at, kind, text }) => (
                <Text key={seq} className="mono" component="div" style={{ overflowWrap: "anywhere" }}>
                  <Text span c="dimmed" inherit>
                    {timeText(at)} {kind.padEnd(8)}
                  </Text>{" "}
                  {text}
                </Text>
              ))}
            </Stack>
          )
        }
      </Loaded>
    </Panel>
  );
}
