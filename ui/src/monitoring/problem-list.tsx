import { Group, Stack, Text, UnstyledButton } from "@mantine/core";
import type { ReactNode } from "react";
import { Tag } from "../parts/state-badge.tsx";
import { durationText } from "../text.ts";
import { ProblemActions } from "./problem-actions.tsx";
import type { ShownProblem } from "./answers.ts";
import { StateTag } from "./state-tag.tsx";

/** Problems, one below the other, with what can be done about each. */
export function ProblemList(given: {
  readonly site: string;
  readonly problems: readonly ShownProblem[];
  /** Opens a host; without it the hosts are not named, as all are of one. */
  readonly open?: (host: string) => void;
}): ReactNode {
  const { site, problems, open } = given;
  return (
    <Stack gap={0} component="ul" className="problems" role="list">
      {problems.map((problem) => (
        <Row key={keyOf(problem)} site={site} problem={problem} open={open} />
      ))}
    </Stack>
  );
}

function keyOf({ site, host_name: host, service_name: service }: ShownProblem): string {
  return JSON.stringify([site, host, service]);
}

function Row(given: {
  readonly site: string;
  readonly problem: ShownProblem;
  readonly open: ((host: string) => void) | undefined;
}): ReactNode {
  const { site, problem, open } = given;
  const { host_name: host, service_name: service, plugin_output: output } = problem;
  return (
    <li className="problem">
      <Group gap="xs" wrap="wrap" className="problem-head">
        <StateTag state={problem.state} />
        {open !== undefined && (
          <UnstyledButton
            fz="sm"
            fw={600}
            c="var(--mantine-color-anchor)"
            onClick={() => {
              open(host);
            }}
          >
            {host}
          </UnstyledButton>
        )}
        <Text size="sm" component="span" style={{ overflowWrap: "anywhere" }}>
          {service ?? "host"}
        </Text>
        {problem.state_type === "soft" && <Tag color="gray">soft</Tag>}
        {problem.acknowledged && <Tag color="blue">acknowledged</Tag>}
        {problem.in_downtime && <Tag color="blue">downtime</Tag>}
        <Text size="xs" c="dimmed" component="span" className="numbers">
          {`${lastingText(problem)} · urgency ${problem.urgency_score}`}
        </Text>
      </Group>
      <Group gap="xs" justify="space-between" align="flex-start" wrap="wrap">
        <Text size="sm" c="dimmed" flex={1} miw={200} lineClamp={2}>
          {output === "" ? "The check said nothing." : output}
        </Text>
        <ProblemActions site={site} problem={problem} />
      </Group>
    </li>
  );
}

/** By the moment since when: an answer that was kept says how long it was when it was made. */
function lastingText({ since }: ShownProblem): string {
  return since === null ? "ever since" : `for ${durationText(Math.max(0, Date.now() - Date.parse(since)))}`;
}
