import { Button, Code, Group, Progress, SegmentedControl, SimpleGrid, Stack, Table, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useNavigate, useParams } from "@tanstack/react-router";
import { type ReactNode, useState } from "react";
import type { Json, ShownJob } from "../answers.ts";
import { act, read, send } from "../api.ts";
import { ConfirmButton } from "../parts/confirm.tsx";
import { Figure } from "../parts/figure.tsx";
import { Empty, Loaded } from "../parts/loaded.tsx";
import { JobPages } from "../parts/job-pages.tsx";
import { Page, Panel } from "../parts/page.tsx";
import { StateBadge, colorOf } from "../parts/state-badge.tsx";
import { tell } from "../parts/told.ts";
import { countText, durationText, momentText, plural } from "../text.ts";
import { GoTo } from "../parts/go-to.tsx";

const over: ReadonlySet<string> = new Set(["completed", "failed", "cancelled"]);

/** One job: how far it is, what came of its operations, and what can be done. */
export function JobPage(): ReactNode {
  const { id } = useParams({ from: "/jobs/$id" });
  const job = useQuery({
    queryKey: ["jobs", "one", id],
    queryFn: ({ signal }) => read<ShownJob>(`/api/jobs/${encodeURIComponent(id)}`, signal),
  });
  return (
    <Page
      title="Job"
      back={{ to: "/jobs", label: "Jobs" }}
      says={<span className="mono">{id}</span>}
      {...(job.data !== undefined && { actions: <Actions job={job.data} /> })}
    >
      <Loaded query={job}>
        {(shown) => (
          <>
            <HowFar job={shown} now={job.dataUpdatedAt} />
            {shown.each !== undefined && <JobPages each={shown.each} />}
            <Results job={shown} />
          </>
        )}
      </Loaded>
    </Page>
  );
}

function Actions({ job: { jobId, status, counts, each } }: { readonly job: ShownJob }): ReactNode {
  const navigate = useNavigate();
  const path = `/api/jobs/${encodeURIComponent(jobId)}`;
  const does = (action: string, done: string): void => {
    void tell(() => act(`${path}/${action}`), done, ["jobs"]);
  };
  const retry = async (): Promise<void> => {
    const made = await act<ShownJob>(`${path}/retry`);
    await navigate({ to: "/jobs/$id", params: { id: made.jobId } });
  };
  if (over.has(status)) {
    if (counts.failed === 0 && each?.problem === undefined) return null;
    return (
      <Button size="xs" onClick={() => void tell(retry, "A new job has what failed", ["jobs"])}>
        Retry what failed
      </Button>
    );
  }
  return (
    <>
      {status === "paused" ? (
        <Button
          size="xs"
          onClick={() => {
            does("resume", "It goes on");
          }}
        >
          Resume
        </Button>
      ) : (
        <Button
          size="xs"
          variant="default"
          onClick={() => {
            does("pause", "Nothing more begins");
          }}
        >
          Pause
        </Button>
      )}
      <ConfirmButton
        label="Cancel job"
        question="Cancel this job?"
        says="Nothing more of it begins, and calls under way are cancelled. What has ended stays."
        run={() => {
          does("cancel", "It is cancelled");
        }}
      />
    </>
  );
}

function HowFar({ job, now }: { readonly job: ShownJob; readonly now: number }): ReactNode {
  const { status, counts, progress, startedAt, endedAt, createdAt, owner, code, retryOf } = job;
  const tookMs =
    startedAt === undefined ? undefined : (endedAt === undefined ? now : Date.parse(endedAt)) - Date.parse(startedAt);
  return (
    <>
      <Panel>
        <Stack gap="xs">
          <Group justify="space-between">
            <Group gap="xs">
              <StateBadge state={status} />
              <Text size="sm">{[progress.message, code].filter(Boolean).join(" · ")}</Text>
            </Group>
            <Text className="numbers" fw={600}>
              {progress.percent} %
            </Text>
          </Group>
          <Progress value={progress.percent} size="lg" color={colorOf(status)} aria-label="How far it is" />
          <Text size="xs" c="dimmed">
            {[
              `made ${momentText(createdAt)} by ${owner}`,
              progress.perSecond === undefined ? "" : `${progress.perSecond} a second`,
              progress.remainingMs === undefined ? "" : `about ${durationText(progress.remainingMs)} left`,
            ]
              .filter(Boolean)
              .join(" · ")}
            {retryOf !== undefined && (
              <>
                {" · retry of "}
                <GoTo to="/jobs/$id" params={{ id: retryOf }} size="xs">
                  another
                </GoTo>
              </>
            )}
          </Text>
        </Stack>
      </Panel>
      <SimpleGrid cols={{ base: 2, sm: 4 }} spacing="sm">
        <Figure label="Succeeded" value={countText(counts.succeeded)} note={`of ${countText(counts.total)}`} />
        <Figure
          label="Failed"
          value={countText(counts.failed)}
          {...(counts.failed > 0 && { color: "var(--status-down)" })}
        />
        <Figure label="Not begun" value={countText(counts.waiting)} />
        <Figure
          label={endedAt === undefined ? "Runs for" : "Took"}
          value={tookMs === undefined ? "–" : durationText(tookMs)}
        />
      </SimpleGrid>
    </>
  );
}

