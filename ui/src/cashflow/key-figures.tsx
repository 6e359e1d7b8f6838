import { Box, Collapse, Button, SimpleGrid, Stack, Table, Text, Tooltip } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import type { ReactNode } from "react";
import { Figure } from "../parts/figure.tsx";
import { Loaded } from "../parts/loaded.tsx";
import type { KpisAnswer } from "./answers.ts";
import { useAnswer } from "./ask.ts";
import { chanceText, figureText, titleOf } from "./figures.ts";
import { type Question, aheadOf } from "./question.ts";

type Kpi = KpisAnswer["kpis"][number];

/** What is shown first, by what a founder asks first. */
const first = [
  ["runway_months", "Runway", "until the cash is below 0"],
  ["current_burn_rate", "Burn a month", "on average of the first three"],
  ["lowest_cash", "Lowest cash", "at the end of a month"],
  ["months_to_breakeven", "Break-even in", "of what operations bring"],
  ["revenue_growth_rate", "Growth a month", "of what is earned"],
  ["cash_efficiency", "In for 1 out", "without financing"],
  ["customer_concentration", "Largest customer", "of what is earned"],
  ["peak_team_size", "Team at most", "people at once"],
] as const;

/** Key figures; each says on hover, touch and focus how it is computed. */
export function KeyFigures({ question }: { readonly question: Question }): ReactNode {
  const answer = useAnswer<KpisAnswer>(question.model, "kpis", aheadOf(question));
  const [isOpen, { toggle }] = useDisclosure(false);
  return (
    <Loaded query={answer}>
      {({ kpis, currency }) => (
        <Stack gap="xs">
          <SimpleGrid cols={{ base: 2, md: 4 }} spacing="sm">
            {first.map(([name, label, says]) => {
              const kpi = kpis.find((each) => each.name === name);
              return kpi === undefined ? null : (
                <Card key={name} kpi={kpi} label={label} says={says} value={valueText(kpi, currency)} />
              );
            })}
          </SimpleGrid>
          <Box>
            <Button size="compact-xs" variant="subtle" aria-expanded={isOpen} onClick={toggle}>
              {isOpen ? "Show only these" : `All ${kpis.length} key figures`}
            </Button>
          </Box>
          <Collapse expanded={isOpen}>{isOpen && <AllFigures kpis={kpis} currency={currency} />}</Collapse>
        </Stack>
      )}
    </Loaded>
  );
}

/** Shares are read more easily as percent. */
function valueText(kpi: Kpi, currency: string): string {
  return kpi.name === "customer_concentration" && kpi.value !== null
    ? chanceText(kpi.value)
    : figureText(kpi, currency);
}

function Card(given: {
  readonly kpi: Kpi;
  readonly label: string;
  readonly says: string;
  readonly value: string;
}): ReactNode {
  const { label, says, value } = given;
  const { name, note, formula, source } = given.kpi;
  return (
    <Tooltip
      multiline
      w={290}
      events={{ hover: true, focus: true, touch: true }}
      label={
        <Stack gap={4}>
          <Text size="sm" fw={600}>
            {titleOf(name)}
          </Text>
          {note !== undefined && <Text size="xs">{`No value: ${note}`}</Text>}
          <Text size="xs">{formula}</Text>
          <Text size="xs" fs="italic">{`Source: ${source}`}</Text>
        </Stack>
      }
    >
      {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- so that what it is computed from is reached by keyboard */}
      <div className="told" tabIndex={0} role="group" aria-label={`${titleOf(name)}: ${value}`}>
        <Figure label={label} value={value} note={note ?? says} />
      </div>
    </Tooltip>
  );
}

function AllFigures({ kpis, currency }: { readonly kpis: readonly Kpi[]; readonly currency: string }): ReactNode {
  return (
    <Table className="numbers" layout="fixed">
      <Table.Tbody>
        {kpis.map((kpi) => (
          <Table.Tr key={kpi.name}>
            <Table.Th scope="row" fw={500}>
              {titleOf(kpi.name)}
              <Text size="xs" c="dimmed" hiddenFrom="sm">
                {kpi.note ?? kpi.formula}
              </Text>
            </Table.Th>
            <Table.Td ta="right" w="9rem">
              {figureText(kpi, currency)}
            </Table.Td>
            <Table.Td visibleFrom="sm" w="55%" c="dimmed" fz="xs">
              {kpi.note ?? kpi.formula}
            </Table.Td>
          </Table.Tr>
        ))}
      </Table.Tbody>
    </Table>
  );
}
