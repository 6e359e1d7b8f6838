import { Button, Group, Stack, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { type ReactNode, useState } from "react";
import type { TemplateVersion, WholeTemplate } from "../answers.ts";
import { act, read } from "../api.ts";
import { Loaded } from "../parts/loaded.tsx";
import { Tag } from "../parts/state-badge.tsx";
import { tell } from "../parts/told.ts";
import { momentText, plural } from "../text.ts";
import { linesOf } from "./draft.ts";
import { lineDiff } from "./line-diff.ts";

/** The versions of a template: what the last changed of each, offering one, and going back to one. */
export function Versions({ template }: { readonly template: WholeTemplate }): ReactNode {
  return (
    <Stack gap="sm">
      {template.versions.map((version) => (
        <Row key={version.number} template={template} version={version} />
      ))}
    </Stack>
  );
}

function Row(given: {
  readonly template: WholeTemplate;
  readonly version: WholeTemplate["versions"][number];
}): ReactNode {
  const { template, version } = given;
  const [isCompared, setIsCompared] = useState(false);
  const { number, at, by, note } = version;
  const used = template.uses.versions.find((each) => each.version === String(number))?.count ?? 0;
  return (
    <div>
      <Group justify="space-between" gap="xs">
        <Group gap="xs">
          <Text size="sm" fw={600}>{`Version ${number}`}</Text>
          {number === template.published && <Tag color="teal">offered</Tag>}
          <Text size="xs" c="dimmed">
            {`${momentText(at)} · ${by} · ${plural(used, "use")}`}
          </Text>
        </Group>
        <Doing template={template} number={number} isCompared={isCompared} compare={setIsCompared} />
      </Group>
      {note !== undefined && <Text size="sm">{note}</Text>}
      {isCompared && <Compared template={template} number={number} />}
    </div>
  );
}

function pathOf({ name }: WholeTemplate): string {
  return `/api/prompts/${encodeURIComponent(name)}`;
}

function Doing(given: {
  readonly template: WholeTemplate;
  readonly number: number;
  readonly isCompared: boolean;
  readonly compare: (isCompared: boolean) => void;
}): ReactNode {
  const { template, number, isCompared, compare } = given;
  const { version: latest, published } = template;
  const button = (operation: string, label: string, done: string): ReactNode => (
    <Button
      size="compact-xs"
      variant="default"
      onClick={() => void tell(() => act(`${pathOf(template)}/${operation}`, { version: number }), done, ["prompts"])}
    >
      {label}
    </Button>
  );
  return (
    <Group gap={6}>
      {number !== latest && (
        <Button
          size="compact-xs"
          variant="default"
          aria-expanded={isCompared}
          onClick={() => {
            compare(!isCompared);
          }}
        >
          {isCompared ? "Close" : "Compare"}
        </Button>
      )}
      {number !== latest && button("restore", "Restore", `Saved as version ${latest + 1}`)}
      {number !== published && button("publish", "Publish", `Version ${number} is offered`)}
    </Group>
  );
}

const marks = { same: " ", added: "+", removed: "−" } as const;
/** At the edge of the line: as the color of its words they would be hard to read. */
const edges = { same: "transparent", added: "var(--status-up)", removed: "var(--status-down)" } as const;

function Compared({ template, number }: { readonly template: WholeTemplate; readonly number: number }): ReactNode {
  const path = pathOf(template);
  const version = useQuery({
    queryKey: ["prompts", path, number],
    queryFn: ({ signal }) => read<TemplateVersion>(`${path}/versions/${number}`, signal),
  });
  return (
    <Loaded query={version}>
      {(before) => (
        <Stack gap={0} mt={4} role="group" aria-label={`From version ${number} to version ${template.version}`}>
          {lineDiff(linesOf(before.content), linesOf(template.content)).map(({ kind, text }, index) => (
            <Text
              // Lines never move: another comparison is another list.
              key={index}
              className="mono"
              style={{
                whiteSpace: "pre-wrap",
                overflowWrap: "anywhere",
                borderLeft: `3px solid ${edges[kind]}`,
                paddingLeft: 6,
              }}
            >
              {`${marks[kind]} ${text}`}
            </Text>
          ))}
        </Stack>
      )}
    </Loaded>
  );
}
