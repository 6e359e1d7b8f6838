import { Button, Grid, Group, JsonInput, Progress as Bar, Stack, Switch, Text } from "@mantine/core";
import { useParams } from "@tanstack/react-router";
import { type ReactNode, type SubmitEvent, useEffect, useRef, useState } from "react";
import type { JsonObject, Schema, Tool } from "../answers.ts";
import { Empty, Loaded, Problem } from "../parts/loaded.tsx";
import { JsonView } from "../parts/json-view.tsx";
import { Page, Panel } from "../parts/page.tsx";
import { ResultView } from "../parts/result-view.tsx";
import { SchemaForm } from "../parts/schema-form.tsx";
import { Tag } from "../parts/state-badge.tsx";
import { type Typed, argumentsOf, typedFrom, typedOf } from "../parts/typed.ts";
import { useTools } from "../queries.ts";
import { durationText, wordsOf } from "../text.ts";
import { type Answered, type Progress, callTool } from "../tool-call.ts";
import { Hints } from "./tools.tsx";
import { GoTo } from "../parts/go-to.tsx";
import { ToolRole } from "../parts/tool-role.tsx";

/** One tool, to try it: a form from its schema, and what it answers. */
export function ToolPage(): ReactNode {
  const { name } = useParams({ from: "/tools/$name" });
  const tools = useTools();
  const tool = tools.data?.find((each) => each.name === name);
  return (
    <Page
      title={name}
      back={{ to: "/tools", label: "Tools" }}
      says={tool?.description}
      {...(tool !== undefined && {
        actions: (
          <>
            <Hints annotations={tool.annotations} />
            <ToolRole name={name} />
          </>
        ),
      })}
    >
      <Loaded query={tools}>
        {() =>
          tool === undefined ? (
            <Empty title="There is no such tool">
              Its upstream may be down or disabled, or your key does not reach it.
            </Empty>
          ) : (
            <Playground key={name} tool={tool} />
          )
        }
      </Loaded>
    </Page>
  );
}

/** How the last call stands. */
type Trial =
  | { readonly kind: "none" }
  | { readonly kind: "running"; readonly at: number; readonly progress: Progress | undefined }
  | { readonly kind: "answered"; readonly at: number; readonly ms: number; readonly answered: Answered }
  | { readonly kind: "failed"; readonly at: number; readonly ms: number; readonly error: unknown };

function Playground({ tool }: { readonly tool: Tool }): ReactNode {
  const [trial, run, cancel] = useTrial(tool.name);
  return (
    <Grid>
      <Grid.Col span={{ base: 12, md: 5 }}>
        <Arguments schema={tool.inputSchema} run={run} {...(trial.kind === "running" && { cancel })} />
      </Grid.Col>
      <Grid.Col span={{ base: 12, md: 7 }}>
        <Panel title="Answer" aside={<Fate trial={trial} />}>
          <Answer trial={trial} />
        </Panel>
        <details style={{ marginTop: 16 }}>
          <summary style={{ cursor: "pointer", fontSize: 14 }}>Its schema</summary>
          <JsonView value={tool.inputSchema} label="The schema of its arguments" />
        </details>
      </Grid.Col>
    </Grid>
  );
}

