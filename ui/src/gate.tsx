import { Button, Center, Paper, PasswordInput, Stack, Text, Title } from "@mantine/core";
import { type SubmitEvent, type ReactNode, useEffect, useState } from "react";
import type { CallRow } from "./answers.ts";
import { read } from "./api.ts";
import { feed } from "./live.ts";
import { Mark } from "./parts/mark.tsx";
import { heard, queries, useStatus } from "./queries.ts";
import { tryKey, useSession } from "./session.ts";

/** Shows the pages to whoever is let in, and asks the others for a key. */
export function Gate({ children }: { readonly children: ReactNode }): ReactNode {
  const session = useSession();
  if (session.kind === "asked") return <AskForKey reason={session.reason} />;
  return <Admitted key={session.key}>{children}</Admitted>;
}

function Admitted({ children }: { readonly children: ReactNode }): ReactNode {
  const session = useSession();
  // The first request: it finds out whether a key is asked for.
  useStatus();
  const isOpen = session.kind === "open";
  useEffect(() => {
    if (!isOpen) return undefined;
    feed.start(session.key);
    const stopHearing = feed.onMessage(heard);
    // Whoever may not read the record begins with an empty picture.
    readEarlier(Date.now()).catch(() => undefined);
    return () => {
      stopHearing();
      feed.stop();
    };
  }, [isOpen, session.key]);
  return children;
}

/** Calls on record that are read for the picture of the last minutes: as many as one answer has. */
const maxEarlier = 1000;

let hasEarlier = false;

async function readEarlier(now: number): Promise<void> {
  if (hasEarlier) return;
  hasEarlier = true;
  const { rows } = await read<{ readonly rows: readonly CallRow[] }>(
    `/api/calls?kind=call&since=5m&until=${now}&limit=${maxEarlier}`,
  );
  feed.addEarlier(
    rows.map(({ time, durationMs = 0, outcome = "", cache = "none" }) => ({
      outcome,
      cache,
      durationMs,
      endedAt: Date.parse(time) + durationMs,
    })),
  );
}

function AskForKey({ reason }: { readonly reason: string }): ReactNode {
  const [key, setKey] = useState("");
  const submit = (event: SubmitEvent): void => {
    event.preventDefault();
    queries.clear();
    tryKey(key.trim());
  };
  return (
    <Center component="main" mih="100vh" p="md">
      <Paper component="form" withBorder p="xl" w={420} onSubmit={submit}>
        <Stack>
          <Mark />
          <Title order={1}>Who is there?</Title>
          <Text c="dimmed" size="sm">
            This gateway asks for an API key. It stays in this tab and goes nowhere but to the gateway.
          </Text>
          <PasswordInput
            label="API key"
            placeholder="swy_…"
            autoFocus
            required
            autoComplete="off"
            value={key}
            error={reason === "" ? undefined : reason}
            onChange={(event) => {
              setKey(event.currentTarget.value);
            }}
          />
          <Button type="submit" disabled={key.trim() === ""}>
            Enter
          </Button>
          <Text c="dimmed" size="xs">
            `switchyard keys create NAME --role viewer` makes one, on the machine of the gateway.
          </Text>
        </Stack>
      </Paper>
    </Center>
  );
}
