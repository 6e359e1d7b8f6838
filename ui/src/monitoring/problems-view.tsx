import { Alert, Button, Group, MultiSelect, Select, Switch, Text } from "@mantine/core";
import { type ReactNode, useState } from "react";
import { Empty, Loaded } from "../parts/loaded.tsx";
import { Panel } from "../parts/page.tsx";
import { plural } from "../text.ts";
import type { ProblemsAnswer } from "./answers.ts";
import { useAnswer } from "./ask.ts";
import { ProblemList } from "./problem-list.tsx";

const severities = ["CRITICAL", "DOWN", "UNREACHABLE", "WARNING", "UNKNOWN"];
const categories = ["performance", "memory", "disk", "network", "connectivity", "monitoring", "other"];
const step = 50;
const mostShown = 500;

/** What is chosen. */
interface Chosen {
  readonly states: readonly string[];
  readonly category: string | null;
  /** Whether acknowledged ones and those in a downtime are shown too. */
  readonly isHandled: boolean;
}

/** The problems that fit what was chosen, the most urgent first. */
export function ProblemsView(given: { readonly site: string; readonly open: (host: string) => void }): ReactNode {
  const { site, open } = given;
  const [chosen, choose] = useState<Chosen>({
    states: ["CRITICAL", "DOWN", "UNREACHABLE"],
    category: null,
    isHandled: false,
  });
  const [limit, setLimit] = useState(step);
  const { states, category, isHandled } = chosen;
  const answer = useAnswer<ProblemsAnswer>(site, "get_critical_problems", {
    // Nothing chosen restricts nothing.
    severity_filter: states.length === 0 ? severities : [...states],
    ...(category !== null && { category_filter: [category] }),
    include_acknowledged: isHandled,
    include_in_downtime: isHandled,
    limit,
  });
  return (
    <Panel>
      <Choices chosen={chosen} choose={choose} />
      <Loaded query={answer}>
        {(found) => (
          <Found
            site={site}
            found={found}
            open={open}
            more={
              limit < mostShown
                ? () => {
                    setLimit(Math.min(mostShown, limit + step));
                  }
                : undefined
            }
          />
        )}
      </Loaded>
    </Panel>
  );
}

function Choices({ chosen, choose }: { readonly chosen: Chosen; readonly choose: (next: Chosen) => void }): ReactNode {
  const { states, category, isHandled } = chosen;
  return (
    <Group gap="sm" align="flex-end" mb="sm">
      <MultiSelect
        label="State"
        w={{ base: "100%", xs: 420 }}
        data={severities}
        value={[...states]}
        placeholder={states.length === 0 ? "every state" : ""}
        clearable
        onChange={(next) => {
          choose({ ...chosen, states: next });
        }}
      />
      <Select
        label="About"
        w={170}
        placeholder="everything"
        clearable
        data={categories}
        value={category}
        onChange={(next) => {
          choose({ ...chosen, category: next });
        }}
      />
      <Switch
        label="Also what is taken care of"
        checked={isHandled}
        mb={8}
        onChange={(event) => {
          choose({ ...chosen, isHandled: event.currentTarget.checked });
        }}
      />
    </Group>
  );
}

function Found(given: {
  readonly site: string;
  readonly found: ProblemsAnswer;
  readonly open: (host: string) => void;
  readonly more: (() => void) | undefined;
}): ReactNode {
  const { site, open, more } = given;
  const { total, problems, not_read: unread, failures } = given.found;
  return (
    <>
      {failures.map(({ site: away, reason }) => (
        <Alert key={away} color="orange" variant="light" p="sm" mb="sm">
          {`The site ${away} does not answer, so that its problems are missing here: ${reason}`}
        </Alert>
      ))}
      <Text size="sm" c="dimmed" role="status" mb="xs">
        {plural(total, "problem")}
        {unread > 0 && `; ${plural(unread, "other was", "others were")} not read`}
      </Text>
      {total === 0 ? (
        <Empty title="Nothing is wrong">No problem is like what is chosen above.</Empty>
      ) : (
        <ProblemList site={site} problems={problems} open={open} />
      )}
      {total > problems.length && more !== undefined && (
        <Button mt="sm" size="xs" variant="default" onClick={more}>
          Show more
        </Button>
      )}
    </>
  );
}
