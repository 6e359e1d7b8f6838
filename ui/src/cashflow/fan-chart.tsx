import type { ReactNode } from "react";
import type { MonteCarloAnswer } from "./answers.ts";
import { amountText, chanceText } from "./figures.ts";
import { Key, Plot, bandOf, lineOf } from "./plot.tsx";

const color = "var(--mantine-color-cyan-7)";

/** The spread of the cash: 90 % of all cases in the wide band, half of them in the narrow one, the middle as a line. */
export function FanChart({ result: { fan, currency } }: { readonly result: MonteCarloAnswer }): ReactNode {
  const at = (name: string): number[] => fan.map(({ percentiles }) => percentiles[name] ?? 0);
  const [p5, p25, p50, p75, p95] = [at("p5"), at("p25"), at("p50"), at("p75"), at("p95")];
  const last = fan.at(-1);
  return (
    <>
      <Plot
        label={`Cash at the end in the middle of all cases ${amountText(p50.at(-1))} ${currency}; in 9 of 10 cases ${amountText(p5.at(-1))} to ${amountText(p95.at(-1))}; below 0 in ${chanceText(last?.ruined ?? 0)}`}
        months={fan.map(({ month }) => month)}
        values={[...p5, ...p95]}
        readout={(index) => [
          ["middle", amountText(p50[index])],
          ["half", `${amountText(p25[index])} to ${amountText(p75[index])}`],
          ["9 of 10", `${amountText(p5[index])} to ${amountText(p95[index])}`],
          ["ran out", chanceText(fan[index]?.ruined ?? 0)],
        ]}
      >
        {(scale) => (
          <>
            <polygon points={bandOf(scale, p5, p95)} fill={color} opacity={0.18} />
            <polygon points={bandOf(scale, p25, p75)} fill={color} opacity={0.3} />
            <polyline points={lineOf(scale, p50)} fill="none" stroke={color} strokeWidth={2.4} strokeLinejoin="round" />
          </>
        )}
      </Plot>
      <Key
        marks={[
          ["Middle of all cases", color],
          ["Half of them", "color-mix(in srgb, var(--mantine-color-cyan-7) 43%, transparent)"],
          ["9 of 10", "color-mix(in srgb, var(--mantine-color-cyan-7) 18%, transparent)"],
        ]}
      />
    </>
  );
}
