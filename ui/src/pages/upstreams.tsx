import { Button, Table, Text } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { useNavigate } from "@tanstack/react-router";
import type { ReactNode } from "react";
import type { UpstreamStatus } from "../answers.ts";
import { AddUpstreams } from "../parts/add-upstreams.tsx";
import { Icon } from "../parts/icon.tsx";
import { Empty, Loaded } from "../parts/loaded.tsx";
import { Page, Panel } from "../parts/page.tsx";
import { StateBadge } from "../parts/state-badge.tsx";
import { UntilText } from "../parts/until-text.tsx";
import { useStatus } from "../queries.ts";
import { bytesText, countText } from "../text.ts";
import { GoTo } from "../parts/go-to.tsx";

/** Every server behind the gateway, and how it stands. */
export function UpstreamsPage(): ReactNode {
  const status = useStatus();
  const [isAdding, { open, close }] = useDisclosure(false);
  return (
    <Page
      title="Upstreams"
      says="The MCP servers behind this gateway. One that is down never delays another."
      actions={
        <Button onClick={open} leftSection={<Icon name="plus" size={16} />}>
          Add upstreams
        </Button>
      }
    >
      <AddUpstreams isOpen={isAdding} close={close} />
      <Panel>
        <Loaded query={status}>
          {({ upstreams }) =>
            upstreams.length === 0 ? (
              <Empty title="There is no upstream yet">
                Paste what your client has in `mcpServers`, and it is behind the gateway.
              </Empty>
            ) : (
              <Table verticalSpacing="sm" highlightOnHover>
                <Table.Thead>
                  <Table.Tr>
                    <Table.Th>Name</Table.Th>
                    <Table.Th>State</Table.Th>
                    <Table.Th visibleFrom="sm" ta="right">
                      Tools
                    </Table.Th>
                    <Table.Th visibleFrom="md">Transport</Table.Th>
                    <Table.Th visibleFrom="md" ta="right">
                      Memory
                    </Table.Th>
                  </Table.Tr>
                </Table.Thead>
                <Table.Tbody>
                  {upstreams.map((upstream) => (
                    <Row key={upstream.name} upstream={upstream} />
                  ))}
                </Table.Tbody>
              </Table>
            )
          }
        </Loaded>
      </Panel>
    </Page>
  );
}

function Row({ upstream }: { readonly upstream: UpstreamStatus }): ReactNode {
  const { name, state, counts, transport, usage, server } = upstream;
  const navigate = useNavigate();
  const problem = "problem" in state ? state.problem : undefined;
  return (
    <Table.Tr className="row-link" onClick={() => void navigate({ to: "/upstreams/$name", params: { name } })}>
      <Table.Td maw={200}>
        <GoTo to="/upstreams/$name" params={{ name }} fw={600} size="sm" style={{ overflowWrap: "anywhere" }}>
          {name}
        </GoTo>
        <Text size="xs" c="dimmed" className="ellipsis">
          {server}
        </Text>
      </Table.Td>
      <Table.Td>
        <StateBadge state={state.kind} />
        {problem !== undefined && (
          <Text size="xs" c="dimmed" lineClamp={2} mt={4} style={{ overflowWrap: "anywhere" }}>
            {problem.message}
          </Text>
        )}
        {state.kind === "recovering" && (
          <Text size="xs" c="dimmed">
            tried again <UntilText at={state.nextTryAt} />
          </Text>
        )}
      </Table.Td>
      <Table.Td visibleFrom="sm" ta="right" className="numbers">
        {countText(counts.tools)}
      </Table.Td>
      <Table.Td visibleFrom="md">{transport}</Table.Td>
      <Table.Td visibleFrom="md" ta="right" className="numbers">
        {usage === undefined ? "–" : bytesText(usage.residentBytes)}
      </Table.Td>
    </Table.Tr>
  );
}
