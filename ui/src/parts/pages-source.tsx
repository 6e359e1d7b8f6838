import { Button, Group, JsonInput, Select, Stack, Text, TextInput } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import type { ReactNode } from "react";
import type { JsonObject, Tool } from "../answers.ts";
import { rowsFoundIn } from "../operations.ts";
import { plural } from "../text.ts";
import { callTool } from "../tool-call.ts";
import { Problem } from "./loaded.tsx";
import { Panel } from "./page.tsx";
import { RowsTable } from "./result-view.tsx";

/** The pages of a tool, as they are wished. */
export interface PagesWish {
  readonly tool: string | null;
  /** As JSON. */
  readonly arguments: string;
  readonly rows: string;
  readonly next: string;
  readonly cursor: string;
}

/** Those of no tool, with what is usual. */
export const noPages: PagesWish = {
  tool: null,
  arguments: "{}",
  rows: "/structuredContent/",
  next: "/structuredContent/next_cursor",
  cursor: "cursor",
};

/** Rows of the first page that are shown. */
const shownRows = 6;

/** Which tool is read page by page; its first page is looked at to find where the rows are. */
export function PagesSource(given: {
  readonly tools: readonly Tool[];
  readonly wish: PagesWish;
  readonly set: (wish: PagesWish) => void;
  /** Told of the members that the first row has. */
  readonly found: (columns: readonly string[]) => void;
}): ReactNode {
  const { tools, wish, set, found } = given;
  return (
    <Panel title="1. Pages">
      <Stack gap="sm">
        <Select
          label="Tool that is read"
          description="One that says that it only reads: a page may have to be read again."
          data={tools.filter(({ annotations }) => annotations?.readOnlyHint === true).map(({ name }) => name)}
          searchable
          value={wish.tool}
          onChange={(tool) => {
            set({ ...wish, tool });
          }}
        />
        <JsonInput
          label="Its arguments"
          autosize
          minRows={2}
          maxRows={10}
          value={wish.arguments}
          onChange={(text) => {
            set({ ...wish, arguments: text });
          }}
          validationError="This is not JSON"
        />
        <FirstPage wish={wish} set={set} found={found} />
        <Places wish={wish} set={set} />
      </Stack>
    </Panel>
  );
}

/** Looks at the first page, shows some of it, and takes from there where the rows are. */
function FirstPage({ wish, set, found }: Omit<Parameters<typeof PagesSource>[0], "tools">): ReactNode {
  const look = useMutation({
    mutationFn: async ({ tool, args }: { readonly tool: string; readonly args: JsonObject }) => {
      const { result } = await callTool(tool, args, () => undefined, new AbortController().signal);
      const page = rowsFoundIn({ structuredContent: result.structuredContent });
      if (page === undefined) throw new Error("Its answer has no list of objects with rows");
      return page;
    },
    onSuccess: ({ rows, next, first }) => {
      set({ ...wish, rows, ...(next !== undefined && { next }) });
      found(Object.keys(first[0] ?? {}));
    },
  });
  const args = objectIn(wish.arguments);
  return (
    <>
      <Group>
        <Button
          variant="default"
          size="xs"
          disabled={wish.tool === null || args === undefined}
          loading={look.isPending}
          onClick={() => {
            if (wish.tool !== null && args !== undefined) look.mutate({ tool: wish.tool, args });
          }}
        >
          Look at the first page
        </Button>
      </Group>
      {look.isError && <Problem error={look.error} />}
      {look.data !== undefined && (
        <>
          <Text size="sm" c="dimmed" role="status">
            {`${plural(look.data.first.length, "row")} on the first page:`}
          </Text>
          <RowsTable rows={look.data.first.slice(0, shownRows)} />
        </>
      )}
    </>
  );
}

const places = [
  { key: "rows", label: "Where the rows are" },
  { key: "next", label: "Where it says what comes next" },
  { key: "cursor", label: "Argument that takes that" },
] as const;

function Places({ wish, set }: { readonly wish: PagesWish; readonly set: (wish: PagesWish) => void }): ReactNode {
  return (
    <Group grow align="flex-end">
      {places.map(({ key, label }) => (
        <TextInput
          key={key}
          label={label}
          value={wish[key]}
          onChange={(event) => {
            set({ ...wish, [key]: event.currentTarget.value });
          }}
        />
      ))}
    </Group>
  );
}

/** The object that a text is as JSON; undefined where it is none. */
export function objectIn(text: string): JsonObject | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null && !Array.isArray(value) ? { ...value } : undefined;
  } catch {
    return undefined;
  }
}
