import { Button, FileButton, Grid, SegmentedControl, Stack, Text, Textarea } from "@mantine/core";
import { type ReactNode, useState } from "react";
import { contentTypes, countOf, csvRows, kindOfText, templateFor } from "../operations.ts";
import { EachRow } from "../parts/each-row.tsx";
import { How, type Sent } from "../parts/job-how.tsx";
import { Page, Panel } from "../parts/page.tsx";
import { PagesSource, noPages, objectIn } from "../parts/pages-source.tsx";
import { RowsTable } from "../parts/result-view.tsx";
import { useTools } from "../queries.ts";
import { plural } from "../text.ts";

/** Rows of a file that are shown before it is submitted. */
const previewed = 6;

/** A job from a file, or of what a tool answers page by page: looked at first, then tried on some, then on all, or made at times. */
export function NewJobPage(): ReactNode {
  const [from, setFrom] = useState("file");
  return (
    <Page
      title="Submit a job"
      back={{ to: "/jobs", label: "Jobs" }}
      says="All operations are checked before the first begins. Where one is wrong, nothing is kept."
      actions={
        <SegmentedControl
          aria-label="What it is made of"
          data={[
            { value: "file", label: "From a file" },
            { value: "pages", label: "From a tool's pages" },
          ]}
          value={from}
          onChange={setFrom}
        />
      }
    >
      {from === "file" ? <FileJob /> : <PagesJob />}
    </Page>
  );
}

/** The tool that each row calls, and the operation that is made for it, filled in from what the rows have. */
function useTemplate(): {
  readonly names: readonly string[];
  readonly tool: string | null;
  readonly template: string;
  readonly setTemplate: (text: string) => void;
  readonly choose: (name: string | null, columns: readonly string[]) => void;
} {
  const [tool, setTool] = useState<string | null>(null);
  const [template, setTemplate] = useState("");
  const tools = useTools();
  return {
    names: tools.data?.map(({ name }) => name) ?? [],
    tool,
    template,
    setTemplate,
    choose(name, columns) {
      setTool(name);
      const chosen = tools.data?.find((each) => each.name === name);
      if (chosen !== undefined) {
        setTemplate(JSON.stringify(templateFor(chosen.name, columns, chosen.inputSchema), undefined, 2));
      }
    },
  };
}

function columnsOf(text: string): readonly string[] {
  return csvRows(text, 1)[0] ?? [];
}

function FileJob(): ReactNode {
  const [text, setText] = useState("");
  const { choose, ...row } = useTemplate();
  const isCsv = text.trim() !== "" && kindOfText(text) === "csv";
  return (
    <Grid>
      <Grid.Col span={{ base: 12, md: 7 }}>
        <Operations
          text={text}
          take={(next) => {
            setText(next);
            choose(row.tool, columnsOf(next));
          }}
        />
      </Grid.Col>
      <Grid.Col span={{ base: 12, md: 5 }}>
        <Stack>
          {isCsv && (
            <EachRow
              {...row}
              says="{{column}} stands for a cell."
              choose={(name) => {
                choose(name, columnsOf(text));
              }}
            />
          )}
          <How title={isCsv ? "3. How" : "2. How"} sent={sentOf(text, row.template)} />
        </Stack>
      </Grid.Col>
    </Grid>
  );
}

function sentOf(text: string, template: string): Sent | undefined {
  if (text.trim() === "") return undefined;
  const kind = kindOfText(text);
  const type = contentTypes[kind];
  if (kind !== "csv") return { text, type };
  const operation = objectIn(template);
  return operation && { text, type, template: JSON.stringify(operation) };
}

function PagesJob(): ReactNode {
  const [wish, setWish] = useState(noPages);
  const [columns, setColumns] = useState<readonly string[]>([]);
  const tools = useTools();
  const { choose, ...row } = useTemplate();
  const { tool, rows, next, cursor } = wish;
  const [args, template] = [objectIn(wish.arguments), objectIn(row.template)];
  const isWhole = tool !== null && args !== undefined && template !== undefined;
  const each = { tool, arguments: args, rows, next, cursor };
  return (
    <Grid>
      <Grid.Col span={{ base: 12, md: 7 }}>
        <PagesSource
          tools={tools.data ?? []}
          wish={wish}
          set={setWish}
          found={(found) => {
            setColumns(found);
            choose(row.tool, found);
          }}
        />
      </Grid.Col>
      <Grid.Col span={{ base: 12, md: 5 }}>
        <Stack>
          <EachRow
            {...row}
            says="{{member}} stands for a member of the row. An idempotencyKey such as done-{{id}} keeps a row from being done twice."
            choose={(name) => {
              choose(name, columns);
            }}
          />
          <How
            title="3. How"
            sent={isWhole ? { text: JSON.stringify({ each, template }), type: contentTypes.json } : undefined}
          />
        </Stack>
      </Grid.Col>
    </Grid>
  );
}

const example = `message
first
second

or one operation a line:
{"type":"tool_call","parameters":{"tool_name":"…","arguments":{}}}`;

function Operations({ text, take }: { readonly text: string; readonly take: (text: string) => void }): ReactNode {
  return (
    <Panel title="1. Operations" aside={<FromFile take={take} />}>
      <Textarea
        aria-label="Operations as CSV, JSONL or JSON"
        placeholder={example}
        autosize
        minRows={9}
        maxRows={16}
        value={text}
        onChange={(event) => {
          take(event.currentTarget.value);
        }}
        styles={{ input: { fontFamily: "var(--mantine-font-family-monospace)", fontSize: 13 } }}
      />
      <Preview text={text} />
    </Panel>
  );
}

function FromFile({ take }: { readonly take: (text: string) => void }): ReactNode {
  return (
    <FileButton
      accept=".csv,.jsonl,.ndjson,.json,text/csv,application/json"
      onChange={(file) => {
        void file?.text().then(take);
      }}
    >
      {(given) => (
        <Button {...given} variant="default" size="xs">
          From a file
        </Button>
      )}
    </FileButton>
  );
}

function Preview({ text }: { readonly text: string }): ReactNode {
  if (text.trim() === "") return null;
  const kind = kindOfText(text);
  const count = countOf(text, kind);
  const [header = [], ...rows] = kind === "csv" ? csvRows(text, previewed) : [];
  return (
    <Stack gap="xs" mt="md">
      <Text size="sm" c="dimmed" role="status">
        {`${kind.toUpperCase()}${count === undefined ? "" : `, ${plural(count, "operation")}`}${rows.length > 0 && count !== undefined && count > rows.length ? `; the first ${rows.length}:` : ""}`}
      </Text>
      {rows.length > 0 && (
        <RowsTable
          rows={rows.map((row) => Object.fromEntries(header.map((name, index) => [name, row[index] ?? ""])))}
        />
      )}
    </Stack>
  );
}
