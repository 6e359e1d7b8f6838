import { Alert, Grid } from "@mantine/core";
import { type ReactNode, useState } from "react";
import { Loaded } from "../parts/loaded.tsx";
import { Panel } from "../parts/page.tsx";
import type { ForecastAnswer } from "./answers.ts";
import { useAnswer } from "./ask.ts";
import { type Asked, Explained } from "./explained.tsx";
import { ForecastChart } from "./forecast-chart.tsx";
import { HealthPanel } from "./health-panel.tsx";
import { KeyFigures } from "./key-figures.tsx";
import { MonthsTable } from "./months-table.tsx";
import { type Question, aheadOf } from "./question.ts";
import { RunwayPanel } from "./runway-panel.tsx";

/** The months ahead: key figures, the cash, how long it lasts, and every figure to be explained. */
export function ForecastView({
  question,
  scenarios,
}: {
  readonly question: Question;
  readonly scenarios: readonly string[];
}): ReactNode {
  const { model, other, months } = question;
  const forecast = useAnswer<ForecastAnswer>(model, "forecast", aheadOf(question));
  const beside = useAnswer<ForecastAnswer>(model, "forecast", { scenario: other ?? "", months }, other !== undefined);
  const [asked, setAsked] = useState<Asked>();
  return (
    <>
      <KeyFigures question={question} />
      <Loaded query={forecast}>
        {(answer) => (
          <>
            <Notes notes={answer.notes} />
            <Panel title={`Cash, in ${answer.currency}`}>
              <ForecastChart
                forecast={answer}
                other={other === undefined ? undefined : beside.data}
                pick={(index) => {
                  const month = answer.periods[index]?.period;
                  if (month !== undefined) setAsked({ month, column: "net_cash_flow" });
                }}
              />
            </Panel>
            <Grid>
              <Grid.Col span={{ base: 12, md: 7 }}>
                <RunwayPanel question={question} scenarios={scenarios} forecast={answer} />
              </Grid.Col>
              <Grid.Col span={{ base: 12, md: 5 }}>
                <HealthPanel question={question} />
              </Grid.Col>
            </Grid>
            <Panel title="Months">
              <MonthsTable
                forecast={answer}
                explain={(month, column) => {
                  setAsked({ month, column });
                }}
              />
            </Panel>
          </>
        )}
      </Loaded>
      <Explained
        question={question}
        asked={asked}
        close={() => {
          setAsked(undefined);
        }}
      />
    </>
  );
}

function Notes({ notes }: { readonly notes: readonly string[] }): ReactNode {
  if (notes.length === 0) return null;
  return (
    <Alert color="orange" variant="light" title="Of this scenario something had no effect">
      {notes.join(" ")}
    </Alert>
  );
}
