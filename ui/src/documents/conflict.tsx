import { Alert, Button, Group, Radio, Stack, Table, Text } from "@mantine/core";
import { type ReactNode, useState } from "react";
import type { Json, JsonObject } from "../answers.ts";
import { Panel } from "../parts/page.tsx";
import type { DocTypeAnswer } from "./answers.ts";
import { type Version, changedByOthers, contentOf, versionsOf } from "./changes.ts";
import { isTable, shownValue } from "./fields.ts";
import { rowsOf, textAt } from "./json.ts";

/** Both versions of what was changed here, as somebody else has saved the document meanwhile: a person says for each what shall stand. */
export function Conflict(given: {
  readonly docType: DocTypeAnswer;
  readonly before: JsonObject;
  readonly theirs: JsonObject;
  readonly mine: JsonObject;
  readonly isRunning: boolean;
  readonly save: (changes: JsonObject) => void;
  readonly close: () => void;
}): ReactNode {
  const { docType, before, theirs, mine, isRunning, save, close } = given;
  const versions = versionsOf(docType, before, theirs, mine);
  const others = changedByOthers(docType, before, theirs, mine);
  const [chosen, choose] = useState<Readonly<Record<string, string>>>({});
  const isOpen = versions.some(({ field }) => chosen[field.name] === undefined);
  const kept = versions.filter(({ field }) => chosen[field.name] === "mine").map(({ field }) => field.name);
  return (
    <Panel title="Somebody else has changed it meanwhile">
      <Stack gap="md">
        <Alert color="orange" variant="light">
          {`${textAt(theirs, "modified_by")} saved another version at ${textAt(theirs, "modified")}. Nothing of yours was written. Say for each of your changes what shall stand.`}
        </Alert>
        {versions.map((version) => (
          <Choice
            key={version.field.name}
            version={version}
            chosen={chosen[version.field.name]}
            choose={(which) => {
              choose({ ...chosen, [version.field.name]: which });
            }}
          />
        ))}
        {others.length > 0 && (
          <Text size="sm" c="dimmed">{`Changed by them besides, and kept: ${others.join(", ")}.`}</Text>
        )}
        <Group justify="flex-end">
          <Button variant="default" onClick={close}>
            Leave theirs
          </Button>
          <Button
            loading={isRunning}
            disabled={isOpen || kept.length === 0}
            onClick={() => {
              save(Object.fromEntries(kept.map((name) => [name, mine[name]])));
            }}
          >
            Save what I chose
          </Button>
        </Group>
      </Stack>
    </Panel>
  );
}

function Choice(given: {
  readonly version: Version;
  readonly chosen: string | undefined;
  readonly choose: (which: string) => void;
}): ReactNode {
  const { version, chosen, choose } = given;
  const { field, before, theirs, mine } = version;
  const isTheirsToo = contentOf(field.type, before) !== contentOf(field.type, theirs);
  const textOf = (value: Json | undefined): string => {
    if (isTable(field.type)) return JSON.stringify(rowsOf(value)).slice(0, 500);
    const text = shownValue(field.type, value);
    return text === "" ? "nothing" : text;
  };
  return (
    <Radio.Group label={field.label} value={chosen ?? null} onChange={choose}>
      <Table className="numbers">
        <Table.Tbody>
          <Table.Tr>
            <Table.Td w="30%">
              <Text size="sm" c="dimmed">
                As you read it
              </Text>
            </Table.Td>
            <Table.Td style={{ overflowWrap: "anywhere" }}>{isTable(field.type) ? "" : textOf(before)}</Table.Td>
          </Table.Tr>
          <Table.Tr>
            <Table.Td>
              <Radio value="theirs" label={isTheirsToo ? "Theirs" : "Theirs (as it was)"} />
            </Table.Td>
            <Table.Td style={{ overflowWrap: "anywhere" }}>
              {isTable(field.type) ? "the rows as they are now" : textOf(theirs)}
            </Table.Td>
          </Table.Tr>
          <Table.Tr>
            <Table.Td>
              <Radio value="mine" label="Mine" />
            </Table.Td>
            <Table.Td style={{ overflowWrap: "anywhere" }}>{textOf(mine)}</Table.Td>
          </Table.Tr>
        </Table.Tbody>
      </Table>
    </Radio.Group>
  );
}
