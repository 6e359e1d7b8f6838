import { Button, Group, Modal, Progress, Select, SimpleGrid, Stack, Table, Text, TextInput } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { type ReactNode, useState } from "react";
import type { CacheStatus, WarmReport } from "../answers.ts";
import { act } from "../api.ts";
import { Figure } from "../parts/figure.tsx";
import { Empty, Loaded } from "../parts/loaded.tsx";
import { Page, Panel } from "../parts/page.tsx";
import { useSome } from "../parts/some.tsx";
import { tell } from "../parts/told.ts";
import { useCache, useStatus } from "../queries.ts";
import { bytesText, countText, durationText, plural, shareText } from "../text.ts";

/** What the result cache does, and how to make it forget. */
export function CachePage(): ReactNode {
  const cache = useCache();
  return (
    <Page
      title="Cache"
      says="Results of tools that only read, kept for as long as they are true."
      actions={<Actions />}
    >
      <Loaded query={cache}>
        {(status) => (
          <>
            <Numbers status={status} />
            <Panel title="By tool">
              {status.tools.length === 0 ? (
                <Empty title="No tool was kept yet">
                  A tool that says that it only reads is kept by itself; others where the configuration says so.
                </Empty>
              ) : (
                <ByTool tools={status.tools} />
              )}
            </Panel>
          </>
        )}
      </Loaded>
    </Page>
  );
}

function Numbers({ status: { total, maxBytes } }: { readonly status: CacheStatus }): ReactNode {
  const served = total.hits + total.stale + total.joined;
  return (
    <>
      <SimpleGrid cols={{ base: 2, md: 4 }} spacing="sm">
        <Figure
          label="Answered from it"
          value={shareText(served, served + total.misses)}
          note={`${countText(served)} of ${plural(served + total.misses, "lookup")}`}
        />
        <Figure label="Saved" value={durationText(total.savedMs)} note="that calls need not take again" />
        <Figure label="Kept" value={countText(total.entries)} note={`${countText(total.stored)} since the start`} />
        <Figure
          label="Dropped"
          value={countText(total.evicted + total.invalidated)}
          note={`${countText(total.evicted)} for want of room`}
        />
      </SimpleGrid>
      <Panel>
        <Group justify="space-between" mb={6}>
          <Text size="sm">Memory</Text>
          <Text size="sm" className="numbers">{`${bytesText(total.bytes)} of ${bytesText(maxBytes)}`}</Text>
        </Group>
        <Progress value={(total.bytes / Math.max(1, maxBytes)) * 100} aria-label="Memory of the cache" />
      </Panel>
    </>
  );
}

function ByTool({ tools }: { readonly tools: CacheStatus["tools"] }): ReactNode {
  const [shown, more] = useSome(
    tools.toSorted((a, b) => b.hits + b.misses - a.hits - a.misses),
    "tools",
  );
  return (
    <>
      <Table className="numbers" layout="fixed">
        <Table.Thead>
          <Table.Tr>
            <Table.Th w="40%">Tool</Table.Th>
            <Table.Th ta="right">Hits</Table.Th>
            <Table.Th ta="right">Misses</Table.Th>
            <Table.Th ta="right" visibleFrom="sm">
              Kept
            </Table.Th>
            <Table.Th ta="right" visibleFrom="sm">
              Saved
            </Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {shown.map(({ upstream, tool, hits, stale, joined, misses, bytes, savedMs }) => (
            <Table.Tr key={`${upstream}/${tool}`}>
              <Table.Td className="ellipsis" title={`${upstream}/${tool}`}>
                {tool}
                <Text size="xs" c="dimmed" className="ellipsis">
                  {upstream}
                </Text>
              </Table.Td>
              <Table.Td ta="right">{countText(hits + stale + joined)}</Table.Td>
              <Table.Td ta="right">{countText(misses)}</Table.Td>
              <Table.Td ta="right" visibleFrom="sm">
                {bytesText(bytes)}
              </Table.Td>
              <Table.Td ta="right" visibleFrom="sm">
                {durationText(savedMs)}
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
      {more}
    </>
  );
}

function warm(): void {
  void tell(() => act<WarmReport>("/api/cache/warm"), "Made the calls of `cache.warm`", ["cache"]);
}

function Actions(): ReactNode {
  const [isOpen, { open, close }] = useDisclosure(false);
  return (
    <>
      <Button size="xs" variant="default" onClick={warm}>
        Warm it
      </Button>
      <Button size="xs" variant="light" color="red" onClick={open}>
        Purge …
      </Button>
      <Purge isOpen={isOpen} close={close} />
    </>
  );
}

function Purge({ isOpen, close }: { readonly isOpen: boolean; readonly close: () => void }): ReactNode {
  const status = useStatus();
  const [upstream, setUpstream] = useState<string | null>(null);
  const [pattern, setPattern] = useState("");
  const run = (): void => {
    const wish = { ...(upstream !== null && { upstream }), ...(pattern.trim() !== "" && { pattern: pattern.trim() }) };
    close();
    void tell(() => act("/api/cache/purge", wish), "Dropped", ["cache"]);
  };
  return (
    <Modal opened={isOpen} onClose={close} title="Drop what is kept" closeButtonProps={{ "aria-label": "Close" }}>
      <Stack>
        <Select
          label="Of which upstream"
          placeholder="of all"
          clearable
          data={status.data?.upstreams.map(({ name }) => name) ?? []}
          value={upstream}
          onChange={setUpstream}
        />
        <TextInput
          label="Which tools"
          description="UPSTREAM/TOOL; * stands for anything"
          placeholder="all"
          value={pattern}
          onChange={(event) => {
            setPattern(event.currentTarget.value);
          }}
        />
        <Group justify="flex-end">
          <Button variant="default" onClick={close}>
            Leave it
          </Button>
          <Button color="red.9" onClick={run}>
            {upstream === null && pattern.trim() === "" ? "Drop everything" : "Drop these"}
          </Button>
        </Group>
      </Stack>
    </Modal>
  );
}
