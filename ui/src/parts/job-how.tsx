import { Button, Group, NumberInput, Stack, TextInput } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { type ReactNode, useState } from "react";
import type { ShownJob, ShownSchedule } from "../answers.ts";
import { send } from "../api.ts";
import { queries } from "../queries.ts";
import { Problem } from "./loaded.tsx";
import { Panel } from "./page.tsx";

/** What a job is made of, as it is sent. */
export interface Sent {
  readonly text: string;
  readonly type: string;
  /** For CSV. */
  readonly template?: string;
}

interface Options {
  readonly parallel: number;
  readonly retries: number;
}

function queryOf(wish: Readonly<Record<string, string | number | undefined>>): string {
  const known = Object.entries(wish).flatMap(([name, value]) => (value === undefined ? [] : [[name, String(value)]]));
  return new URLSearchParams(known).toString();
}

async function submitted({ text, type, template }: Sent, options: Options, dryRun?: number): Promise<ShownJob> {
  const response = await send(`/api/jobs?${queryOf({ ...options, dryRun, template })}`, { text, type });
  return response.json();
}

async function scheduled({ text, type, template }: Sent, options: Options, cron: string): Promise<ShownSchedule> {
  const { timeZone: zone } = Intl.DateTimeFormat().resolvedOptions();
  const response = await send(`/api/schedules?${queryOf({ ...options, cron, zone, template })}`, { text, type });
  return response.json();
}

/** Operations that are made before the rest is decided on. */
const triedFirst = 2;

/** How a job is carried out, now or at times; and the buttons that make it. */
export function How({ title, sent }: { readonly title: string; readonly sent: Sent | undefined }): ReactNode {
  const [parallel, setParallel] = useState(3);
  const [retries, setRetries] = useState(0);
  const navigate = useNavigate();
  const options = { parallel, retries };
  const make = useMutation({
    mutationFn: ({ what, dryRun }: { readonly what: Sent; readonly dryRun?: number }) =>
      submitted(what, options, dryRun),
    onSuccess: ({ jobId }) => {
      void queries.invalidateQueries({ queryKey: ["jobs"] });
      void navigate({ to: "/jobs/$id", params: { id: jobId } });
    },
  });
  const isBusy = make.isPending;
  const run = (dryRun?: number): void => {
    if (sent !== undefined) make.mutate({ what: sent, ...(dryRun !== undefined && { dryRun }) });
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
            disabled={sent === undefined || isBusy}
            loading={make.isPending}
            onClick={() => {
              run();
            }}
          >
            Submit
          </Button>
          <Button
            variant="default"
            disabled={sent === undefined || isBusy}
            onClick={() => {
              run(triedFirst);
            }}
          >
            {`Make the first ${triedFirst}, then pause`}
          </Button>
        </Group>
        <AtTimes sent={sent} options={options} isBusy={make.isPending} />
      </Stack>
    </Panel>
  );
}

/** The same as a schedule. */
function AtTimes(given: {
  readonly sent: Sent | undefined;
  readonly options: Options;
  readonly isBusy: boolean;
}): ReactNode {
  const { sent, options, isBusy } = given;
  const [cron, setCron] = useState("");
  const navigate = useNavigate();
  const schedule = useMutation({
    mutationFn: (what: Sent) => scheduled(what, options, cron.trim()),
    onSuccess: () => {
      void queries.invalidateQueries({ queryKey: ["schedules"] });
      void navigate({ to: "/jobs" });
    },
  });
  return (
    <>
      <Group align="flex-end">
        <TextInput
          style={{ flex: "1 1 180px" }}
          label="Or at times"
          description="Cron, in your time zone: minute, hour, day, month, day of week."
          placeholder="0 3 * * *"
          value={cron}
          onChange={(event) => {
            setCron(event.currentTarget.value);
          }}
        />
        <Button
          variant="default"
          disabled={sent === undefined || cron.trim() === "" || isBusy}
          loading={schedule.isPending}
          onClick={() => {
            if (sent !== undefined) schedule.mutate(sent);
          }}
        >
          Make a schedule
        </Button>
      </Group>
      {schedule.isError && <Problem error={schedule.error} />}
    </>
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
