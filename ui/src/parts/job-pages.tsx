import { Group, Stack, Text } from "@mantine/core";
import type { ReactNode } from "react";
import type { ShownJob } from "../answers.ts";
import { plural } from "../text.ts";
import { GoTo } from "./go-to.tsx";
import { JsonView } from "./json-view.tsx";
import { Panel } from "./page.tsx";

/** Of which tool's pages a job is made: how far they are read, why no further, and what is made of each row. */
export function JobPages({ each }: { readonly each: NonNullable<ShownJob["each"]> }): ReactNode {
  const { tool, pages, isRead, said, problem, wish } = each;
  const read = problem === undefined ? (isRead ? "all" : "more are read as it goes on") : "no more could be";
  return (
    <Panel title="Pages">
      <Stack gap="xs">
        <Group gap="xs">
          <GoTo to="/tools/$name" params={{ name: tool }} size="sm">
            {tool}
          </GoTo>
          <Text size="sm">{`${plural(pages, "page")} read, ${read}`}</Text>
        </Group>
        {said !== undefined && (
          <Text size="sm" c="dimmed" style={{ overflowWrap: "anywhere" }}>
            {`The latest said: ${said}`}
          </Text>
        )}
        {problem !== undefined && (
          <Text size="sm" style={{ color: "var(--status-down)", overflowWrap: "anywhere" }}>
            {problem.message}
          </Text>
        )}
        {wish !== undefined && (
          <>
            <Text size="sm">What each row does</Text>
            <JsonView value={wish.template} label="What each row does" />
            <Text size="sm">How it is read</Text>
            <JsonView
              value={{ arguments: wish.arguments, rows: wish.rows, next: wish.next, cursor: wish.cursor }}
              label="How it is read"
            />
          </>
        )}
      </Stack>
    </Panel>
  );
}
