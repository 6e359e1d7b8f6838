import { Table, UnstyledButton } from "@mantine/core";
import { type KeyboardEvent, type ReactNode, useRef, useState } from "react";
import type { ForecastAnswer } from "./answers.ts";
import { amountText, monthText, titleOf } from "./figures.ts";
import { amountOf } from "./forecast-chart.tsx";

/** What is shown of each month: those that the forecast has unless it is told otherwise. */
const columns = [
  ["total_revenue", "Revenue"],
  ["total_expenses", "Expenses"],
  ["tax_paid", "Tax"],
  ["capital_expenditure", "Purchases"],
  ["financing", "Financing"],
  ["net_cash_flow", "Net"],
  ["cash_balance", "Cash"],
] as const;

/** How far a key goes, in rows and columns. */
const steps: Readonly<Record<string, readonly [number, number]>> = {
  ArrowUp: [-1, 0],
  ArrowDown: [1, 0],
  ArrowLeft: [0, -1],
  ArrowRight: [0, 1],
  PageUp: [-12, 0],
  PageDown: [12, 0],
  Home: [0, -columns.length],
  End: [0, columns.length],
};

function within(value: number, count: number): number {
  return Math.max(0, Math.min(count - 1, value));
}

/** Every figure of a forecast, to be explained. One stop of the Tab key, from which arrows go on. */
export function MonthsTable(given: {
  readonly forecast: ForecastAnswer;
  readonly explain: (month: string, column: string) => void;
}): ReactNode {
  const {
    forecast: { periods, currency },
    explain,
  } = given;
  const [place, setPlace] = useState<readonly [number, number]>([0, 0]);
  const box = useRef<HTMLDivElement>(null);
  const [row, column] = [within(place[0], periods.length), place[1]];
  const move = (event: KeyboardEvent): void => {
    const step = steps[event.key];
    if (step === undefined) return;
    event.preventDefault();
    const next = [within(row + step[0], periods.length), within(column + step[1], columns.length)] as const;
    setPlace(next);
    box.current?.querySelector<HTMLElement>(`[data-at="${next.join(" ")}"]`)?.focus();
  };
  return (
    <div ref={box} className="scrolled">
      <Table
        className="numbers"
        aria-label={`Months, in ${currency}. Arrow keys go from figure to figure, Enter explains one.`}
      >
        <Head />
        <Table.Tbody>
          {periods.map((period, at) => (
            <Table.Tr key={period.period}>
              <Table.Th scope="row" fw={500} style={{ whiteSpace: "nowrap" }}>
                {monthText(period.period)}
              </Table.Th>
              {columns.map(([name], index) => (
                <Table.Td key={name} ta="right" px={4}>
                  <FigureButton
                    amount={amountOf(period, name)}
                    says={`${titleOf(name)} of ${monthText(period.period)}`}
                    at={`${at} ${index}`}
                    isStop={at === row && index === column}
                    move={move}
                    explain={() => {
                      setPlace([at, index]);
                      explain(period.period, name);
                    }}
                  />
                </Table.Td>
              ))}
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </div>
  );
}

function Head(): ReactNode {
  return (
    <Table.Thead>
      <Table.Tr>
        <Table.Th>Month</Table.Th>
        {columns.map(([name, label]) => (
          <Table.Th key={name} ta="right">
            {label}
          </Table.Th>
        ))}
      </Table.Tr>
    </Table.Thead>
  );
}

function FigureButton(given: {
  readonly amount: number;
  readonly says: string;
  readonly at: string;
  /** Whether the Tab key stops here. */
  readonly isStop: boolean;
  readonly move: (event: KeyboardEvent) => void;
  readonly explain: () => void;
}): ReactNode {
  const { amount, says, at, isStop, move, explain } = given;
  return (
    <UnstyledButton
      className={amount < 0 ? "picked negative" : "picked"}
      data-at={at}
      tabIndex={isStop ? 0 : -1}
      aria-label={`${says}: ${amountText(amount)}`}
      onKeyDown={move}
      onClick={explain}
    >
      {amountText(amount)}
    </UnstyledButton>
  );
}
