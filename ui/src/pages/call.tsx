import { Alert, Grid, Stack, Text } from "@mantine/core";
import { FactTable } from "../parts/fact-table.tsx";
import { useQuery } from "@tanstack/react-query";
import { useParams } from "@tanstack/react-router";
import type { ReactNode } from "react";
import type { Json, WholeRow } from "../answers.ts";
import { Refusal, read } from "../api.ts";
import { JsonView } from "../parts/json-view.tsx";
import { Loaded } from "../parts/loaded.tsx";
import { Page, Panel } from "../parts/page.tsx";
import { Replay } from "../parts/replay.tsx";
import { StateBadge } from "../parts/state-badge.tsx";
import { Waterfall, stagesIn } from "../parts/waterfall.tsx";
import { bytesText, durationText, momentText, wordsOf } from "../text.ts";

/** One call, with everything that is on record of it. */
export function CallPage(): ReactNode {
  const { id } = useParams({ from: "/calls/$id" });
  const call = useQuery({
    queryKey: ["call", id],
    queryFn: ({ signal }) => read<WholeRow>(`/api/calls/${encodeURIComponent(id)}`, signal),
    // A call that ended just now is on record within a second.
    retry: (failures, error) => error instanceof Refusal && error.code === "route_not_found" && failures < 3,
    retryDelay: 400,
    staleTime: Infinity,
  });
  const { data } = call;
  return (
    <Page
      title={data?.name ?? data?.method ?? "Call"}
      back={{ to: "/calls", label: "Calls" }}
      says={<span className="mono">{id}</span>}
    >
      <Loaded query={call}>{(row) => <Whole row={row} />}</Loaded>
    </Page>
  );
}

function Whole({ row }: { readonly row: WholeRow }): ReactNode {
  const { detail, durationMs = 0 } = row;
  const stages = stagesIn(textIn(detail["stages"]), durationMs);
  return (
    <Grid>
      <Grid.Col span={{ base: 12, md: 5 }}>
        <Stack>
          <Failure error={detail["error"]} code={row.code} />
          <Panel title="What happened">
            <Facts row={row} />
          </Panel>
        </Stack>
      </Grid.Col>
      <Grid.Col span={{ base: 12, md: 7 }}>
        <Stack>
          {textIn(detail["stages"]) !== "" && (
            <Panel
              title="Stages"
              aside={
                <Text size="sm" c="dimmed" className="numbers">
                  {durationText(durationMs)}
                </Text>
              }
            >
              <Waterfall stages={stages} totalMs={durationMs} />
            </Panel>
          )}
          <Kept title="Arguments" value={row.arguments} />
          <Kept title="Result" value={row.result} />
          <Replay key={row.id} row={row} />
        </Stack>
      </Grid.Col>
    </Grid>
  );
}

function Facts({ row }: { readonly row: WholeRow }): ReactNode {
  const { detail } = row;
  const facts: readonly (readonly [string, ReactNode])[] = [
    ["Outcome", row.outcome === undefined ? undefined : <StateBadge key="outcome" state={row.outcome} />],
    ["When", momentText(row.time)],
    ["Took", row.durationMs === undefined ? undefined : durationText(row.durationMs)],
    ["Method", row.method],
    ["Upstream", row.upstream],
    ["Tool", row.tool],
    ["Who", row.principal && `${row.principal} (${textIn(detail["role"])})`],
    [
      "Came in by",
      textIn(detail["entrance"]) && `${textIn(detail["entrance"])}, ${textIn(detail["address"]) || "this machine"}`,
    ],
    ["Route", textIn(detail["route"])],
    ["Cache", row.cache],
    [
      "Sent",
      detail["attempts"] === undefined
        ? undefined
        : `${textIn(detail["attempts"])} times`.replace(/^1 times$/, "once").replace(/^0 times$/, "never"),
    ],
    ["Waited", typeof detail["queuedMs"] === "number" ? durationText(detail["queuedMs"]) : undefined],
    [
      "Size",
      typeof detail["bytesIn"] === "number"
        ? `${bytesText(detail["bytesIn"])} in, ${bytesText(Number(detail["bytesOut"] ?? 0))} out`
        : undefined,
    ],
  ];
  return <FactTable facts={facts} />;
}

function Failure({ error, code }: { readonly error: Json | undefined; readonly code: string | undefined }): ReactNode {
  if (typeof error !== "object" || error === null || Array.isArray(error) || !("message" in error)) return null;
  return (
    <Alert
      color="red"
      variant="light"
      title={textIn(error["message"])}
      styles={{ title: { overflowWrap: "anywhere" } }}
    >
      <Text size="sm">{textIn("suggestion" in error ? error["suggestion"] : undefined)}</Text>
      <Text size="xs" c="dimmed" mt={4}>
        {wordsOf(code ?? "")}
      </Text>
    </Alert>
  );
}

function Kept({ title, value }: { readonly title: string; readonly value: Json | undefined }): ReactNode {
  return (
    <Panel title={title}>
      {value === undefined ? (
        <Text size="sm" c="dimmed">
          Not on record, or not for your role: see `audit` in the configuration.
        </Text>
      ) : (
        <JsonView value={value} label={title} />
      )}
    </Panel>
  );
}

function textIn(value: Json | undefined): string {
  return value === undefined || value === null ? "" : typeof value === "object" ? JSON.stringify(value) : String(value);
}
