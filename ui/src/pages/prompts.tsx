import { Button, Group, Modal, Stack, Table, Text, TextInput } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { useNavigate } from "@tanstack/react-router";
import { useQuery } from "@tanstack/react-query";
import { type ReactNode, type SubmitEvent, useState } from "react";
import type { OtherPrompt, PromptsAnswer, ShownTemplate } from "../answers.ts";
import { act, read } from "../api.ts";
import { GoTo } from "../parts/go-to.tsx";
import { Icon } from "../parts/icon.tsx";
import { Empty, Loaded } from "../parts/loaded.tsx";
import { Page, Panel } from "../parts/page.tsx";
import { StateBadge } from "../parts/state-badge.tsx";
import { tell } from "../parts/told.ts";
import { countText, momentText } from "../text.ts";

/** The prompts that are written here, those of servers, and how often each is used. */
export function PromptsPage(): ReactNode {
  const prompts = useQuery({
    queryKey: ["prompts"],
    queryFn: ({ signal }) => read<PromptsAnswer>("/api/prompts", signal),
    refetchInterval: ({ state }) => (state.status === "error" ? false : 30_000),
  });
  const [isNaming, { open, close }] = useDisclosure(false);
  return (
    <Page
      title="Prompts"
      says="Templates that are written here and offered to every client as prompts__NAME, and the prompts of servers."
      actions={
        <Button leftSection={<Icon name="plus" size={16} />} onClick={open}>
          New template
        </Button>
      }
    >
      <NewTemplate isOpen={isNaming} close={close} />
      <Loaded query={prompts}>
        {({ templates, others, problem }) => (
          <>
            <Panel title="Templates">
              {problem !== undefined && <Text size="sm">{`${problem}: no template is offered.`}</Text>}
              {templates.length === 0 ? (
                <Empty title="There is no template yet">
                  Write one, or take over a prompt of a server to change what it says.
                </Empty>
              ) : (
                <Templates templates={templates} />
              )}
            </Panel>
            <Panel title="Prompts of servers">
              {others.length === 0 ? (
                <Empty title="No server has a prompt">Those of servers that are connected stand here.</Empty>
              ) : (
                <Others others={others} taken={new Set(templates.map(({ name }) => name))} />
              )}
            </Panel>
          </>
        )}
      </Loaded>
    </Page>
  );
}

function Templates({ templates }: { readonly templates: readonly ShownTemplate[] }): ReactNode {
  return (
    <Table verticalSpacing="sm" className="numbers">
      <Table.Thead>
        <Table.Tr>
          <Table.Th>Template</Table.Th>
          <Table.Th>State</Table.Th>
          <Table.Th visibleFrom="sm">Version</Table.Th>
          <Table.Th visibleFrom="md">For</Table.Th>
          <Table.Th ta="right">Uses</Table.Th>
          <Table.Th visibleFrom="md">Last used</Table.Th>
        </Table.Tr>
      </Table.Thead>
      <Table.Tbody>
        {templates.map(({ name, title, status, version, published, role, category, origin, uses }) => (
          <Table.Tr key={name}>
            <Table.Td>
              <GoTo to="/prompts/$name" params={{ name }} fw={600} size="sm" style={{ overflowWrap: "anywhere" }}>
                {name}
              </GoTo>
              <Text size="xs" c="dimmed">
                {[title, category, origin && `from ${origin.upstream}/${origin.prompt}`].filter(Boolean).join(" · ")}
              </Text>
            </Table.Td>
            <Table.Td>
              <StateBadge state={status} />
            </Table.Td>
            <Table.Td visibleFrom="sm">
              {published === undefined || published === version ? version : `${published}, last ${version}`}
            </Table.Td>
            <Table.Td visibleFrom="md">{role === undefined ? "all" : `${role} and above`}</Table.Td>
            <Table.Td ta="right">{countText(uses.total)}</Table.Td>
            <Table.Td visibleFrom="md">{uses.lastAt === undefined ? "never" : momentText(uses.lastAt)}</Table.Td>
          </Table.Tr>
        ))}
      </Table.Tbody>
    </Table>
  );
}

function Others(given: { readonly others: readonly OtherPrompt[]; readonly taken: ReadonlySet<string> }): ReactNode {
  const { others, taken } = given;
  return (
    <Table verticalSpacing="sm" className="numbers">
      <Table.Thead>
        <Table.Tr>
          <Table.Th>Prompt</Table.Th>
          <Table.Th visibleFrom="sm">Version</Table.Th>
          <Table.Th ta="right">Uses</Table.Th>
          <Table.Th visibleFrom="md">Last used</Table.Th>
          <Table.Th aria-label="What can be done" />
        </Table.Tr>
      </Table.Thead>
      <Table.Tbody>
        {others.map((prompt) => (
          <Table.Tr key={prompt.name}>
            <Table.Td>
              <Text size="sm" fw={600} style={{ overflowWrap: "anywhere" }}>
                {prompt.name}
              </Text>
              <Text size="xs" c="dimmed">
                {prompt.title ?? prompt.description}
              </Text>
            </Table.Td>
            <Table.Td visibleFrom="sm">{prompt.version ?? "–"}</Table.Td>
            <Table.Td ta="right">{countText(prompt.uses.total)}</Table.Td>
            <Table.Td visibleFrom="md">
              {prompt.uses.lastAt === undefined ? "never" : momentText(prompt.uses.lastAt)}
            </Table.Td>
            <Table.Td ta="right">
              <TakeOver prompt={prompt} taken={taken} />
            </Table.Td>
          </Table.Tr>
        ))}
      </Table.Tbody>
    </Table>
  );
}

function TakeOver({ prompt, taken }: { readonly prompt: OtherPrompt; readonly taken: ReadonlySet<string> }): ReactNode {
  const navigate = useNavigate();
  const own = prompt.prompt.replaceAll(/[^\w.-]/g, "-").slice(0, 50);
  const name = taken.has(own) ? `${own}-${taken.size + 1}` : own;
  const path = `/api/prompts/${encodeURIComponent(name)}/copy`;
  return (
    <Button
      size="xs"
      variant="default"
      aria-label={`Take over ${prompt.name}`}
      onClick={() =>
        void tell(() => act(path, { prompt: prompt.name }), `Copied to ${name}`, ["prompts"]).then((isDone) =>
          isDone ? navigate({ to: "/prompts/$name", params: { name } }) : undefined,
        )
      }
    >
      Take over
    </Button>
  );
}

function NewTemplate({ isOpen, close }: { readonly isOpen: boolean; readonly close: () => void }): ReactNode {
  const navigate = useNavigate();
  const [name, setName] = useState("");
  const isName = /^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}$/.test(name);
  const submit = (event: SubmitEvent): void => {
    event.preventDefault();
    if (isName) void navigate({ to: "/prompts/$name", params: { name } });
  };
  return (
    <Modal opened={isOpen} onClose={close} title="New template" closeButtonProps={{ "aria-label": "Close" }}>
      <Stack component="form" onSubmit={submit}>
        <TextInput
          label="Name"
          description="Clients see it as prompts__NAME. Letters, digits, _, - and . It stays."
          required
          data-autofocus
          value={name}
          error={name !== "" && !isName && "This cannot be a name"}
          onChange={(event) => {
            setName(event.currentTarget.value);
          }}
        />
        <Group justify="flex-end">
          <Button type="submit" disabled={!isName}>
            Write it
          </Button>
        </Group>
      </Stack>
    </Modal>
  );
}