interface ResultLine {
  readonly number: number;
  readonly tool: string;
  readonly status: string;
  readonly attempts: number;
  readonly code?: string;
  readonly result?: Json;
  readonly error?: Json;
}

/** Results that are shown; all can be had as a file. */
const maxShown = 100;

/** Reads the first lines, and leaves the rest: a job can have a hundred thousand. */
async function firstResults(id: string, isFailed: boolean, signal: AbortSignal): Promise<readonly ResultLine[]> {
  const response = await send(`/api/jobs/${encodeURIComponent(id)}/results${isFailed ? "?status=failed" : ""}`, {
    signal,
  });
  const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
  let text = "";
  for (let piece = await reader?.read(); piece?.done === false; piece = await reader?.read()) {
    text += piece.value;
    if (text.split("\n").length > maxShown) break;
  }
  await reader?.cancel();
  return text
    .split("\n")
    .slice(0, maxShown)
    .flatMap((line) => (line.endsWith("}") ? [JSON.parse(line)] : []));
}

function Results({ job }: { readonly job: ShownJob }): ReactNode {
  const [wanted, setWanted] = useState("all");
  const { jobId, counts } = job;
  const ended = counts.succeeded + counts.failed;
  const results = useQuery({
    queryKey: ["results", jobId, wanted, ended],
    queryFn: ({ signal }) => firstResults(jobId, wanted === "failed", signal),
    placeholderData: (before) => before,
  });
  return (
    <Panel
      title="Results"
      aside={
        <Group gap="xs">
          <SegmentedControl
            size="xs"
            aria-label="Which results"
            data={[
              { value: "all", label: "All" },
              { value: "failed", label: "Failed" },
            ]}
            value={wanted}
            onChange={setWanted}
          />
          <Button size="xs" variant="default" disabled={ended === 0} onClick={() => void save(jobId)}>
            Save as JSONL
          </Button>
        </Group>
      }
    >
      <Loaded query={results}>
        {(lines) =>
          lines.length === 0 ? (
            <Empty title={wanted === "failed" ? "Nothing failed" : "Nothing has ended yet"}>
              Results appear here as operations end.
            </Empty>
          ) : (
            <>
              <ResultTable lines={lines} />
              {ended > maxShown && lines.length === maxShown && (
                <Text
                  size="xs"
                  c="dimmed"
                  mt="xs"
                >{`The first ${maxShown} of ${plural(ended, "result")}; all are in the file.`}</Text>
              )}
            </>
          )
        }
      </Loaded>
    </Panel>
  );
}

/** Fetched with the key, as an address cannot carry it. */
async function save(jobId: string): Promise<void> {
  await tell(async () => {
    const response = await send(`/api/jobs/${encodeURIComponent(jobId)}/results`);
    const address = URL.createObjectURL(await response.blob());
    const link = document.createElement("a");
    link.href = address;
    link.download = `${jobId}.jsonl`;
    link.click();
    URL.revokeObjectURL(address);
  }, "Saved");
}

function ResultTable({ lines }: { readonly lines: readonly ResultLine[] }): ReactNode {
  return (
    <Table className="numbers" layout="fixed">
      <Table.Thead>
        <Table.Tr>
          <Table.Th w={48} ta="right">
            #
          </Table.Th>
          <Table.Th w={112}>State</Table.Th>
          <Table.Th>What it answered</Table.Th>
        </Table.Tr>
      </Table.Thead>
      <Table.Tbody>
        {lines.map((line) => (
          <Table.Tr key={line.number}>
            <Table.Td ta="right">{line.number}</Table.Td>
            <Table.Td>
              <StateBadge state={line.status} />
              <Text size="xs" c="dimmed" className="ellipsis" title={line.code}>
                {line.code}
              </Text>
            </Table.Td>
            <Table.Td>
              <Code style={{ overflowWrap: "anywhere" }}>{shortOf(line)}</Code>
            </Table.Td>
          </Table.Tr>
        ))}
      </Table.Tbody>
    </Table>
  );
}

/** Characters of an answer in its row. */
const maxAnswer = 200;

function shortOf({ result, error }: ResultLine): string {
  const value = result ?? error;
  const text =
    typeof value === "object" && value !== null && "content" in value && Array.isArray(value["content"])
      ? textsOf(value["content"])
      : "";
  const whole = text === "" ? JSON.stringify(value ?? "") : text;
  return whole.length > maxAnswer ? `${whole.slice(0, maxAnswer)}…` : whole;
}

function textsOf(content: readonly Json[]): string {
  return content
    .flatMap((part) =>
      typeof part === "object" && part !== null && "text" in part && typeof part["text"] === "string"
        ? [part["text"]]
        : [],
    )
    .join(" ");
}
