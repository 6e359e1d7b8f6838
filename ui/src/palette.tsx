import { Spotlight, type SpotlightActionData, type SpotlightActionGroupData, spotlight } from "@mantine/spotlight";
import { useNavigate } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { Icon } from "./parts/icon.tsx";
import { useStatus, useTools } from "./queries.ts";
import { usePlaces } from "./shown-places.ts";
import { wordsOf } from "./text.ts";

/** Opens it, as Ctrl-K and Cmd-K do. */
export function openPalette(): void {
  spotlight.open();
}

/** Everything that can be gone to, by typing some of its name. */
export function Palette(): ReactNode {
  const navigate = useNavigate();
  const status = useStatus();
  const tools = useTools();
  const pages = usePlaces().map(({ to, label, icon }): SpotlightActionData => ({
    id: to,
    label,
    leftSection: <Icon name={icon} />,
    onClick: () => void navigate({ to }),
  }));
  const upstreams = (status.data?.upstreams ?? []).map(({ name, state }): SpotlightActionData => ({
    id: `upstream ${name}`,
    label: name,
    description: wordsOf(state.kind),
    leftSection: <Icon name="upstreams" />,
    onClick: () => void navigate({ to: "/upstreams/$name", params: { name } }),
  }));
  const callable = (tools.data ?? []).map(({ name, description = "" }): SpotlightActionData => ({
    id: `tool ${name}`,
    label: name,
    description: description.slice(0, 120),
    leftSection: <Icon name="tools" />,
    onClick: () => void navigate({ to: "/tools/$name", params: { name } }),
  }));
  const work: SpotlightActionData[] = [
    {
      id: "new job",
      label: "Submit a job",
      leftSection: <Icon name="plus" />,
      onClick: () => void navigate({ to: "/jobs/new" }),
    },
  ];
  const groups: SpotlightActionGroupData[] = [
    { group: "Pages", actions: [...pages, ...work] },
    { group: "Upstreams", actions: upstreams },
    { group: "Tools", actions: callable },
  ];
  return (
    <Spotlight
      actions={groups.filter(({ actions }) => actions.length > 0)}
      shortcut={["mod + K"]}
      limit={30}
      highlightQuery
      scrollable
      maxHeight={440}
      nothingFound="Nothing is called so"
      searchProps={{
        placeholder: "Pages, upstreams, tools …",
        leftSection: <Icon name="search" />,
        "aria-label": "Find or do",
      }}
    />
  );
}
