import { Alert, Group, Select, Stack, Table, Text, TextInput, UnstyledButton } from "@mantine/core";
import { type ReactNode, useDeferredValue, useState } from "react";
import { Icon } from "../parts/icon.tsx";
import { Empty, Loaded } from "../parts/loaded.tsx";
import { Panel } from "../parts/page.tsx";
import { Tag } from "../parts/state-badge.tsx";
import { plural } from "../text.ts";
import type { EntitiesAnswer, ValidityAnswer } from "./answers.ts";
import { useAnswer } from "./ask.ts";
import { titleOf } from "./figures.ts";

type Listed = EntitiesAnswer["entities"][number];
type Finding = ValidityAnswer["findings"][number];

/** Entities that one answer has, and rows that are drawn. */
const mostAsked = 1000;
const mostDrawn = 100;

/** Findings that are shown above the table; each entity has its own beside it. */
const mostFindings = 6;

/** What the model is made of, to look for one, and what is wrong with it. */
export function EntitiesView({
  model,
  open,
}: {
  readonly model: string;
  readonly open: (id: string) => void;
}): ReactNode {
  const list = useAnswer<EntitiesAnswer>(model, "entities_list", { limit: mostAsked });
  const validity = useAnswer<ValidityAnswer>(model, "entity_validate", {});
  const findings = validity.data?.findings ?? [];
  return (
    <>
      <Wrong findings={findings} />
      <Panel>
        <Loaded query={list}>
          {({ entities, total }) =>
            total === 0 ? (
              <Empty title="There is no entity">
                Write a YAML file in the model’s folder, or save one with entity_save.
              </Empty>
            ) : (
              <Search entities={entities} total={total} findings={findings} open={open} />
            )
          }
        </Loaded>
      </Panel>
    </>
  );
}

function Wrong({ findings }: { readonly findings: readonly Finding[] }): ReactNode {
  if (findings.length === 0) return null;
  const errors = findings.filter(({ severity }) => severity === "error");
  const shown = (errors.length > 0 ? errors : findings).slice(0, mostFindings);
  const rest = findings.length - shown.length;
  return (
    <Alert
      color={errors.length > 0 ? "red" : "orange"}
      variant="light"
      title={
        errors.length > 0
          ? `${plural(errors.length, "error")} in the files: nothing is computed until they are mended`
          : `${plural(findings.length, "warning")} in the files`
      }
    >
      <Stack gap={6}>
        {shown.map(({ file, line, column, rule, message, suggestion }) => (
          <Text key={`${file}:${line}:${column} ${rule}`} size="sm" style={{ overflowWrap: "anywhere" }}>
            <span className="mono">{`${file}:${line}`}</span>
            {` ${message} ${suggestion}`}
          </Text>
        ))}
        {rest > 0 && <Text size="xs">{`and ${rest} more`}</Text>}
      </Stack>
    </Alert>
  );
}

function Search(given: {
  readonly entities: readonly Listed[];
  readonly total: number;
  readonly findings: readonly Finding[];
  readonly open: (id: string) => void;
}): ReactNode {
  const { entities, total, findings, open } = given;
  const [text, setText] = useState("");
  const [type, setType] = useState<string | null>(null);
  const words = useDeferredValue(text).toLowerCase().split(/\s+/).filter(Boolean);
  const found = entities.filter(
    (entity) => (type === null || entity.type === type) && words.every((word) => hayOf(entity).includes(word)),
  );
  const types = [...new Set(entities.map((entity) => entity.type))];
  return (
    <Stack gap="sm">
      <Group gap="sm" align="flex-end">
        <TextInput
          flex={1}
          miw={180}
          aria-label="Search entities"
          placeholder="Search names, tags and files"
          leftSection={<Icon name="search" />}
          value={text}
          onChange={(event) => {
            setText(event.currentTarget.value);
          }}
        />
        <Select
          w={170}
          aria-label="Type"
          placeholder="every type"
          clearable
          data={types.map((value) => ({ value, label: titleOf(value) }))}
          value={type}
          onChange={setType}
        />
      </Group>
      <Text size="sm" c="dimmed" role="status">
        {found.length === total
          ? plural(total, "entity", "entities")
          : `${found.length} of ${plural(total, "entity", "entities")}`}
      </Text>
      <Rows entities={found.slice(0, mostDrawn)} findings={findings} open={open} />
      {found.length > mostDrawn && (
        <Text size="sm" c="dimmed">{`${found.length - mostDrawn} more: type more of the name.`}</Text>
      )}
    </Stack>
  );
}

function hayOf({ name, type, tags = [], source }: Listed): string {
  return `${name} ${type} ${tags.join(" ")} ${source}`.toLowerCase();
}

function Rows(given: {
  readonly entities: readonly Listed[];
  readonly findings: readonly Finding[];
  readonly open: (id: string) => void;
}): ReactNode {
  const { entities, findings, open } = given;
  if (entities.length === 0) return <Empty title="No entity is called so" />;
  return (
    <Table className="numbers" highlightOnHover>
      <Table.Thead>
        <Table.Tr>
          <Table.Th>Name</Table.Th>
          <Table.Th>Type</Table.Th>
          <Table.Th visibleFrom="sm">From</Table.Th>
          <Table.Th visibleFrom="sm">To</Table.Th>
          <Table.Th visibleFrom="md">File</Table.Th>
        </Table.Tr>
      </Table.Thead>
      <Table.Tbody>
        {entities.map(({ id, name, type, start_date: from, end_date: to, source }) => (
          <Table.Tr key={id}>
            <Table.Td style={{ overflowWrap: "anywhere" }}>
              <UnstyledButton
                fz="sm"
                c="var(--mantine-color-anchor)"
                onClick={() => {
                  open(id);
                }}
              >
                {name}
              </UnstyledButton>{" "}
              <State findings={findings.filter(({ entity }) => entity === id)} />
            </Table.Td>
            <Table.Td>{titleOf(type)}</Table.Td>
            <Table.Td visibleFrom="sm">{from}</Table.Td>
            <Table.Td visibleFrom="sm">{to ?? ""}</Table.Td>
            <Table.Td visibleFrom="md" className="mono" c="dimmed">
              {source}
            </Table.Td>
          </Table.Tr>
        ))}
      </Table.Tbody>
    </Table>
  );
}

function State({ findings }: { readonly findings: readonly Finding[] }): ReactNode {
  if (findings.length === 0) return null;
  const errors = findings.filter(({ severity }) => severity === "error").length;
  return errors > 0 ? (
    <Tag color="red">{plural(errors, "error")}</Tag>
  ) : (
    <Tag color="orange">{plural(findings.length, "warning")}</Tag>
  );
}
