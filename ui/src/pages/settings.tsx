import { Alert, Code, Group, Stack, Switch, Table, Text, TextInput } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import type { ReactNode } from "react";
import type { KeepingStatus, Setting, Settings } from "../answers.ts";
import { read } from "../api.ts";
import { FactTable } from "../parts/fact-table.tsx";
import { Icon } from "../parts/icon.tsx";
import { Empty, Loaded } from "../parts/loaded.tsx";
import { Page, Panel } from "../parts/page.tsx";
import { useSome } from "../parts/some.tsx";
import { Tag } from "../parts/state-badge.tsx";
import { countText, momentText } from "../text.ts";

type Shown = Settings & { readonly version: string; readonly store: KeepingStatus };

/** Every setting that counts, where each comes from, and how it is changed. */
export function SettingsPage(): ReactNode {
  const settings = useQuery({ queryKey: ["settings"], queryFn: ({ signal }) => read<Shown>("/api/settings", signal) });
  return (
    <Page title="Settings" says="What this gateway goes by. Secrets are never shown: … stands for what may be one.">
      <Loaded query={settings}>
        {(shown) => (
          <>
            {shown.isChangedSinceStart && (
              <Alert color="orange" variant="light" title="The file was changed since the gateway began">
                What says *at the next start* may be otherwise here than what runs.
              </Alert>
            )}
            <Where shown={shown} />
            <List settings={shown.settings} />
          </>
        )}
      </Loaded>
    </Page>
  );
}

function Where({ shown: { file, version, store } }: { readonly shown: Shown }): ReactNode {
  const { problem, audit } = store;
  return (
    <Panel title="Where it stands, and how it is changed">
      <Stack gap="sm">
        <Text size="sm">
          {file === undefined
            ? "There is no file: a program holds this gateway, or it shows what it can do. `switchyard add` begins a file."
            : "Edit the file, or use `switchyard add`, `enable`, `disable`, and the pages here: all of them write it. It is watched, and a wrong one changes nothing that runs."}
        </Text>
        <FactTable
          facts={[
            ["File", file === undefined ? undefined : <Code key="file">{file}</Code>],
            ["Version", version],
            ["Kept in", store.file === undefined ? "nothing is kept" : <Code key="store">{store.file}</Code>],
            [
              "Database",
              problem === undefined ? (
                <Tag key="ok" color="teal">
                  works
                </Tag>
              ) : (
                `${problem.message}, since ${momentText(problem.since)}. ${problem.suggestion}`
              ),
            ],
            ["Writes that wait", countText(store.waiting + (audit?.waiting ?? 0))],
            ["Writes given up", countText(store.dropped + (audit?.dropped ?? 0))],
          ]}
        />
      </Stack>
    </Panel>
  );
}

function List({ settings }: { readonly settings: readonly Setting[] }): ReactNode {
  const { q = "", all } = useSearch({ from: "/settings" });
  const navigate = useNavigate();
  const go = (more: Readonly<Record<string, string | undefined>>): void => {
    void navigate({ to: "/settings", search: { q, all, ...more }, replace: true });
  };
  const words = q.toLowerCase().split(/\s+/).filter(Boolean);
  const found = settings.filter(
    ({ key, from }) => (all === "yes" || from !== "default") && words.every((word) => key.toLowerCase().includes(word)),
  );
  const [shown, more] = useSome(found, `${q} ${String(all)}`);
  return (
    <Panel
      title="Settings"
      aside={
        <Switch
          label="defaults, too"
          checked={all === "yes"}
          onChange={(event) => {
            go({ all: event.currentTarget.checked ? "yes" : undefined });
          }}
        />
      }
    >
      <TextInput
        aria-label="Search settings"
        placeholder="Search keys"
        leftSection={<Icon name="search" />}
        mb="sm"
        value={q}
        onChange={(event) => {
          go({ q: event.currentTarget.value });
        }}
      />
      {found.length === 0 ? (
        <Empty title="No setting fits">
          {all === "yes" ? "Take a word away." : "Nothing of this is written in the file; show the defaults, too."}
        </Empty>
      ) : (
        <Rows settings={shown} />
      )}
      {more}
    </Panel>
  );
}

function Rows({ settings }: { readonly settings: readonly Setting[] }): ReactNode {
  return (
    <Table layout="fixed">
      <Table.Thead>
        <Table.Tr>
          <Table.Th>Key</Table.Th>
          <Table.Th>Value</Table.Th>
          <Table.Th w={126} visibleFrom="sm">
            From
          </Table.Th>
          <Table.Th w={140} visibleFrom="md">
            Applies
          </Table.Th>
        </Table.Tr>
      </Table.Thead>
      <Table.Tbody>
        {settings.map(({ key, value, from, applies }) => (
          <Table.Tr key={key}>
            <Table.Td className="mono" style={{ overflowWrap: "anywhere" }}>
              {key}
            </Table.Td>
            <Table.Td className="mono" style={{ overflowWrap: "anywhere" }}>
              {valueText(value)}
            </Table.Td>
            <Table.Td visibleFrom="sm">
              <Group gap="xs">
                <Tag color={from === "default" ? "gray" : "blue"}>{from}</Tag>
              </Group>
            </Table.Td>
            <Table.Td visibleFrom="md">
              <Text size="sm" c="dimmed">
                {applies}
              </Text>
            </Table.Td>
          </Table.Tr>
        ))}
      </Table.Tbody>
    </Table>
  );
}

function valueText(value: unknown): string {
  if (typeof value === "string") return value;
  if (typeof value === "object" && value !== null && "env" in value) return `the variable ${String(value.env)}`;
  return JSON.stringify(value);
}
