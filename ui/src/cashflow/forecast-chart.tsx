import type { ReactNode } from "react";
import type { ForecastAnswer } from "./answers.ts";
import { amountText, monthText, titleOf } from "./figures.ts";
import { Key, Plot, type Scale, bandOf, lineOf } from "./plot.tsx";

type Row = ForecastAnswer["periods"][number];

/** One figure of a period. */
export function amountOf(row: Row | undefined, column: string): number {
  const value = row?.[column];
  return typeof value === "number" ? value : 0;
}

/** Financing counts as what comes in, purchases as what goes out: as in the connector's own chart. */
function flowsOf(row: Row): { readonly came: number; readonly went: number } {
  const financing = amountOf(row, "financing");
  return {
    came: amountOf(row, "total_revenue") + Math.max(0, financing),
    went:
      amountOf(row, "total_expenses") +
      amountOf(row, "tax_paid") +
      amountOf(row, "capital_expenditure") -
      Math.min(0, financing),
  };
}

const colors = {
  cash: "var(--mantine-color-cyan-7)",
  other: "var(--mantine-color-grape-5)",
  came: "var(--status-up)",
  went: "var(--status-warn)",
} as const;

/** A forecast: the cash as a line, what comes in and goes out as bars; the cash of another scenario over it. */
export function ForecastChart(given: {
  readonly forecast: ForecastAnswer;
  readonly other: ForecastAnswer | undefined;
  /** Has the month at this place explained. */
  readonly pick: (index: number) => void;
}): ReactNode {
  const { forecast, other, pick } = given;
  const { periods, currency, scenario, summary } = forecast;
  const flows = periods.map(flowsOf);
  const cash = periods.map((row) => amountOf(row, "cash_balance"));
  const otherCash = other?.periods.slice(0, periods.length).map((row) => amountOf(row, "cash_balance")) ?? [];
  const end = summary.ruin_month === null ? "never below 0" : `below 0 from ${monthText(summary.ruin_month)}`;
  return (
    <>
      <Plot
        label={`Cash of ${scenario}: ${amountText(summary.final_cash)} ${currency} at the end, ${end}`}
        months={periods.map(({ period }) => period)}
        values={[...cash, ...otherCash, ...flows.flatMap(({ came, went }) => [came, went])]}
        pick={pick}
        readout={(index) => [
          ["cash", amountText(cash[index])],
          ...(other === undefined ? [] : [[titleOf(other.scenario), amountText(otherCash[index])] as const]),
          ["in", amountText(flows[index]?.came)],
          ["out", amountText(flows[index]?.went)],
        ]}
      >
        {(scale) => (
          <>
            <Bars scale={scale} flows={flows} />
            <polygon
              points={bandOf(
                scale,
                cash.map(() => 0),
                cash,
              )}
              fill={colors.cash}
              opacity={0.09}
            />
            <polyline
              points={lineOf(scale, otherCash)}
              fill="none"
              stroke={colors.other}
              strokeWidth={2}
              strokeDasharray="5 4"
            />
            <polyline
              points={lineOf(scale, cash)}
              fill="none"
              stroke={colors.cash}
              strokeWidth={2.4}
              strokeLinejoin="round"
            />
          </>
        )}
      </Plot>
      <Key marks={marksOf(scenario, other?.scenario)} />
    </>
  );
}

function marksOf(scenario: string, other: string | undefined): readonly (readonly [string, string])[] {
  return [
    [`Cash, ${titleOf(scenario).toLowerCase()}`, colors.cash],
    ...(other === undefined ? [] : [[`Cash, ${titleOf(other).toLowerCase()}`, colors.other] as const]),
    ["Comes in", colors.came],
    ["Goes out", colors.went],
  ];
}

function Bars({
  scale,
  flows,
}: {
  readonly scale: Scale;
  readonly flows: readonly ReturnType<typeof flowsOf>[];
}): ReactNode {
  const width = Math.max(1, scale.step * 0.34);
  const bar = (x: number, value: number, fill: string): ReactNode => (
    <rect
      x={x}
      width={width}
      y={scale.y(Math.max(0, value))}
      height={Math.abs(scale.y(0) - scale.y(value))}
      fill={fill}
      opacity={0.75}
    />
  );
  return flows.map(({ came, went }, index) => (
    <g key={`${index}`}>
      {bar(scale.x(index) - width, came, colors.came)}
      {bar(scale.x(index), went, colors.went)}
    </g>
  ));
}
