import { Button, FileButton, Grid, Group, JsonInput, NumberInput, Select, Stack, Text, Textarea } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { type ReactNode, useState } from "react";
import type { ShownJob } from "../answers.ts";
import { send } from "../api.ts";
import { Problem } from "../parts/loaded.tsx";
import { Page, Panel } from "../parts/page.tsx";
import { RowsTable } from "../parts/result-view.tsx";
import { contentTypes, countOf, csvRows, kindOfText, templateFor } from "../operations.ts";
import { queries, useTools } from "../queries.ts";
import { plural } from "../text.ts";

/** What of a job can be set here. */
interface Wish {
  readonly text: string;
  readonly template: string;
  readonly parallel: number;
  readonly retries: number;
  /** Undefined: all of it is made. */
  readonly dryRun: number | undefined;
}

async function submit({ text, template, parallel, retries, dryRun }: Wish): Promise<ShownJob> {
  const kind = kindOfText(text);
  const options = {
    parallel,
    retries,
    ...(dryRun !== undefined && { dryRun }),
    ...(kind === "csv" && { template: JSON.stringify(JSON.parse(template)) }),
  };
  const query = new URLSearchParams(Object.entries(options).map(([name, value]) => [name, String(value)]));
  const response = await send(`/api/jobs?${query}`, { text, type: contentTypes[kind] });
  return response.json();
}

/** Rows of a file that are shown before it is submitted. */
const previewed = 6;

/** A job from a file: looked at first, then tried on some, then on all. */
export function NewJobPage(): ReactNode {
  const [text, setText] = useState("");
  const [tool, setTool] = useState<string | null>(null);
  const [template, setTemplate] = useState("");
  const tools = useTools();
  const isCsv = text.trim() !== "" && kindOfText(text) === "csv";
  const choose = (name: string | null, from: string): void => {
    setTool(name);
    const chosen = tools.data?.find((each) => each.name === name);
    const [columns = []] = csvRows(from, 1);
    if (chosen !== undefined) {
      setTemplate(JSON.stringify(templateFor(chosen.name, columns, chosen.inputSchema), undefined, 2));
    }
  };
  return (
    <Page
      title="Submit a job"
      back={{ to: "/jobs", label: "Jobs" }}
      says="All operations are checked before the first begins. Where one is wrong, nothing is kept."
    >
      <Grid>
        <Grid.Col span={{ base: 12, md: 7 }}>
          <Operations
            text={text}
            take={(next) => {
              setText(next);
              choose(tool, next);
            }}
          />
        </Grid.Col>
        <Grid.Col span={{ base: 12, md: 5 }}>
          <Stack>
            {isCsv && (
              <EachRow
                names={tools.data?.map(({ name }) => name) ?? []}
                tool={tool}
                choose={(name) => {
                  choose(name, text);
                }}
                template={template}
                setTemplate={setTemplate}
              />
            )}
            <How
              title={isCsv ? "3. How" : "2. How"}
              text={text}
              template={template}
              isReady={text.trim() !== "" && (!isCsv || isJson(template))}
            />
          </Stack>
        </Grid.Col>
      </Grid>
    </Page>
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

function EachRow(given: {
  readonly names: readonly string[];
  readonly tool: string | null;
  readonly choose: (name: string | null) => void;
  readonly template: string;
  readonly setTemplate: (text: string) => void;
}): ReactNode {
  const { names, tool, choose, template, setTemplate } = given;
  return (
    <Panel title="2. What each row does">
      <Stack gap="sm">
        <Select
          label="Tool"
          description="Columns with the names of its arguments are filled in."
          data={names}
          searchable
          value={tool}
          onChange={choose}
        />
        <JsonInput
          label="Operation"
          description="{{column}} stands for a cell."
          autosize
          minRows={4}
          maxRows={16}
          value={template}
          onChange={setTemplate}
          validationError="This is not JSON"
        />
      </Stack>
    </Panel>
  );
}

/** Operations that are made before the rest is decided on. */
const triedFirst = 2;

function How(given: {
  readonly title: string;
  readonly text: string;
  readonly template: string;
  readonly isReady: boolean;
}): ReactNode {
  const { title, text, template, isReady } = given;
  const [parallel, setParallel] = useState(3);
  const [retries, setRetries] = useState(0);
  const navigate = useNavigate();
  const make = useMutation({
    mutationFn: submit,
    onSuccess: ({ jobId }) => {
      void queries.invalidateQueries({ queryKey: ["jobs"] });
      void navigate({ to: "/jobs/$id", params: { id: jobId } });
    },
  });
  const run = (dryRun: number | undefined): void => {
    make.mutate({ text, template, parallel, retries, dryRun });
  };
  return (
    <Panel title={title}>
      <Stack gap="sm">
        <Group grow>
          <Count label="At once" range={[1, 50]} value={parallel} set={setParallel} />
          <Count label="Retries" range={[0, 10]} value={retries} set={setRetries} />
        </Group>
        {make.isError && <Problem error={make.error} />}
        <Group>
          <Button
            disabled={!isReady}
            loading={make.isPending}
            onClick={() => {
              run(undefined);
            }}
          >
            Submit
          </Button>
          <Button
            variant="default"
            disabled={!isReady || make.isPending}
            onClick={() => {
              run(triedFirst);
            }}
          >
            {`Make the first ${triedFirst}, then pause`}
          </Button>
        </Group>
      </Stack>
    </Panel>
  );
}

function Count(given: {
  readonly label: string;
  readonly range: readonly [number, number];
  readonly value: number;
  readonly set: (value: number) => void;
}): ReactNode {
  const {
    label,
    range: [min, max],
    value,
    set,
  } = given;
  return (
    <NumberInput
      label={label}
      min={min}
      max={max}
      value={value}
      onChange={(next) => {
        set(Number(next) || min);
      }}
    />
  );
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
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
