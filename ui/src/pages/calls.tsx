import { Button, Group, SegmentedControl, Select, Table, Text, TextInput } from "@mantine/core";
import { useInfiniteQuery } from "@tanstack/react-query";
import { Link, useNavigate, useSearch } from "@tanstack/react-router";
import { type SubmitEvent, type ReactNode, memo, useDeferredValue, useState } from "react";
import type { CallRow } from "../answers.ts";
import { read } from "../api.ts";
import { useLive } from "../live.ts";
import { Empty, Problem } from "../parts/loaded.tsx";
import { Page, Panel } from "../parts/page.tsx";
import { StateBadge } from "../parts/state-badge.tsx";
import { useStatus } from "../queries.ts";
import { durationText, momentText, timeText, wordsOf } from "../text.ts";
import { GoTo } from "../parts/go-to.tsx";

type Search = Readonly<Record<string, string | undefined>>;

/** Calls as they end, and all that are on record. */
export function CallsPage(): ReactNode {
  const search = useSearch({ from: "/calls" });
  const navigate = useNavigate();
  const isRecord = search["view"] === "record";
  const go = (more: Search): void => {
    void navigate({ to: "/calls", search: { ...search, ...more }, replace: true });
  };
  return (
    <Page
      title="Calls"
      says="Every call goes on record: by whom, to what, how it ended, and how long it was in which stage."
      actions={<ById />}
    >
      <Group gap="sm" align="flex-end">
        <SegmentedControl
          aria-label="What is shown"
          data={[
            { value: "live", label: "As they end" },
            { value: "record", label: "On record" },
          ]}
          value={isRecord ? "record" : "live"}
          onChange={(view) => {
            go({ view });
          }}
        />
        <Filters search={search} go={go} isRecord={isRecord} />
      </Group>
      <Panel>{isRecord ? <Recorded search={search} /> : <Ending search={search} />}</Panel>
    </Page>
  );
}

function ById(): ReactNode {
  const [id, setId] = useState("");
  const navigate = useNavigate();
  const submit = (event: SubmitEvent): void => {
    event.preventDefault();
    if (id.trim() !== "") void navigate({ to: "/calls/$id", params: { id: id.trim() } });
  };
  return (
    <Group component="form" gap={6} wrap="nowrap" onSubmit={submit}>
      <TextInput
        aria-label="Id of a call or error"
        placeholder="errorId or call id"
        value={id}
        onChange={(event) => {
          setId(event.currentTarget.value);
        }}
      />
      <Button type="submit" variant="default">
        Show
      </Button>
    </Group>
  );
}

const outcomes = ["ok", "tool_error", "error", "cancelled"];
const periods = [
  { value: "15m", label: "last 15 minutes" },
  { value: "2h", label: "last 2 hours" },
  { value: "1d", label: "last day" },
  { value: "7d", label: "last week" },
];

function Filters(given: {
  readonly search: Search;
  readonly go: (more: Search) => void;
  readonly isRecord: boolean;
}): ReactNode {
  const { search, go, isRecord } = given;
  const status = useStatus();
  const choice = (
    name: string,
    placeholder: string,
    data: readonly (string | { value: string; label: string })[],
  ): ReactNode => (
    <Select
      aria-label={placeholder}
      placeholder={placeholder}
      data={data}
      value={search[name] ?? null}
      clearable
      w={158}
      onChange={(value) => {
        go({ [name]: value ?? undefined });
      }}
    />
  );
  return (
    <Group gap="sm">
      {choice("upstream", "Every upstream", status.data?.upstreams.map(({ name }) => name) ?? [])}
      {choice(
        "outcome",
        "Every outcome",
        outcomes.map((value) => ({ value, label: wordsOf(value) })),
      )}
      {isRecord && choice("since", "Any time", periods)}
    </Group>
  );
}

/** Rows that are drawn of the calls that end just now. */
const maxLive = 50;

function Ending({ search }: { readonly search: Search }): ReactNode {
  const live = useLive();
  // Drawn in slices between which the page answers, as many rows are new at each look.
  const messages = useDeferredValue(live.messages);
  const rows = messages
    .flatMap(({ type, timestamp, data }) =>
      type === "call_ended" && "outcome" in data ? [{ ...data, time: timestamp }] : [],
    )
    .filter(
      ({ upstream, outcome }) =>
        (search["upstream"] ?? upstream) === upstream && (search["outcome"] ?? outcome) === outcome,
    )
    .slice(0, maxLive)
    .map(({ call, ...row }) => ({ id: call, ...row }));
  if (rows.length === 0) {
    return (
      <Empty title="No call has ended while you watch">
        They appear here by themselves. What was before is{" "}
        <Link to="/calls" search={{ ...search, view: "record" }}>
          on record
        </Link>
        .
      </Empty>
    );
  }
  return <Rows rows={rows} isLive />;
}

