import { Alert, Group, Modal, Stack, Text } from "@mantine/core";
import { useMediaQuery } from "@mantine/hooks";
import type { ReactNode } from "react";
import { FactTable } from "../parts/fact-table.tsx";
import { Loaded } from "../parts/loaded.tsx";
import { Tag } from "../parts/state-badge.tsx";
import { plural } from "../text.ts";
import type { HostHealthAnswer } from "./answers.ts";
import { useAnswer } from "./ask.ts";
import { ProblemList } from "./problem-list.tsx";
import { StateTag, colorOfGrade } from "./state-tag.tsx";

/** One host: how it stands, its problems, and what to do. */
export function HostDialog(given: {
  readonly site: string;
  readonly host: string | undefined;
  readonly close: () => void;
}): ReactNode {
  const { site, host, close } = given;
  const isNarrow = useMediaQuery("(max-width: 48em)");
  return (
    <Modal
      opened={host !== undefined}
      onClose={close}
      size="xl"
      fullScreen={isNarrow}
      title={host}
      closeButtonProps={{ "aria-label": "Close" }}
    >
      {host !== undefined && <Host key={host} site={site} host={host} />}
    </Modal>
  );
}

function Host({ site, host }: { readonly site: string; readonly host: string }): ReactNode {
  const answer = useAnswer<HostHealthAnswer>(site, "analyze_host_health", { host_name: host });
  return (
    <Loaded query={answer}>
      {(health) => (
        <Stack gap="md">
          <Group gap="xs">
            <StateTag state={health.state} />
            {health.health_grade !== undefined && (
              <Tag color={colorOfGrade(health.health_grade)}>
                {`Health ${health.health_percentage} %, grade ${health.health_grade}`}
              </Tag>
            )}
            {health.acknowledged && <Tag color="blue">acknowledged</Tag>}
            {health.in_downtime && <Tag color="blue">downtime</Tag>}
          </Group>
          <FactTable facts={factsOf(health)} />
          {health.recommendations.map((text) => (
            <Alert key={text} color="blue" variant="light" p="sm">
              {text}
            </Alert>
          ))}
          <Text fw={600}>{plural(health.problems.length, "problem")}</Text>
          <ProblemList site={site} problems={health.problems} />
        </Stack>
      )}
    </Loaded>
  );
}

function factsOf(health: HostHealthAnswer): readonly (readonly [string, ReactNode])[] {
  const { peers, trend } = health;
  return [
    ["Address", health.address],
    ["Site", health.site],
    ["The check said", health.plugin_output],
    ["Services", `${health.ok_services} of ${health.total_services} OK`],
    ["Among its peers", peers === null ? undefined : peersText(peers)],
    ["Last 24 hours", trend === null ? undefined : trendText(trend)],
    ["Not known", health.not_known.length === 0 ? undefined : health.not_known.join(" ")],
  ];
}

function peersText(peers: NonNullable<HostHealthAnswer["peers"]>): string {
  return `rank ${peers.rank} of ${peers.count + 1} in the same ${peers.basis}; their mean is ${peers.mean_health_percentage} %`;
}

const directions = { worse: "becoming worse", better: "becoming better", steady: "steady" } as const;

function trendText(trend: NonNullable<HostHealthAnswer["trend"]>): string {
  const all = trend.problems_earlier + trend.problems_later;
  return all === 0 ? "no new problem" : `${plural(all, "new problem")}, ${directions[trend.direction]}`;
}
