import { useElementSize } from "@mantine/hooks";
import type { ReactNode } from "react";
import type { Slice } from "../traffic.ts";
import { durationText, plural, timeText } from "../text.ts";

const height = 150;
const margin = { top: 8, right: 4, bottom: 20, left: 52 };

/** A round number at or above the value, for the top of an axis. */
export function niceTop(value: number): number {
  if (value <= 0) return 1;
  const power = 10 ** Math.floor(Math.log10(value));
  const step = [1, 2, 5, 10].find((each) => each * power >= value) ?? 10;
  return step * power;
}

interface Frame {
  readonly width: number;
  readonly top: number;
  readonly label: (value: number) => string;
  readonly slices: readonly Slice[];
}

function Axes({ width, top, label, slices }: Frame): ReactNode {
  const y = (share: number): number => height - margin.bottom - share * (height - margin.top - margin.bottom);
  const first = slices[0];
  return (
    <>
      {[0, 0.5, 1].map((share) => (
        <g key={share}>
          <line className="grid" x1={margin.left} x2={width - margin.right} y1={y(share)} y2={y(share)} />
          <text className="axis" x={margin.left - 6} y={y(share) + 4} textAnchor="end">
            {share === 0 ? "0" : label(top * share)}
          </text>
        </g>
      ))}
      <text className="axis" x={margin.left} y={height - 4}>
        {first === undefined ? "" : timeText(first.at)}
      </text>
      <text className="axis" x={width - margin.right} y={height - 4} textAnchor="end">
        now
      </text>
    </>
  );
}

/** Calls that ended, in slices of five seconds; those that failed in red. */
export function TrafficChart({ slices }: { readonly slices: readonly Slice[] }): ReactNode {
  const { ref, width } = useElementSize();
  const top = niceTop(Math.max(...slices.map(({ calls }) => calls), 4));
  const inner = width - margin.left - margin.right;
  const step = inner / Math.max(1, slices.length);
  const scale = (height - margin.top - margin.bottom) / top;
  const total = slices.reduce((sum, { calls }) => sum + calls, 0);
  const failed = slices.reduce((sum, slice) => sum + slice.failed, 0);
  return (
    <div ref={ref}>
      {width > 0 && (
        <svg
          className="chart"
          width={width}
          height={height}
          role="img"
          aria-label={`${plural(total, "call")}, ${failed} failed, in five minutes`}
        >
          <Axes
            width={width}
            top={top}
            label={(value) => (Number.isInteger(value) ? String(value) : "")}
            slices={slices}
          />
          {slices.map(({ at, calls, failed: bad }, index) => {
            const x = margin.left + index * step + 0.5;
            const y = height - margin.bottom;
            return (
              <g key={at}>
                <title>{`${timeText(at)}: ${plural(calls, "call")}, ${bad} failed`}</title>
                <rect
                  x={x}
                  width={Math.max(1, step - 1.5)}
                  y={y - (calls - bad) * scale}
                  height={(calls - bad) * scale}
                  fill="var(--mantine-color-cyan-7)"
                />
                <rect
                  x={x}
                  width={Math.max(1, step - 1.5)}
                  y={y - calls * scale}
                  height={bad * scale}
                  fill="var(--status-down)"
                />
              </g>
            );
          })}
        </svg>
      )}
    </div>
  );
}

const lines = [
  { name: "p99", color: "var(--status-warn)" },
  { name: "p95", color: "var(--mantine-color-cyan-7)" },
  { name: "p50", color: "var(--status-up)" },
] as const;

/** How long calls took: quantiles over time. */
export function LatencyChart({ slices }: { readonly slices: readonly Slice[] }): ReactNode {
  const { ref, width } = useElementSize();
  const top = niceTop(Math.max(...slices.map(({ p99 }) => p99 ?? 0), 1));
  const step = (width - margin.left - margin.right) / Math.max(1, slices.length);
  const pointOf = (value: number, index: number): string =>
    `${margin.left + (index + 0.5) * step},${height - margin.bottom - (value / top) * (height - margin.top - margin.bottom)}`;
  return (
    <div ref={ref}>
      {width > 0 && (
        <svg className="chart" width={width} height={height} role="img" aria-label="Duration of calls, in five minutes">
          <Axes width={width} top={top} label={durationText} slices={slices} />
          {lines.map(({ name, color }) => {
            // Slices without calls are left out: a line to zero would tell of fast ones.
            const points = slices.flatMap((slice, index) => {
              const value = slice[name];
              return value === undefined ? [] : [pointOf(value, index)];
            });
            return (
              <g key={name} stroke={color} fill={color}>
                <polyline points={points.join(" ")} fill="none" strokeWidth={1.6} strokeLinejoin="round" />
                {points.length < 20 &&
                  points.map((point) => (
                    <circle key={point} cx={point.split(",")[0]} cy={point.split(",")[1]} r={2.2} />
                  ))}
              </g>
            );
          })}
        </svg>
      )}
    </div>
  );
}

/** Which line is which. */
export function LatencyLegend(): ReactNode {
  return (
    <span style={{ display: "flex", gap: 12, fontSize: 12 }}>
      {lines.toReversed().map(({ name, color }) => (
        <span key={name}>
          <span
            aria-hidden="true"
            style={{
              display: "inline-block",
              width: 10,
              height: 3,
              background: color,
              marginRight: 5,
              verticalAlign: "middle",
            }}
          />
          {name}
        </span>
      ))}
    </span>
  );
}
