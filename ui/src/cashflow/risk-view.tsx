import { Button, Grid, Group, NumberInput, Progress as Bar, Select, SimpleGrid, Stack, Text } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { type ReactNode, useState } from "react";
import { Figure } from "../parts/figure.tsx";
import { Empty, Problem } from "../parts/loaded.tsx";
import { Panel } from "../parts/page.tsx";
import { countText } from "../text.ts";
import type { MonteCarloAnswer } from "./answers.ts";
import { FanChart } from "./fan-chart.tsx";
import { amountText, chanceText, driverText, monthText, moneyText } from "./figures.ts";
import { type Question, aheadOf } from "./question.ts";
import { type Simulation, useSimulation } from "./simulation.ts";

const caseCounts = [1000, 10_000, 100_000];

/** Numbers that a seed can be. */
const mostSeed = 2 ** 32 - 1;

/** How the months may turn out: a simulation, its spread, and what drives it. */
export function RiskView({ question }: { readonly question: Question }): ReactNode {
  const [cases, setCases] = useState(1000);
  const [typed, setTyped] = useState<number | string>(1);
  const [seed] = useDebouncedValue(typed, 400);
  const simulation = useSimulation(question.model, {
    ...aheadOf(question),
    iterations: cases,
    seed: typeof seed === "number" ? seed : 1,
  });
  return (
    <>
      <Group gap="sm" align="flex-end">
        <Select
          label="Cases"
          w={130}
          allowDeselect={false}
          data={caseCounts.map((count) => ({ value: String(count), label: countText(count) }))}
          value={String(cases)}
          onChange={(value) => {
            setCases(Number(value));
          }}
        />
        <NumberInput
          label="Seed"
          w={130}
          min={0}
          max={mostSeed}
          clampBehavior="strict"
          allowDecimal={false}
          allowNegative={false}
          value={typed}
          onChange={setTyped}
        />
        <Text size="xs" c="dimmed" maw={420} pb={8}>
          Salaries vary by 10 %, grants by 50 %, sales by 30 %, rents by 5 %. The same seed gives the same cases.
        </Text>
      </Group>
      <Running simulation={simulation} />
      <Result simulation={simulation} />
    </>
  );
}

/** How far it is, and a way to end it. Takes its room also when nothing runs, so that nothing jumps. */
function Running({ simulation: { query, progress, cancel } }: { readonly simulation: Simulation }): ReactNode {
  const { progress: done = 0, total = 0 } = progress ?? {};
  return (
    <Group mih={30} gap="sm" role="status">
      {query.isFetching ? (
        <>
          <Bar flex={1} value={total === 0 ? 0 : (done / total) * 100} aria-label="Progress of the simulation" />
          <Text size="sm" className="numbers">
            {total === 0 ? "Under way …" : `${countText(done)} of ${countText(total)}`}
          </Text>
          <Button size="compact-sm" variant="default" onClick={cancel}>
            Cancel
          </Button>
        </>
      ) : (
        <Button size="compact-sm" variant="default" onClick={() => void query.refetch()}>
          Simulate again
        </Button>
      )}
    </Group>
  );
}

function Result({ simulation: { query } }: { readonly simulation: Simulation }): ReactNode {
  const { data, isFetching, error, isPlaceholderData } = query;
  if (error !== null && !isFetching) return <Problem error={error} retry={() => void query.refetch()} />;
  if (data === undefined || (isPlaceholderData && !isFetching)) {
    return isFetching ? null : (
      <Empty title="Cancelled">Nothing of these cases is shown. Simulate again to see them.</Empty>
    );
  }
  return (
    <div style={{ opacity: isPlaceholderData ? 0.55 : 1 }}>
      <Stack gap="lg">
        <Risks result={data} />
        <Panel title={`Cash, in ${data.currency}`}>
          <FanChart result={data} />
        </Panel>
        <Grid>
          <Grid.Col span={{ base: 12, md: 6 }}>
            <Drivers result={data} />
          </Grid.Col>
          <Grid.Col span={{ base: 12, md: 6 }}>
            <RunsOut result={data} />
          </Grid.Col>
        </Grid>
      </Stack>
    </div>
  );
}

function Risks({ result: { risk, metrics, currency, iterations } }: { readonly result: MonteCarloAnswer }): ReactNode {
  const [low = 0, high = 0] = risk.probability_of_ruin_interval;
  const final = metrics["final_cash_balance"]?.percentiles;
  return (
    <SimpleGrid cols={{ base: 2, md: 4 }} spacing="sm">
      <Figure
        label="Cash runs out"
        value={chanceText(risk.probability_of_ruin)}
        note={`${chanceText(low)} to ${chanceText(high)}, 95 % sure`}
        {...(risk.probability_of_ruin >= 0.2 && { color: "var(--status-down)" })}
      />
      <Figure
        label="Cash at the end"
        value={moneyText(final?.["p50"], currency)}
        note={`9 of 10 cases: ${amountText(final?.["p5"])} to ${amountText(final?.["p95"])}`}
      />
      <Figure
        label="Runway below a year"
        value={chanceText(risk.probability_runway_below_12)}
        note={`below 6 months: ${chanceText(risk.probability_runway_below_6)}`}
      />
      <Figure
        label="In the worst 5 %"
        value={moneyText(-risk.expected_shortfall_95, currency)}
        note={`change of the cash on average, of ${countText(iterations)} cases`}
      />
    </SimpleGrid>
  );
}

/** Influences that are shown. */
const mostDrivers = 8;

function Drivers({ result: { sensitivity } }: { readonly result: MonteCarloAnswer }): ReactNode {
  const shown = sensitivity.slice(0, mostDrivers);
  const most = Math.max(...shown.map(({ share }) => share), 0.01);
  return (
    <Panel title="What drives it">
      <Stack gap="xs">
        {shown.map(({ name, share, correlation }) => (
          <div key={name}>
            <Group justify="space-between" gap="xs" wrap="nowrap">
              <Text size="sm" style={{ overflowWrap: "anywhere" }}>
                {driverText(name)}
              </Text>
              <Text size="xs" c="dimmed" className="numbers" style={{ whiteSpace: "nowrap" }}>
                {`${chanceText(share)}, ${correlation < 0 ? "lowers" : "raises"} it`}
              </Text>
            </Group>
            <div className="bar" style={{ width: `${(share / most) * 100}%` }} />
          </div>
        ))}
        {shown.length === 0 && (
          <Text size="sm" c="dimmed">
            Nothing in this model is uncertain.
          </Text>
        )}
      </Stack>
    </Panel>
  );
}

function RunsOut({ result: { runway, iterations } }: { readonly result: MonteCarloAnswer }): ReactNode {
  const months = runway.by_month.filter(({ count }) => count > 0);
  const most = Math.max(...months.map(({ count }) => count), 1);
  return (
    <Panel title="When it runs out">
      <Stack gap="xs">
        <Text size="sm">{`In ${countText(runway.beyond)} of ${countText(iterations)} cases it lasts to the end.`}</Text>
        {months.map(({ month, count }) => (
          <div key={month}>
            <Group justify="space-between">
              <Text size="sm">{monthText(month)}</Text>
              <Text size="xs" c="dimmed" className="numbers">
                {chanceText(count / iterations)}
              </Text>
            </Group>
            <div className="bar" style={{ width: `${(count / most) * 100}%`, background: "var(--status-down)" }} />
          </div>
        ))}
      </Stack>
    </Panel>
  );
}
