import { Alert, Code, Image, Stack, Table, Tabs, Text } from "@mantine/core";
import type { ReactNode } from "react";
import type { Content, Json, JsonObject, ToolResult } from "../answers.ts";
import { countText } from "../text.ts";
import { JsonView } from "./json-view.tsx";

/** Rows of a table that are shown; all are in the JSON. */
const maxRows = 200;

/** What a tool answered, as people read it; and as it came. */
export function ResultView({ result }: { readonly result: ToolResult }): ReactNode {
  const rows = rowsIn(result);
  const content = result.content ?? [];
  return (
    <Stack gap="sm">
      {result.isError === true && (
        <Alert color="orange" variant="light" title="The tool says that it failed">
          It did answer: what follows is what it says.
        </Alert>
      )}
      <Tabs defaultValue={rows === undefined ? "content" : "table"} keepMounted={false}>
        <Tabs.List mb="sm">
          {rows !== undefined && <Tabs.Tab value="table">Table</Tabs.Tab>}
          <Tabs.Tab value="content">Content</Tabs.Tab>
          <Tabs.Tab value="json">JSON</Tabs.Tab>
        </Tabs.List>
        {rows !== undefined && (
          <Tabs.Panel value="table">
            <RowsTable rows={rows} />
          </Tabs.Panel>
        )}
        <Tabs.Panel value="content">
          <Stack gap="sm">
            {content.length === 0 && (
              <Text size="sm" c="dimmed">
                There is no content; see the JSON.
              </Text>
            )}
            {content.map((part, index) => (
              // Parts have no name, and their order is all that tells them apart.
              <Part key={`${index} ${part.type}`} part={part} />
            ))}
          </Stack>
        </Tabs.Panel>
        <Tabs.Panel value="json">
          <JsonView value={result} label="The result as JSON" />
        </Tabs.Panel>
      </Tabs>
    </Stack>
  );
}

function Part({ part }: { readonly part: Content }): ReactNode {
  const { type, data, mimeType = "", text, uri, name, resource } = part;
  if (type === "image" && data !== undefined)
    return <Image src={`data:${mimeType};base64,${data}`} alt="What the tool drew" maw={520} fit="contain" />;
  if (type === "audio" && data !== undefined)
    return <audio controls src={`data:${mimeType};base64,${data}`} aria-label="What the tool recorded" />;
  if (type === "resource_link") return <Text size="sm">{`${name ?? "Resource"}: ${uri ?? ""}`}</Text>;
  const shown = text ?? resource?.text;
  if (shown === undefined) return <JsonView value={part} label={type} />;
  return (
    <Code
      block
      tabIndex={0}
      role="region"
      aria-label="Text of the result"
      mah={420}
      style={{ overflow: "auto", whiteSpace: "pre-wrap", overflowWrap: "anywhere", fontSize: 13 }}
    >
      {pretty(shown)}
    </Code>
  );
}

/** JSON in a text is shown as such. */
function pretty(text: string): string {
  if (!/^\s*[{[]/.test(text)) return text;
  try {
    return JSON.stringify(JSON.parse(text), undefined, 2);
  } catch {
    return text;
  }
}

function isRow(value: Json | undefined): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** A list of objects in the structured content, or in a text that is one: what people read as a table. */
function rowsIn({ structuredContent, content }: ToolResult): readonly JsonObject[] | undefined {
  const [only] = content ?? [];
  const value = structuredContent ?? parsed(content?.length === 1 ? only?.text : undefined);
  const lists = Array.isArray(value)
    ? [value]
    : isRow(value)
      ? Object.values(value).filter((each) => Array.isArray(each))
      : [];
  const [list] = lists;
  if (lists.length !== 1 || !Array.isArray(list) || list.length === 0) return undefined;
  const rows = list.filter((each) => isRow(each));
  return rows.length === list.length ? rows : undefined;
}

function parsed(text: string | undefined): Json | undefined {
  if (text === undefined || !/^\s*[{[]/.test(text)) return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Rows that share their members, as a table. */
export function RowsTable({ rows }: { readonly rows: readonly JsonObject[] }): ReactNode {
  const names = [...new Set(rows.slice(0, maxRows).flatMap((row) => Object.keys(row)))].slice(0, 20);
  return (
    <>
      <Table.ScrollContainer
        minWidth={Math.min(names.length * 110, 900)}
        scrollAreaProps={{ viewportProps: { tabIndex: 0 } }}
      >
        <Table striped className="numbers">
          <Table.Thead>
            <Table.Tr>
              {names.map((name) => (
                <Table.Th key={name}>{name}</Table.Th>
              ))}
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {rows.slice(0, maxRows).map((row, index) => (
              <Table.Tr key={`${index} ${JSON.stringify(row[names[0] ?? ""])}`}>
                {names.map((name) => (
                  <Table.Td key={name} ta={typeof row[name] === "number" ? "right" : "left"}>
                    {cellText(row[name])}
                  </Table.Td>
                ))}
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </Table.ScrollContainer>
      {rows.length > maxRows && (
        <Text size="xs" c="dimmed">{`${countText(rows.length - maxRows)} more rows: see the JSON`}</Text>
      )}
    </>
  );
}

function cellText(value: Json | undefined): string {
  if (value === undefined || value === null) return "";
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}