/** The form, or the same as JSON; `cancel` while a call is under way. */
function Arguments(given: {
  readonly schema: Schema;
  readonly run: (args: JsonObject) => void;
  readonly cancel?: () => void;
}): ReactNode {
  const { schema, run, cancel } = given;
  const [typed, setTyped] = useState<Typed>(() => typedFrom(schema));
  const [json, setJson] = useState<string>();
  const [wrong, setWrong] = useState<Readonly<Record<string, string>>>({});
  const object = json === undefined ? undefined : objectIn(json);
  const submit = (event: SubmitEvent): void => {
    event.preventDefault();
    if (json !== undefined) {
      if (object !== undefined) run(object);
      return;
    }
    const read = argumentsOf(schema, typed);
    setWrong(read.wrong);
    if (Object.keys(read.wrong).length === 0) run(read.args);
  };
  const turn = (): void => {
    if (object !== undefined) setTyped(typedOf(schema, object));
    setJson(json === undefined ? JSON.stringify(argumentsOf(schema, typed).args, undefined, 2) : undefined);
  };
  return (
    <Panel title="Arguments" aside={<Switch size="xs" label="as JSON" checked={json !== undefined} onChange={turn} />}>
      <Stack component="form" onSubmit={submit}>
        {json === undefined ? (
          <SchemaForm schema={schema} typed={typed} wrong={wrong} change={setTyped} />
        ) : (
          <JsonInput
            aria-label="Arguments as JSON"
            autosize
            minRows={6}
            maxRows={20}
            value={json}
            onChange={setJson}
            error={object === undefined && "This is not a JSON object"}
          />
        )}
        <Group>
          <Button type="submit" disabled={cancel !== undefined}>
            Call
          </Button>
          {cancel !== undefined && (
            <Button variant="default" onClick={cancel}>
              Cancel
            </Button>
          )}
        </Group>
      </Stack>
    </Panel>
  );
}

function objectIn(text: string): JsonObject | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null && !Array.isArray(value) ? JSON.parse(text) : undefined;
  } catch {
    return undefined;
  }
}

/** One call at a time; leaving the page cancels it. */
function useTrial(tool: string): readonly [Trial, (args: JsonObject) => void, () => void] {
  const [trial, setTrial] = useState<Trial>({ kind: "none" });
  const running = useRef<AbortController>(undefined);
  useEffect(() => () => running.current?.abort(), []);
  const run = (args: JsonObject): void => {
    const controller = new AbortController();
    running.current = controller;
    const at = Date.now();
    const tookMs = (): number => Date.now() - at;
    setTrial({ kind: "running", at, progress: undefined });
    callTool(
      tool,
      args,
      (progress) => {
        setTrial((now) => (now.kind === "running" ? { ...now, progress } : now));
      },
      controller.signal,
    ).then(
      (answered) => {
        setTrial({ kind: "answered", at, ms: tookMs(), answered });
      },
      (error: unknown) => {
        setTrial(controller.signal.aborted ? { kind: "none" } : { kind: "failed", at, ms: tookMs(), error });
      },
    );
  };
  return [
    trial,
    run,
    () => {
      running.current?.abort();
    },
  ];
}

function Answer({ trial }: { readonly trial: Trial }): ReactNode {
  switch (trial.kind) {
    case "none":
      return (
        <Empty title="Not called yet">
          Fill in the arguments and press Call: the call goes the way of every other, and is on record.
        </Empty>
      );
    case "running":
      return <Running progress={trial.progress} />;
    case "failed":
      return <Problem error={trial.error} />;
    case "answered":
      return <ResultView key={trial.at} result={trial.answered.result} />;
  }
}

function Running({ progress }: { readonly progress: Progress | undefined }): ReactNode {
  const { progress: done = 0, total, message } = progress ?? {};
  const percent = total === undefined || total === 0 ? 100 : Math.min(100, (done / total) * 100);
  return (
    <Stack gap="xs" role="status">
      <Text size="sm">{message ?? (total === undefined ? "Under way …" : `${done} of ${total}`)}</Text>
      <Bar value={percent} animated={total === undefined} aria-label="Progress" />
    </Stack>
  );
}

/** What the gateway says of the call when it is over: whether the cache answered, and where it is on record. */
function Fate({ trial }: { readonly trial: Trial }): ReactNode {
  if (trial.kind !== "answered" && trial.kind !== "failed") return null;
  const { id, cache = "none" } = trial.kind === "answered" ? trial.answered : {};
  return (
    <Group gap="xs">
      {cache !== "none" && <Tag color={cache === "miss" ? "gray" : "blue"}>{`cache ${wordsOf(cache)}`}</Tag>}
      <Text size="sm" c="dimmed" className="numbers">
        {durationText(trial.ms)}
      </Text>
      {id !== undefined && (
        <GoTo to="/calls/$id" params={{ id }} size="sm">
          On record
        </GoTo>
      )}
    </Group>
  );
}
