import { Group, Stack, Text, TextInput } from "@mantine/core";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { type ReactNode, useDeferredValue, useMemo } from "react";
import type { Tool } from "../answers.ts";
import { Icon } from "../parts/icon.tsx";
import { Empty, Loaded } from "../parts/loaded.tsx";
import { Page, Panel } from "../parts/page.tsx";
import { useSome } from "../parts/some.tsx";
import { Tag } from "../parts/state-badge.tsx";
import { useTools } from "../queries.ts";
import { plural } from "../text.ts";
import { GoTo } from "../parts/go-to.tsx";
import { ToolGroups } from "../parts/tool-groups.tsx";

/** Every tool that may be used, to look for one. */
export function ToolsPage(): ReactNode {
  const tools = useTools();
  const { q = "" } = useSearch({ from: "/tools" });
  const navigate = useNavigate();
  return (
    <Page title="Tools" says="What your key may use, of every upstream. Open one to call it.">
      <TextInput
        aria-label="Search tools"
        placeholder="Search names and descriptions"
        leftSection={<Icon name="search" />}
        value={q}
        onChange={(event) => void navigate({ to: "/tools", search: { q: event.currentTarget.value }, replace: true })}
      />
      <ToolGroups />
      <Panel>
        <Loaded query={tools}>{(all) => <Found all={all} text={q} />}</Loaded>
      </Panel>
    </Page>
  );
}

function Found({ all, text }: { readonly all: readonly Tool[]; readonly text: string }): ReactNode {
  const wanted = useDeferredValue(text);
  const found = useMemo(() => matching(all, wanted), [all, wanted]);
  const [shown, more] = useSome(found, wanted);
  if (all.length === 0) {
    return (
      <Empty title="There is no tool">
        <GoTo to="/upstreams">Add an upstream, or see why one is down.</GoTo>
      </Empty>
    );
  }
  if (found.length === 0)
    return (
      <Empty title="No tool is called so">{`None of ${plural(all.length, "tool")} has all of these words.`}</Empty>
    );
  return (
    <Stack gap="sm">
      <Text size="sm" c="dimmed" role="status">
        {found.length === all.length ? plural(all.length, "tool") : `${found.length} of ${plural(all.length, "tool")}`}
      </Text>
      {shown.map((tool) => (
        <ToolRow key={tool.name} tool={tool} />
      ))}
      {more}
    </Stack>
  );
}

function matching(all: readonly Tool[], text: string): readonly Tool[] {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  return all.filter(({ name, title = "", description = "" }) => {
    const hay = `${name} ${title} ${description}`.toLowerCase();
    return words.every((word) => hay.includes(word));
  });
}

function ToolRow({ tool: { name, description, annotations, _meta } }: { readonly tool: Tool }): ReactNode {
  const group = _meta?.["switchyard/group"];
  return (
    <div>
      <Group gap="xs">
        <GoTo to="/tools/$name" params={{ name }} fw={600} size="sm" style={{ overflowWrap: "anywhere" }}>
          {name}
        </GoTo>
        <Hints annotations={annotations} />
        {typeof group === "string" && <Tag color="gray">{group}</Tag>}
      </Group>
      <Text size="sm" c="dimmed" lineClamp={2}>
        {description}
      </Text>
    </div>
  );
}

/** What a tool says of itself. */
export function Hints({ annotations }: { readonly annotations: Tool["annotations"] }): ReactNode {
  if (annotations?.readOnlyHint === true) return <Tag color="teal">only reads</Tag>;
  return annotations?.destructiveHint === false ? null : <Tag color="orange">may change things</Tag>;
}
