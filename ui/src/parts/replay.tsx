import { Button, Group, Text } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import type { ReactNode } from "react";
import type { Json, WholeRow } from "../answers.ts";
import { useRole } from "../live.ts";
import { useTools } from "../queries.ts";
import { type Answered, replayCall } from "../tool-call.ts";
import { wordsOf } from "../text.ts";
import { ConfirmButton } from "./confirm.tsx";
import { GoTo } from "./go-to.tsx";
import { Problem } from "./loaded.tsx";
import { Panel } from "./page.tsx";
import { ResultView } from "./result-view.tsx";
import { Tag } from "./state-badge.tsx";

/** Makes a call on record once more, where that can be done; else says why not. Nothing for who may not read arguments, or what is no tool call. */
export function Replay({ row }: { readonly row: WholeRow }): ReactNode {
  const role = useRole();
  const tools = useTools();
  const replay = useMutation({ mutationFn: (confirmed: boolean) => replayCall(row.id, confirmed) });
  if (row.kind !== "call" || row.method !== "tools/call" || role !== "admin") return null;
  const loss = lossIn(row);
  if (loss !== undefined) {
    return (
      <Panel title="Once more">
        <Text size="sm" c="dimmed">{`It cannot be made again, as its arguments ${loss}.`}</Text>
      </Panel>
    );
  }
  const tool = tools.data?.find(({ name }) => name === `${row.upstream ?? ""}__${row.tool ?? ""}`);
  const isReading = tool?.annotations?.readOnlyHint === true;
  const run = (): void => {
    replay.mutate(!isReading);
  };
  return (
    <Panel title="Once more" aside={replay.data && <About answered={replay.data} />}>
      {isReading ? (
        <Button size="xs" variant="default" loading={replay.isPending} onClick={run}>
          Replay
        </Button>
      ) : (
        <ConfirmButton
          label="Replay"
          question="Make this call once more?"
          says="The tool does not say that it only reads: what the call did, it may do a second time."
          run={run}
          button={{ loading: replay.isPending }}
        />
      )}
      {replay.error !== null && <Problem error={replay.error} />}
      {replay.data !== undefined && (
        <div style={{ marginTop: 12 }}>
          <ResultView key={replay.data.id} result={replay.data.result} />
        </div>
      )}
    </Panel>
  );
}

function About({ answered: { id, cache } }: { readonly answered: Answered }): ReactNode {
  return (
    <Group gap="xs">
      {cache !== "none" && <Tag color={cache === "miss" ? "gray" : "blue"}>{`cache ${wordsOf(cache)}`}</Tag>}
      {id !== undefined && (
        <GoTo to="/calls/$id" params={{ id }} size="sm">
          On record
        </GoTo>
      )}
    </Group>
  );
}

/** What became of the arguments, where not all of them are there. */
function lossIn({ arguments: given, detail }: WholeRow): string | undefined {
  if (given === undefined) return "are not on record";
  const note: Json | undefined = detail["arguments"];
  if (typeof note !== "object" || note === null || Array.isArray(note)) return undefined;
  if ("redacted" in note && Number(note["redacted"]) > 0) return "were redacted";
  return "isCut" in note && note["isCut"] === true ? "were cut off" : undefined;
}
