import { Group, Stack, Switch, Text } from "@mantine/core";
import type { ReactNode } from "react";
import type { UpstreamStatus } from "../answers.ts";
import { act } from "../api.ts";
import { useStatus } from "../queries.ts";
import { plural, wordsOf } from "../text.ts";
import { Panel } from "./page.tsx";
import { tell } from "./told.ts";

/** Tools that are switched on and off together, of the upstreams that have such groups; nothing where none has. */
export function ToolGroups(): ReactNode {
  const { data } = useStatus();
  const having = data?.upstreams.filter(({ groups }) => groups.length > 0) ?? [];
  if (having.length === 0) return null;
  return (
    <Panel title="Groups of tools">
      <Stack>
        {having.map((upstream) => (
          <OfUpstream key={upstream.name} upstream={upstream} />
        ))}
        <Text size="xs" c="dimmed">
          What is off is there for nobody. Only operators switch groups; core is always on.
        </Text>
      </Stack>
    </Panel>
  );
}

function OfUpstream({ upstream: { name, groups } }: { readonly upstream: UpstreamStatus }): ReactNode {
  return (
    <Group gap="lg" role="group" aria-label={`Groups of ${name}`}>
      <Text size="sm" fw={600}>
        {name}
      </Text>
      {groups.map((group) => (
        <Switch
          key={group.name}
          label={`${wordsOf(group.name)} (${plural(group.tools, "tool")})`}
          checked={group.isOn}
          disabled={group.name === "core"}
          onChange={(event) => {
            const operation = event.currentTarget.checked ? "enable" : "disable";
            const path = `/api/upstreams/${encodeURIComponent(name)}/tools/${encodeURIComponent(`group:${group.name}`)}`;
            const done = `${wordsOf(group.name)} of ${name} is ${operation === "enable" ? "on" : "off"}`;
            void tell(() => act(`${path}/${operation}`), done, ["status", "tools"]);
          }}
        />
      ))}
    </Group>
  );
}
