import { Stack, Table, Text } from "@mantine/core";
import type { ReactNode } from "react";
import { Loaded } from "../parts/loaded.tsx";
import { Panel } from "../parts/page.tsx";
import { plural } from "../text.ts";
import type { ComparisonAnswer, EntitiesAnswer, ForecastAnswer } from "./answers.ts";
import { useAnswer } from "./ask.ts";
import { amountText, monthText, nothing, titleOf } from "./figures.ts";
import type { Question } from "./question.ts";

/** Scenarios that are set side by side at most: as many as one comparison takes. */
const mostCompared = 5;

/** What ends that is listed. */
const mostEnding = 6;

/** How long the cash lasts, under this and other scenarios; and what ends on the way. */
export function RunwayPanel(given: {
  readonly question: Question;
  readonly scenarios: readonly string[];
  readonly forecast: ForecastAnswer;
}): ReactNode {
  const { question, scenarios, forecast } = given;
  const { summary, currency, end } = forecast;
  return (
    <Panel title="How long the cash lasts">
      <Stack gap="sm">
        <Text size="sm">
          {summary.ruin_month === null
            ? `It lasts through ${monthText(end)}; at its lowest it is ${amountText(summary.lowest_cash)} ${currency}.`
            : `It runs out in ${monthText(summary.ruin_month)}; at its lowest it is ${amountText(summary.lowest_cash)} ${currency}.`}
        </Text>
        <Compared question={question} scenarios={scenarios} />
        <Ending question={question} forecast={forecast} />
      </Stack>
    </Panel>
  );
}

function Compared({
  question,
  scenarios,
}: {
  readonly question: Question;
  readonly scenarios: readonly string[];
}): ReactNode {
  const { model, scenario, other, months } = question;
  const wanted = [scenario, ...(other === undefined ? [] : [other]), ...scenarios];
  const compared = [...new Set(wanted)].slice(0, mostCompared);
  const answer = useAnswer<ComparisonAnswer>(model, "compare_scenarios", {
    scenarios: compared,
    metrics: ["runway_months", "lowest_cash", "final_cash"],
    months,
  });
  return (
    <Loaded query={answer}>
      {({ metrics, currency, scenarios: names }) => {
        const valueOf = (metric: string, name: string): number | null | undefined =>
          metrics.find((each) => each.metric === metric)?.values[name];
        return (
          <Table className="numbers" aria-label={`Scenarios side by side, in ${currency}`}>
            <Table.Thead>
              <Table.Tr>
                <Table.Th>Scenario</Table.Th>
                <Table.Th ta="right">Runway</Table.Th>
                <Table.Th ta="right" visibleFrom="sm">
                  Lowest
                </Table.Th>
                <Table.Th ta="right">At the end</Table.Th>
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {names.map((name) => (
                <Table.Tr key={name}>
                  <Table.Th scope="row" fw={name === scenario ? 650 : 400} style={{ overflowWrap: "break-word" }}>
                    {titleOf(name)}
                  </Table.Th>
                  <Table.Td ta="right">{runwayText(valueOf("runway_months", name))}</Table.Td>
                  <Amount value={valueOf("lowest_cash", name)} isWide />
                  <Amount value={valueOf("final_cash", name)} />
                </Table.Tr>
              ))}
            </Table.Tbody>
          </Table>
        );
      }}
    </Loaded>
  );
}

function Amount(given: { readonly value: number | null | undefined; readonly isWide?: boolean }): ReactNode {
  const { value, isWide = false } = given;
  return (
    <Table.Td ta="right" className={(value ?? 0) < 0 ? "negative" : ""} {...(isWide && { visibleFrom: "sm" })}>
      {amountText(value)}
    </Table.Td>
  );
}

/** Without a value it never ends: that is what the figure's note says. */
function runwayText(months: number | null | undefined): string {
  if (months === undefined) return nothing;
  return months === null ? "no end" : `${months.toFixed(1)}\u00a0mo`;
}

function Ending({ question, forecast }: { readonly question: Question; readonly forecast: ForecastAnswer }): ReactNode {
  const answer = useAnswer<EntitiesAnswer>(question.model, "entities_list", { limit: 1000 });
  return (
    <Loaded query={answer}>
      {({ entities }) => {
        const ending = entities
          .flatMap(({ end_date: on, ...rest }) => (on === undefined ? [] : [{ ...rest, on }]))
          .filter(({ on }) => on.slice(0, 7) >= forecast.start && on.slice(0, 7) <= forecast.end)
          .toSorted((a, b) => a.on.localeCompare(b.on));
        if (ending.length === 0) return null;
        return (
          <div>
            <Text size="sm" fw={600} mb={4}>
              What ends on the way
            </Text>
            <Table className="numbers" verticalSpacing={4} aria-label="What ends on the way">
              <Table.Tbody>
                {ending.slice(0, mostEnding).map(({ id, name, type, on }) => (
                  <Table.Tr key={id}>
                    <Table.Td style={{ whiteSpace: "nowrap" }} c="dimmed" w="7.5rem">
                      {on}
                    </Table.Td>
                    <Table.Td style={{ overflowWrap: "break-word" }}>
                      {name}
                      <Text span size="xs" c="dimmed">{`, ${type.replaceAll("_", " ")}`}</Text>
                    </Table.Td>
                  </Table.Tr>
                ))}
              </Table.Tbody>
            </Table>
            {ending.length > mostEnding && (
              <Text size="xs" c="dimmed">{`and ${plural(ending.length - mostEnding, "more", "more")}`}</Text>
            )}
          </div>
        );
      }}
    </Loaded>
  );
}
