import { Button, Group, SegmentedControl, Select, Table, Text, TextInput } from "@mantine/core";
import { useInfiniteQuery } from "@tanstack/react-query";
import { Link, useNavigate, useSearch } from "@tanstack/react-router";
import { type MouseEvent, type SubmitEvent, type ReactNode, memo, useDeferredValue, useState } from "react";
import type { CallRow } from "../answers.ts";
import { read } from "../api.ts";
import { useLive } from "../live.ts";
import { Empty, Problem } from "../parts/loaded.tsx";
import { Page, Panel } from "../parts/page.tsx";
import { colorOf } from "../parts/state-badge.tsx";
import { useStatus } from "../queries.ts";
import { durationText, momentText, timeText, wordsOf } from "../text.ts";

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
const maxLive = 30;

function Ending({ search }: { readonly search: Search }): ReactNode {
  const live = useLive();
  // Drawn in slices between which the page answers, as many rows are new at each look.
  const latest = useDeferredValue(live.messages);
  // Nobody can read or hit what moves on: it stands still while somebody points at it.
  const [held, hold] = useState<typeof latest>();
  const messages = held ?? latest;
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
  const letGo = (): void => {
    hold(undefined);
  };
  const holdOn = (): void => {
    hold((before) => before ?? latest);
  };
  return (
    <div onPointerEnter={holdOn} onPointerLeave={letGo} onFocus={holdOn} onBlur={letGo}>
      <Text size="xs" c="dimmed" mb={4}>
        {held === undefined
          ? "The latest calls: they stand still while you point at them."
          : "Standing still while you point at them."}
      </Text>
      <Rows rows={rows} isLive />
    </div>
  );
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

/**
 * Plain elements, as hundreds of rows a second are drawn: components that have styles and follow the router took twice as long. A live row is a
 * place that calls move through, so that only texts change.
 */
const Row = memo(
  function Row({ row, isLive }: { readonly row: Shown; readonly isLive: boolean }): ReactNode {
    const state = row.outcome ?? "";
    return (
      <tr>
        <td className="mantine-visible-from-sm">{isLive ? timeText(row.time) : momentText(row.time)}</td>
        <td className="ellipsis">
          <a className="ellipsis" href={`/calls/${encodeURIComponent(row.id)}`}>
            {row.tool ?? row.name ?? row.method}
          </a>
          <small className="ellipsis">{row.upstream ?? row.method}</small>
        </td>
        <td>
          <span className="tag word" data-color={colorOf(state)}>
            {wordsOf(state)}
          </span>
          <small className="ellipsis" title={row.code}>
            {row.code}
          </small>
        </td>
        <td className="amount">{row.durationMs === undefined ? "" : durationText(row.durationMs)}</td>
        <td className="mantine-visible-from-md">{row.cache === "none" ? "" : row.cache}</td>
        <td className="mantine-visible-from-md ellipsis">{row.principal}</td>
      </tr>
    );
  },
  (before, after) => before.row.id === after.row.id && before.isLive === after.isLive,
);

const Head = memo(function Head({ isLive }: { readonly isLive: boolean }): ReactNode {
  return (
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
  );
});

function Rows({ rows, isLive }: { readonly rows: readonly Shown[]; readonly isLive: boolean }): ReactNode {
  const navigate = useNavigate();
  const open = (event: MouseEvent<HTMLElement>): void => {
    const target = event.target instanceof Element ? event.target : undefined;
    const path = target?.closest("tr")?.querySelector("a")?.pathname;
    // A link that is to be opened elsewhere is the browser's.
    if (path === undefined || event.metaKey || event.ctrlKey || event.shiftKey) return;
    event.preventDefault();
    void navigate({ to: path });
  };
  return (
    <Table highlightOnHover className="calls numbers" layout="fixed" onClick={open}>
      <Head isLive={isLive} />
      <Table.Tbody>
        {rows.map((row, place) => (
          <Row key={isLive ? place : row.id} row={row} isLive={isLive} />
        ))}
      </Table.Tbody>
    </Table>
  );
}
