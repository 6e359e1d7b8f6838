import { useElementSize } from "@mantine/hooks";
import { type PointerEvent, type ReactNode, useState } from "react";
import { shortAmount, ticksBetween } from "../../../connectors/cashflow/charts/scale.ts";
import { monthText, shortMonth } from "./figures.ts";

const height = 260;
const margin = { top: 10, right: 10, bottom: 24, left: 48 };

/** Room for the name of a month beneath the axis, in px. */
const monthWidth = 58;

/** Where things are in a drawing of amounts over months. */
export interface Scale {
  /** The middle of a month, by its place from 0. */
  readonly x: (index: number) => number;
  readonly y: (value: number) => number;
  /** The width of a month. */
  readonly step: number;
}

/** The points of a line through all months. */
export function lineOf({ x, y }: Scale, values: readonly number[]): string {
  return values.map((value, index) => `${x(index).toFixed(1)},${y(value).toFixed(1)}`).join(" ");
}

/** The area between two lines. */
export function bandOf({ x, y }: Scale, low: readonly number[], high: readonly number[]): string {
  const point = (value: number, index: number): string => `${x(index).toFixed(1)},${y(value).toFixed(1)}`;
  return [...high.map(point), ...low.map(point).toReversed()].join(" ");
}

/**
 * Axes for amounts over months, and what is drawn between them. Whoever points at a month is told of it by `readout`, and picks it with a click. To whoever
 * does not see it `label` says what it shows; its figures are in a table beside it, by keyboard too.
 */
export function Plot(given: {
  readonly label: string;
  readonly months: readonly string[];
  /** Everything that must have room. */
  readonly values: readonly number[];
  /** What is told of a month, each with its name. */
  readonly readout: (index: number) => readonly (readonly [string, string])[];
  readonly pick?: (index: number) => void;
  readonly children: (scale: Scale) => ReactNode;
}): ReactNode {
  const { label, months, values, readout, pick, children } = given;
  const { ref, width } = useElementSize();
  const [at, setAt] = useState<number>();
  const told = at === undefined || at >= months.length ? months.length - 1 : at;
  const inner = Math.max(1, width - margin.left - margin.right);
  const step = inner / Math.max(1, months.length);
  const ticks = ticksBetween(Math.min(0, ...values), Math.max(0, ...values), 4);
  const [low = 0, high = 1] = [ticks[0], ticks.at(-1)];
  const scale: Scale = {
    x: (index) => margin.left + (index + 0.5) * step,
    y: (value) => margin.top + (height - margin.top - margin.bottom) * (1 - (value - low) / (high - low)),
    step,
  };
  const monthAt = (event: PointerEvent): number => {
    const { left } = event.currentTarget.getBoundingClientRect();
    return Math.max(0, Math.min(months.length - 1, Math.floor((event.clientX - left) / step)));
  };
  return (
    <div ref={ref}>
      <Readout month={months[told] ?? ""} told={readout(told)} />
      {width > 0 && (
        <svg className="chart" width={width} height={height} role="img" aria-label={label}>
          <Axes scale={scale} ticks={ticks} months={months} right={width - margin.right} />
          {children(scale)}
          {at !== undefined && at < months.length && (
            <line className="pointer" x1={scale.x(at)} x2={scale.x(at)} y1={margin.top} y2={height - margin.bottom} />
          )}
          <rect
            x={margin.left}
            y={margin.top}
            width={inner}
            height={height - margin.top - margin.bottom}
            fill="transparent"
            {...(pick !== undefined && { style: { cursor: "pointer" } })}
            onPointerMove={(event) => {
              setAt(monthAt(event));
            }}
            onPointerLeave={() => {
              setAt(undefined);
            }}
            onPointerUp={(event) => {
              pick?.(monthAt(event));
            }}
          />
        </svg>
      )}
    </div>
  );
}

function Readout(given: { readonly month: string; readonly told: readonly (readonly [string, string])[] }): ReactNode {
  const { month, told } = given;
  return (
    <div className="readout numbers" aria-hidden="true">
      <span>{monthText(month)}</span>
      {told.map(([name, value]) => (
        <span key={name}>
          {name} <b>{value}</b>
        </span>
      ))}
    </div>
  );
}

function Axes(given: {
  readonly scale: Scale;
  readonly ticks: readonly number[];
  readonly months: readonly string[];
  readonly right: number;
}): ReactNode {
  const { scale, ticks, months, right } = given;
  const every = Math.max(1, Math.ceil(monthWidth / scale.step));
  return (
    <>
      {ticks.map((value) => (
        <g key={value}>
          <line
            className={value === 0 ? "zero" : "grid"}
            x1={margin.left}
            x2={right}
            y1={scale.y(value)}
            y2={scale.y(value)}
          />
          <text className="axis" x={margin.left - 6} y={scale.y(value) + 4} textAnchor="end">
            {shortAmount(value)}
          </text>
        </g>
      ))}
      {months.map((month, index) =>
        index % every === 0 && scale.x(index) + monthWidth / 2 <= right + margin.right ? (
          <text key={month} className="axis" x={scale.x(index)} y={height - 6} textAnchor="middle">
            {shortMonth(month)}
          </text>
        ) : null,
      )}
    </>
  );
}

/** Which mark is which. */
export function Key({ marks }: { readonly marks: readonly (readonly [string, string])[] }): ReactNode {
  return (
    <span className="key">
      {marks.map(([label, color]) => (
        <span key={label}>
          <span aria-hidden="true" className="swatch" style={{ background: color }} />
          {label}
        </span>
      ))}
    </span>
  );
}