const pageSize = 50;

function Recorded({ search }: { readonly search: Search }): ReactNode {
  const { upstream, outcome, since } = search;
  const found = useInfiniteQuery({
    queryKey: ["calls", upstream, outcome, since],
    queryFn: ({ pageParam, signal }) => {
      const wanted = { kind: "call", limit: String(pageSize), upstream, outcome, since, before: pageParam };
      const query = new URLSearchParams(
        Object.entries(wanted).flatMap(([name, value]) => (value ? [[name, value]] : [])),
      );
      return read<{ readonly rows: readonly CallRow[]; readonly next?: string }>(`/api/calls?${query}`, signal);
    },
    initialPageParam: "",
    getNextPageParam: ({ next }) => next,
  });
  if (found.isError) return <Problem error={found.error} retry={() => void found.refetch()} />;
  const rows = found.data?.pages.flatMap((page) => page.rows) ?? [];
  if (found.isPending) return <Text size="sm">Reading …</Text>;
  if (rows.length === 0) return <Empty title="Nothing on record fits">Take a filter away, or call a tool.</Empty>;
  return (
    <>
      <Rows rows={rows} isLive={false} />
      {found.hasNextPage && (
        <Button mt="md" variant="default" loading={found.isFetchingNextPage} onClick={() => void found.fetchNextPage()}>
          Earlier ones
        </Button>
      )}
    </>
  );
}

type Shown = Pick<CallRow, "id" | "time" | "method"> & {
  readonly [name in "name" | "upstream" | "tool" | "principal" | "outcome" | "code" | "cache"]?: string | undefined;
} & { readonly durationMs?: number | undefined };

/** What has ended never changes: at hundreds of calls a second only those rows are drawn that are new. */
const Row = memo(
  function Row({ row, isLive }: { readonly row: Shown; readonly isLive: boolean }): ReactNode {
    const navigate = useNavigate();
    return (
      <Table.Tr className="row-link" onClick={() => void navigate({ to: "/calls/$id", params: { id: row.id } })}>
        <Table.Td visibleFrom="sm">{isLive ? timeText(row.time) : momentText(row.time)}</Table.Td>
        <Table.Td className="ellipsis">
          <GoTo to="/calls/$id" params={{ id: row.id }} size="sm" className="ellipsis" display="block">
            {row.tool ?? row.name ?? row.method}
          </GoTo>
          <Text size="xs" c="dimmed" className="ellipsis">
            {row.upstream ?? row.method}
          </Text>
        </Table.Td>
        <Table.Td>
          <StateBadge state={row.outcome ?? ""} />
          <Text size="xs" c="dimmed" className="ellipsis" title={row.code}>
            {row.code}
          </Text>
        </Table.Td>
        <Table.Td ta="right">{row.durationMs === undefined ? "" : durationText(row.durationMs)}</Table.Td>
        <Table.Td visibleFrom="md">{row.cache === "none" ? "" : row.cache}</Table.Td>
        <Table.Td visibleFrom="md" className="ellipsis">
          {row.principal}
        </Table.Td>
      </Table.Tr>
    );
  },
  (before, after) => before.row.id === after.row.id && before.isLive === after.isLive,
);

function Rows({ rows, isLive }: { readonly rows: readonly Shown[]; readonly isLive: boolean }): ReactNode {
  return (
    <Table highlightOnHover className="numbers" layout="fixed">
      <Table.Thead>
        <Table.Tr>
          <Table.Th w={isLive ? 90 : 186} visibleFrom="sm">
            Time
          </Table.Th>
          <Table.Th>What</Table.Th>
          <Table.Th w={120}>Outcome</Table.Th>
          <Table.Th w={84} ta="right">
            Took
          </Table.Th>
          <Table.Th w={80} visibleFrom="md">
            Cache
          </Table.Th>
          <Table.Th w={140} visibleFrom="md">
            Who
          </Table.Th>
        </Table.Tr>
      </Table.Thead>
      <Table.Tbody>
        {rows.map((row) => (
          <Row key={row.id} row={row} isLive={isLive} />
        ))}
      </Table.Tbody>
    </Table>
  );
}
